//! The parents of a new row.

use super::{
    lane::CrudLane,
    live::{NO_SLOT, Slot},
    operation::Operation,
    parent::Eligible,
    source::Source,
};
use crate::{Cx, Value};

impl Operation {
    /// One parent for each reference of a new row; its line among those of the same parents.
    pub(super) fn draw_parents(
        &self,
        lane: &CrudLane,
        cx: &mut Cx,
        (table, number): (usize, u64),
        parents: &mut Vec<Slot>,
    ) -> Result<u64, &'static str> {
        let plan = &self.plan.tables[table];
        if plan.dealt.is_some() {
            return self.deal_parents(lane, cx, (table, number), parents);
        }
        let width = plan.references.len();
        for _ in 0..COMBINATION_TRIES {
            let mine = parents.len();
            for reference in &plan.references {
                let eligible = Eligible::of(&self.plan, lane, reference);
                let rows = eligible.len() as u64;
                let none = rows == 0 || reference.optional && cx.rng.chance(reference.orphans);
                let parent =
                    if none { NO_SLOT } else { eligible.suitable(cx.rng.below(rows) as usize, reference) };
                parents.push(parent);
                let lacks = !none && parent == NO_SLOT && !reference.optional;
                if lacks || !reference.shared.is_empty() && !self.agree(lane, table, &mut parents[mine..]) {
                    parents.truncate(mine);
                    break;
                }
            }
            if parents.len() == mine && width > 0 {
                continue;
            }
            let (before, new) = parents.split_at(mine);
            let combinations = lane.tables[table].live.combinations();
            let shared = combinations.is_partial().then_some(0);
            if let Some(line) = combinations.line(new, before).or(shared) {
                return Ok(line);
            }
            parents.truncate(mine);
        }
        Err(NO_COMBINATION)
    }

    /// Has the last of a row's parents agree with the others in the columns that they share: takes the next that does,
    /// or none where the row can do without. False if there is no such parent.
    pub(super) fn agree(&self, lane: &CrudLane, table: usize, parents: &mut [Slot]) -> bool {
        let Some((last, before)) = parents.split_last_mut() else { return true };
        let references = &self.plan.tables[table].references;
        let reference = &references[before.len()];
        let eligible = Eligible::of(&self.plan, lane, reference);
        let chosen: Vec<(usize, Value)> = reference
            .shared
            .iter()
            .map(|shared| {
                let value = self.parent_key(lane, table, shared.from, shared.there, before[shared.from]);
                (shared.position, value)
            })
            .collect();
        // Without a value in one of its columns, a foreign key holds whatever the others say.
        if *last == NO_SLOT || chosen.iter().any(|(_, value)| value.is_null()) {
            *last = NO_SLOT;
            return reference.optional || chosen.iter().any(|(_, value)| value.is_null());
        }
        let fits = |slot: Slot| {
            chosen.iter().all(|(position, value)| eligible.held(slot, reference, *position) == *value)
                && eligible.suits(slot, reference)
        };
        *last = eligible.near(*last as usize, fits).unwrap_or(NO_SLOT);
        *last != NO_SLOT || reference.optional
    }

    /// What a row refers to itself with.
    pub(super) fn own_key(
        &self,
        table: usize,
        reference: usize,
        position: usize,
        index: u64,
    ) -> Option<Value> {
        let plan = &self.plan.tables[table];
        let reference = &plan.references[reference];
        let column = plan.table.column_index(&reference.parent_columns[position])?;
        match &plan.sources[column] {
            Source::Distinct(distinct) => distinct.value(index).map(|value| reference.held(position, value)),
            _ => None,
        }
    }

    pub(super) fn parent_key(
        &self,
        lane: &CrudLane,
        table: usize,
        reference: usize,
        position: usize,
        slot: Slot,
    ) -> Value {
        let reference = &self.plan.tables[table].references[reference];
        if slot == NO_SLOT {
            return Value::Null;
        }
        Eligible::of(&self.plan, lane, reference).held(slot, reference, position)
    }
}

/// Why an operation is skipped where all parents that were drawn have their rows.
pub(super) const NO_COMBINATION: &str = "no free combination of parents";

/// How often parents are drawn again when their combination is taken.
pub(super) const COMBINATION_TRIES: u32 = 8;
