//! What all operations share: the tables, the statements, and what values are drawn from.

use super::{draw::Draw, shapes::Shapes, tables::Tables};
use crate::{PrepareError, Setup};

/// What all operations share; nothing of it changes during a run.
#[derive(Debug)]
pub(super) struct Traffic {
    pub(super) tables: Tables,
    pub(super) shapes: Shapes,
    pub(super) draw: Draw,
    /// The numbers of the tables in the ledger, if the run has one.
    pub(super) numbers: Vec<u32>,
}

impl Traffic {
    pub(super) fn new(tables: Tables, setup: &Setup) -> Result<Self, PrepareError> {
        let (shapes, draw) = (Shapes::of(&tables), Draw::new(&tables, setup)?);
        Ok(Traffic { tables, shapes, draw, numbers: Vec::new() })
    }
}
