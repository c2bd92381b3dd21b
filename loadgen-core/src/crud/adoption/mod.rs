//! Rows that were there before the run, and are taken over by the lanes.
//!
//! They are read once, parents before children, and dealt by rules that look at nothing but the rows: a child goes to the
//! lane of its parent, others in turn. From then on they are rows like any other. One that a row refers to which nobody
//! has taken over, or another lane has, is never deleted.

mod combined;
mod deal;
mod found;
mod link;
mod settled;
mod strangers;

use std::{collections::BTreeMap, sync::Arc};

use serde::Serialize;

use self::{
    deal::{Dealt, deal},
    found::Found,
    link::{Links, Places},
    strangers::Strangers,
};
use super::{held::TableDigest, live::LiveRows, plan::CrudPlan, sampling::Sampling, seeding::order};
use crate::{LaneId, PrepareError, Schema, SchemaFilter, SqlSession, Table};

/// What the lanes have taken over, table by table; none for a table whose rows are left alone.
#[derive(Debug, Default)]
pub(crate) struct Adopted {
    tables: Vec<Option<Taken>>,
}

/// Rows of one table, by lanes.
#[derive(Debug)]
struct Taken {
    lanes: Vec<LiveRows>,
    digest: TableDigest,
}

/// How many rows of a table were taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct TakenOver {
    /// So many.
    pub rows: u64,
    /// Whether those are all that were there.
    pub all: bool,
}

impl Adopted {
    /// The rows of one lane in one table.
    pub(super) fn rows_of(&self, lane: LaneId, table: usize) -> Option<LiveRows> {
        let taken = self.tables.get(table)?.as_ref()?;
        taken.lanes.get(lane.0 as usize).cloned()
    }
}

impl CrudPlan {
    /// Has the lanes take over rows that are there, in the tables whose configuration says so. Nothing is written. Later
    /// calls do nothing.
    ///
    /// # Errors
    /// When rows cannot be read.
    pub async fn adopt(&mut self, session: &mut impl SqlSession) -> Result<(), PrepareError> {
        if self.adopted.is_some() || self.tables.iter().all(|table| !table.touch.adopts()) {
            return Ok(());
        }
        // Rows of schemas that nobody asked for may refer to those that are taken over.
        let whole = session.introspect(&SchemaFilter { schemas: vec!["*".to_owned()] }).await?;
        self.spare_what_is_referred_to(&whole);
        let mut found: Vec<Option<Found>> = Vec::with_capacity(self.tables.len());
        for planned in &self.tables {
            found.push(match planned.adopts() {
                true => {
                    let referred = referred(&whole, planned);
                    let most = planned.layout.cap as u64 * u64::from(self.lanes);
                    Some(Found::read(session, planned, &referred, most).await?)
                }
                false => None,
            });
        }
        let places = Places { plan: self, found: &found };
        let links: Vec<Links> = (0..found.len()).map(|table| places.links(table)).collect();
        let dealt: Vec<Dealt> = deal(self, &order(self), &links);
        let mut lanes = settled::settled(self, &found, &links, &dealt);
        let strangers = Strangers { places: &places, links: &links, dealt: &dealt };
        let no_deletes = strangers.hold_on(session, &whole, &mut lanes).await?;
        for (table, why) in no_deletes {
            self.tables[table].without_deletes(&why);
        }
        self.keep(found, lanes);
        Ok(())
    }

    /// Takes the rows that lanes have taken over from what the tables held, by name.
    pub(super) fn leave_to_lanes(&self, held: &mut BTreeMap<String, TableDigest>) {
        let Some(adopted) = &self.adopted else { return };
        for (planned, taken) in self.tables.iter().zip(&adopted.tables) {
            let held = held.get_mut(&planned.table.name.to_string());
            if let Some((held, taken)) = held.zip(taken.as_ref()) {
                *held = held.without(taken.digest);
            }
        }
    }

    /// Of rows that the server picks nobody knows whether others refer to them.
    fn spare_what_is_referred_to(&mut self, whole: &Schema) {
        for planned in self.tables.iter_mut().filter(|planned| planned.sampling == Sampling::Server) {
            let refers =
                |child: &&Arc<Table>| child.foreign_keys.iter().any(|key| key.parent == planned.table.name);
            if let Some(child) = whole.tables.iter().find(refers) {
                planned.without_deletes(&format!("{} may refer to rows that the server picks", child.name));
            }
        }
    }

    fn keep(&mut self, found: Vec<Option<Found>>, lanes: Vec<Option<Vec<LiveRows>>>) {
        let mut adopted = Adopted::default();
        for ((planned, found), lanes) in self.tables.iter_mut().zip(found).zip(lanes) {
            planned.taken_over = found.map(|found| TakenOver { rows: found.len as u64, all: found.is_whole });
            adopted.tables.push(lanes.map(|lanes| Taken { digest: TableDigest::sum(&lanes), lanes }));
        }
        self.adopted = Some(Arc::new(adopted));
    }
}

/// The sets of columns of a table that foreign keys refer to, each in the order of the keys.
fn referred(whole: &Schema, planned: &super::TablePlan) -> Vec<Vec<usize>> {
    let keys = whole.tables.iter().flat_map(|table| &table.foreign_keys);
    let mut referred: Vec<Vec<usize>> = keys
        .filter(|key| key.parent == planned.table.name)
        .filter_map(|key| planned.table.indexes_of(&key.parent_columns))
        .collect();
    referred.sort_unstable();
    referred.dedup();
    referred
}
