//! Rows where they belong: in the memory of their lanes.

use super::{
    deal::Dealt,
    found::Found,
    link::{Links, NO_ROW},
};
use crate::{
    Value,
    crud::{
        CrudPlan, Source, TablePlan,
        live::{LiveRows, NO_SLOT, NewRow, Slot},
        parent::Parent,
    },
    generate::Distinct,
};

/// For each table and lane, the rows that were taken over, with their parents and children.
pub(super) fn settled(
    plan: &CrudPlan,
    found: &[Option<Found>],
    links: &[Links],
    dealt: &[Dealt],
) -> Vec<Option<Vec<LiveRows>>> {
    let mut lanes: Vec<Option<Vec<LiveRows>>> = Vec::with_capacity(found.len());
    for (table, found) in found.iter().enumerate() {
        lanes.push(found.as_ref().map(|found| {
            let layout = &plan.tables[table].layout;
            let mut lanes: Vec<LiveRows> = (0..plan.lanes).map(|_| LiveRows::new(layout)).collect();
            for row in 0..found.len {
                let keys: Vec<Value> = found.keys.iter().map(|column| column.get(row)).collect();
                let parents = parents(plan, (table, row), &links[table], dealt);
                let new = NewRow { keys: &keys, sums: found.sums_of(row, layout.parts), parents: &parents };
                let lane = &mut lanes[dealt[table].lanes[row] as usize];
                let slot = lane.push(new);
                let has_lines = layout.combining.lines > 1;
                if has_lines {
                    lane.pass_lines(&parents, found.line_after(row));
                }
                if let Some((home, parents)) = elsewhere(plan, (table, row), &links[table], dealt) {
                    lanes[home].take_combinations(&parents);
                    if has_lines {
                        lanes[home].pass_lines(&parents, found.line_after(row));
                    }
                }
                debug_assert_eq!(slot, dealt[table].slots[row], "rows are remembered in their order");
            }
            lanes
        }));
    }
    for (table, links) in links.iter().enumerate() {
        for row in 0..links.len {
            let mine = dealt[table].lanes[row];
            for (reference, &parent) in plan.tables[table].references.iter().zip(links.of(row)) {
                if let (Parent::Lane(above), true) = (reference.parent, parent != NO_ROW) {
                    let lane = dealt[above].lanes[parent as usize];
                    if let Some(lanes) = &mut lanes[above] {
                        hold_on(&mut lanes[lane as usize], dealt[above].slots[parent as usize], lane == mine);
                    }
                }
            }
        }
    }
    lanes
}

/// Notes a child of a row; nobody sees it go unless it is of the same lane.
pub(super) fn hold_on(rows: &mut LiveRows, slot: Slot, is_of_the_lane: bool) {
    rows.adopt(slot);
    if !is_of_the_lane {
        rows.pin(slot);
    }
}

/// The parents of a row as its lane knows them.
fn parents(plan: &CrudPlan, (table, row): (usize, usize), links: &Links, dealt: &[Dealt]) -> Vec<Slot> {
    let mine = dealt[table].lanes[row];
    let slot = |(at, parent): (usize, &u32)| match plan.tables[table].references[at].parent {
        _ if *parent == NO_ROW => NO_SLOT,
        Parent::Pool(_) => *parent,
        Parent::Lane(above) if dealt[above].lanes[*parent as usize] == mine => {
            dealt[above].slots[*parent as usize]
        }
        Parent::Lane(_) => NO_SLOT,
    };
    links.of(row).iter().enumerate().map(slot).collect()
}

/// The lane that has all parents which make up the key of a row, and those as it knows them, where the row is another lane's:
/// it makes rows with the same parents, and has to know of this one.
fn elsewhere(
    plan: &CrudPlan,
    (table, row): (usize, usize),
    links: &Links,
    dealt: &[Dealt],
) -> Option<(usize, Vec<Slot>)> {
    let references = &plan.tables[table].references;
    let (mut slots, mut home) = (vec![NO_SLOT; references.len()], None);
    for at in plan.tables[table].layout.combining.references.iter().copied() {
        let parent = links.of(row)[at];
        slots[at] = match references[at].parent {
            _ if parent == NO_ROW => return None,
            Parent::Pool(_) => parent,
            Parent::Lane(above) => {
                let lane = dealt[above].lanes[parent as usize];
                // Parents of different lanes never meet again.
                if *home.get_or_insert(lane) != lane {
                    return None;
                }
                dealt[above].slots[parent as usize]
            }
        };
    }
    home.filter(|home| *home != dealt[table].lanes[row]).map(|home| (home as usize, slots))
}

impl TablePlan {
    /// The column that counts rows with the same parents; none where several do.
    pub(super) fn line_column(&self) -> Option<(usize, &Distinct)> {
        let mut lines = self.sources.iter().enumerate().filter_map(|(column, source)| match source {
            Source::Line(lines) => Some((column, lines)),
            _ => None,
        });
        let line = lines.next()?;
        lines.next().is_none().then_some(line)
    }
}
