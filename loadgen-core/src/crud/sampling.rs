//! Who finds rows that are there.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    config::{CrudConfig, TableConfig},
    error::{CrudPlanError, Part},
    touch::Touch,
};
use crate::{Table, Type};

/// How rows are found that were there before the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Sampling {
    /// They are read once and remembered, as far as `touch` says so.
    #[default]
    Start,
    /// The server picks some for each update and delete, from among all rows of the table, so `touch` has to say so. They
    /// are counted and not compared.
    Server,
}

impl Sampling {
    /// What is done with a table: the server can pick rows by a primary key of one integer or UUID.
    pub(super) fn of(table: &Table, config: &CrudConfig, own: &TableConfig) -> Self {
        let wanted = own.sampling.or(config.sampling).unwrap_or_default();
        let can_be_picked = match table.primary_key[..] {
            [column] => {
                matches!(table.columns[column].ty, Type::Int(_) | Type::Uuid)
                    && !table.special.denied.select.contains(&column)
            }
            _ => false,
        };
        if can_be_picked { wanted } else { Sampling::Start }
    }

    /// The same, where rows may be picked: the server does not know which were there before.
    ///
    /// # Errors
    /// When nothing says that those may be touched.
    pub(super) fn permitted(
        table: &Table,
        config: &CrudConfig,
        own: &TableConfig,
    ) -> Result<Self, CrudPlanError> {
        let sampling = Sampling::of(table, config, own);
        let touch = own.touch.or(config.touch).unwrap_or_default();
        let wanted = own.operations.or(config.operations).unwrap_or_default();
        if sampling == Sampling::Start || touch.adopts() || (wanted.update, wanted.delete) == (0, 0) {
            return Ok(sampling);
        }
        let table = table.name.clone();
        let part = Part::Sampling(own.sampling.is_some().then(|| table.clone()));
        Err(CrudPlanError::Untouched { part, table })
    }
}

/// How rows that are there stand to those of the run.
pub(super) struct Standing {
    pub(super) touch: Touch,
    pub(super) sampling: Sampling,
    /// Why nothing is compared.
    pub(super) unchecked: Option<String>,
    /// What a reader of the plan should know.
    pub(super) note: Option<String>,
}

impl Standing {
    pub(super) fn of(table: &Table, config: &CrudConfig, own: &TableConfig, has_key: bool) -> Self {
        let sampling = Sampling::of(table, config, own);
        let wanted = own.touch.or(config.touch).unwrap_or_default();
        let touch = match sampling {
            Sampling::Server => Touch::All,
            Sampling::Start if has_key => wanted,
            Sampling::Start => Touch::Own,
        };
        let picks = sampling == Sampling::Server;
        let note = if picks {
            Some(match wanted {
                Touch::Existing => {
                    "the server picks the rows that are updated and deleted, those of the run, too; nothing is compared"
                }
                _ => "the server picks the rows that are updated and deleted; nothing is compared",
            })
        } else if own.sampling.or(config.sampling) == Some(Sampling::Server) {
            Some("the server picks no rows: that takes a primary key of one integer or UUID")
        } else if touch != wanted {
            Some("rows that are there are left alone: nothing tells them apart")
        } else {
            None
        };
        let unchecked = picks.then(|| "the server picks rows".to_owned());
        Standing { touch, sampling, unchecked, note: note.map(str::to_owned) }
    }
}
