//! Where the parents of new rows come from.

use std::sync::Arc;

use super::{
    fitting::Fitting,
    lane::CrudLane,
    live::{LiveRows, NO_SLOT, Slot},
    plan::CrudPlan,
    pool::Pool,
    reference::Reference,
};
use crate::Value;

/// Where the parents of a reference come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Parent {
    /// Rows that the lane has live in the table of this plan.
    Lane(usize),
    /// Rows of a table outside the plan, which nobody changes: the index of the pool.
    Pool(usize),
}

impl Parent {
    /// The index of the parent's plan, if it has one.
    pub(crate) fn planned(self) -> Option<usize> {
        if let Parent::Lane(table) = self { Some(table) } else { None }
    }
}

/// The rows that a reference can point at, as one lane sees them.
#[derive(Clone, Copy)]
pub(super) enum Eligible<'a> {
    Live(&'a LiveRows),
    Pool(&'a Pool),
}

impl<'a> Eligible<'a> {
    pub(super) fn of(plan: &'a CrudPlan, lane: &'a CrudLane, reference: &Reference) -> Self {
        match reference.parent {
            Parent::Lane(table) => Eligible::Live(&lane.tables[table].live),
            Parent::Pool(pool) => Eligible::Pool(&plan.pools[pool]),
        }
    }

    pub(super) fn len(self) -> usize {
        match self {
            Eligible::Live(live) => live.len(),
            Eligible::Pool(pool) => pool.len(),
        }
    }

    /// The row at a position, modulo the length: its slot, or its place in the pool.
    pub(super) fn at(self, position: usize) -> Slot {
        match self {
            Eligible::Live(live) => live.at(position),
            Eligible::Pool(pool) => (position % pool.len()) as Slot,
        }
    }

    /// The row at a position, or the next one that a reference can point at; without such a row, none.
    pub(super) fn suitable(self, position: usize, reference: &Reference) -> Slot {
        if reference.gaps.is_empty() && reference.fitting.is_none() {
            return self.at(position);
        }
        self.near(position, |slot| self.suits(slot, reference)).unwrap_or(NO_SLOT)
    }

    /// Whether a reference can point at a row: nothing equals a key with a NULL in it, and not all fit.
    pub(super) fn suits(self, slot: Slot, reference: &Reference) -> bool {
        let is_whole = reference.gaps.iter().all(|column| !self.key(slot, *column).is_null());
        let fits = |fitting: &Arc<Fitting>| {
            fitting.key(|position| self.key(slot, reference.positions[position])).is_some()
        };
        is_whole && (self.is_pool() || reference.fitting.as_ref().is_none_or(fits))
    }

    /// Whether these are rows outside the plan: those that do not fit are not among them.
    fn is_pool(self) -> bool {
        matches!(self, Eligible::Pool(_))
    }

    /// What a row holds of one value of a parent's key.
    pub(super) fn held(self, slot: Slot, reference: &Reference, position: usize) -> Value {
        let value = self.key(slot, reference.positions[position]);
        if self.is_pool() { value } else { reference.held(position, value) }
    }

    pub(super) fn key(self, slot: Slot, column: usize) -> Value {
        match self {
            Eligible::Live(live) => live.key(slot, column),
            Eligible::Pool(pool) => pool.key(slot, column),
        }
    }

    /// From the row at `position` on, the first that fits, among a bounded number.
    pub(super) fn near(self, position: usize, fits: impl Fn(Slot) -> bool) -> Option<Slot> {
        let most = if let Eligible::Live(_) = self { AGREEING } else { usize::MAX };
        (0..self.len().min(most)).map(|probe| self.at(position + probe)).find(|slot| fits(*slot))
    }
}

/// Among so many rows of a lane one that agrees with another parent is looked for. Pools are small.
const AGREEING: usize = 1_000;
