//! Combinations of parents that rows have which nobody has taken over.

use super::{
    found::key_of,
    link::{Finder, Places},
    strangers::{Lanes, Strangers, position},
};
use crate::{
    Table, Value,
    crud::{
        live::{LiveRows, NO_SLOT, Slot},
        parent::Parent,
    },
    generate::Distinct,
};

/// A table with a key that is made of references, of whose rows some are not taken over.
pub(super) struct Combined<'a> {
    strangers: &'a Strangers<'a>,
    table: usize,
    /// The references of the key: which, where their columns stand among those that are read, and what finds parents.
    parts: Vec<(usize, Vec<usize>, Finder<'a>)>,
    /// Where the column stands that counts rows with the same parents, and its values.
    line: Option<(usize, &'a Distinct)>,
}

impl<'a> Combined<'a> {
    /// None where new rows cannot meet combinations of rows that are there.
    pub(super) fn of(strangers: &'a Strangers<'a>, table: &Table, columns: &mut Vec<usize>) -> Option<Self> {
        let Places { plan, found } = *strangers.places;
        let index = strangers.planned(table)?;
        let planned = &plan.tables[index];
        let are_new = |at: &usize| match planned.references[*at].parent {
            Parent::Lane(parent) => found[parent].is_none(),
            Parent::Pool(_) => false,
        };
        let combined = &planned.layout.combining.references;
        let is_whole = found[index].as_ref().is_some_and(|found| found.is_whole);
        if combined.is_empty() || is_whole || combined.iter().any(are_new) {
            return None;
        }
        let part = |at: &usize| {
            let reference = &planned.references[*at];
            let mut place = |column: &usize| position(columns, *column);
            let columns = reference.columns.iter().map(&mut place).collect();
            (*at, columns, strangers.places.finder(reference))
        };
        let parts = combined.iter().map(part).collect();
        let line = planned.line_column().filter(|(column, _)| !table.special.denied.select.contains(column));
        let line = line.map(|(column, lines)| (position(columns, column), lines));
        Some(Combined { strangers, table: index, parts, line })
    }

    /// Has no row made with the parents of this one.
    pub(super) fn take(&self, row: &[Value], lanes: &mut Lanes) {
        let plan = self.strangers.places.plan;
        let planned = &plan.tables[self.table];
        let mut parents: Vec<Slot> = vec![NO_SLOT; planned.references.len()];
        let mut lane = None;
        for (reference, at, finder) in &self.parts {
            let Some(parent) = finder.find(key_of(at.iter().map(|at| &row[*at]))) else { return };
            parents[*reference] = match planned.references[*reference].parent {
                Parent::Pool(_) => parent,
                Parent::Lane(table) => {
                    let dealt = &self.strangers.dealt[table];
                    let mine = dealt.lanes[parent as usize];
                    // Parents of different lanes never meet again.
                    if *lane.get_or_insert(mine) != mine {
                        return;
                    }
                    dealt.slots[parent as usize]
                }
            };
        }
        let fresh = || (0..plan.lanes).map(|_| LiveRows::new(&planned.layout)).collect();
        let rows = lanes[self.table].get_or_insert_with(fresh);
        if let Some(rows) = lane.and_then(|lane| rows.get_mut(lane as usize))
            && !rows.combinations().is_out()
        {
            rows.take_combinations(&parents);
            rows.pass_lines(&parents, self.line.and_then(|(at, lines)| lines.index_after(&row[at])));
        }
    }
}
