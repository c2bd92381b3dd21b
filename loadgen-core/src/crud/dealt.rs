//! Combinations of parents that all lanes share, each taken once.

mod part;

use self::part::Part;
pub(super) use self::part::is_tangled;
use super::{
    lane::CrudLane,
    live::{NO_SLOT, Slot},
    operation::{EXHAUSTED, Operation},
    parent::{Eligible, Parent},
    parents::COMBINATION_TRIES,
    plan::CrudPlan,
    pool::Pool,
};
use crate::{Cx, column_salt, generate::Permutation};

/// A key that is made of rows outside the plan alone: its combinations are numbered in an order of their own, and each lane
/// takes the next of its numbers.
#[derive(Clone, Debug)]
pub(crate) struct Dealt {
    /// The references of the key.
    parts: Vec<Part>,
    /// How many combinations there are, and how many rows each may have.
    space: u128,
    lines: u128,
    order: Permutation,
}

impl Dealt {
    /// How many rows fit.
    pub(super) fn rows(&self) -> u64 {
        u64::try_from(self.space.saturating_mul(self.lines)).unwrap_or(u64::MAX)
    }

    /// The row of a number: its parents as places in their pools, and its line among those of the same parents.
    fn row(&self, number: u64, parents: &mut [Slot]) -> Option<u64> {
        let line = u128::from(number).checked_div(self.space).filter(|line| *line < self.lines)?;
        let mut rest = self.order.apply((u128::from(number) % self.space) as u64);
        for part in &self.parts {
            part.choose(rest % part.space(), parents);
            rest /= part.space();
        }
        Some(line as u64)
    }
}

impl CrudPlan {
    /// Finds the keys that are made of rows outside the plan alone.
    pub(super) fn deal_combinations(&mut self) {
        for table in &mut self.tables {
            let combining = &mut table.layout.combining;
            let pools: Vec<&Pool> = self.pools.iter().map(|pool| &**pool).collect();
            let pool = |at: usize| match table.references[at].parent {
                Parent::Pool(pool) => Some(pool),
                Parent::Lane(_) => None,
            };
            let parts = Part::all(&table.references, &combining.references, pool, &pools);
            let Some(parts) = parts.filter(|parts| !parts.is_empty()) else { continue };
            let space = parts.iter().fold(1u128, |space, part| space.saturating_mul(part.space()));
            let (space, lines) = (space.min(1 << 126), u128::from(combining.lines));
            // Those that are numbered are taken once, whatever else a row holds.
            (combining.is_dealt, combining.is_partial, table.partial) = (true, false, None);
            let order = Permutation::new(space, self.seed, column_salt(&table.table.name.to_string()));
            table.notes.push(format!(
                "each combination of the rows that its key is made of comes {}, for all lanes together: {} rows fit; inserts \
                 after that are skipped (domain exhausted)",
                if lines == 1 { "once".to_owned() } else { format!("up to {lines} times") },
                space.saturating_mul(lines)
            ));
            table.dealt = Some(Dealt { parts, space, lines, order });
        }
    }
}

impl Operation {
    /// The parents of the row of a number, where a key is made of rows outside the plan; the row's line.
    pub(super) fn deal_parents(
        &self,
        lane: &CrudLane,
        cx: &mut Cx,
        (table, number): (usize, u64),
        parents: &mut Vec<Slot>,
    ) -> Result<u64, &'static str> {
        let plan = &self.plan.tables[table];
        let (mine, mut dealt) = (parents.len(), vec![NO_SLOT; plan.references.len()]);
        let line = plan.dealt.as_ref().and_then(|all| all.row(number, &mut dealt)).ok_or(EXHAUSTED)?;
        for _ in 0..COMBINATION_TRIES {
            parents.truncate(mine);
            let agree = plan.references.iter().zip(&dealt).all(|(reference, dealt)| {
                let eligible = Eligible::of(&self.plan, lane, reference);
                let rows = eligible.len() as u64;
                let none = rows == 0 || reference.optional && cx.rng.chance(reference.orphans);
                let drawn = if none { NO_SLOT } else { eligible.at(cx.rng.below(rows) as usize) };
                parents.push(if *dealt == NO_SLOT { drawn } else { *dealt });
                reference.shared.is_empty() || self.agree(lane, table, &mut parents[mine..])
            });
            let is_as_dealt =
                || parents[mine..].iter().zip(&dealt).all(|(own, dealt)| *dealt == NO_SLOT || own == dealt);
            if agree && is_as_dealt() {
                return Ok(line);
            }
        }
        parents.truncate(mine);
        Err("the parents that are there do not agree")
    }
}
