//! Which lane takes over which row.

use super::link::{Links, NO_ROW};
use crate::crud::{CrudPlan, live::Slot};

/// The lanes of the rows of one table, and the place of each row in its lane.
#[derive(Debug, Default)]
pub(super) struct Dealt {
    pub(super) lanes: Vec<u32>,
    pub(super) slots: Vec<Slot>,
}

/// No lane yet.
const OPEN: u32 = u32::MAX;
/// No lane yet, and it is being looked for.
const SOUGHT: u32 = u32::MAX - 1;

impl Dealt {
    /// Gives each row its place: rows of a lane are remembered in their order.
    fn settle(&mut self, lanes: u32) {
        let mut taken: Vec<Slot> = vec![0; lanes as usize];
        for (lane, slot) in self.lanes.iter().zip(&mut self.slots) {
            let next = &mut taken[*lane as usize];
            (*slot, *next) = (*next, *next + 1);
        }
    }
}

/// Deals the rows of all tables, in an order in which parents come first. A row goes to the lane of its first parent, one
/// that it cannot be without before others and one that its key is made of before those, as long as there is room; and in
/// turn where there is none.
pub(super) fn deal(plan: &CrudPlan, order: &[usize], links: &[Links]) -> Vec<Dealt> {
    let fresh = |links: &Links| Dealt { lanes: vec![OPEN; links.len], slots: vec![0; links.len] };
    let mut dealt: Vec<Dealt> = links.iter().map(fresh).collect();
    for &table in order {
        let references = &plan.tables[table].references;
        let mut ranked: Vec<usize> = (0..references.len()).collect();
        let key = &plan.tables[table].layout.combining.references;
        ranked.sort_by_key(|at| (references[*at].optional, !key.contains(at)));
        let room = vec![plan.tables[table].layout.cap; plan.lanes as usize];
        let mut turn = Turn { plan, table, ranked, links: &links[table], room, next: 0 };
        for row in 0..links[table].len {
            turn.deal(&mut dealt, row);
        }
        dealt[table].settle(plan.lanes);
    }
    dealt
}

/// One table's turn.
struct Turn<'a> {
    plan: &'a CrudPlan,
    table: usize,
    /// The references, those that rows cannot be without first, and of them those that a key is made of.
    ranked: Vec<usize>,
    links: &'a Links,
    /// How many rows each lane has room for.
    room: Vec<usize>,
    next: usize,
}

/// Where a row belongs.
enum Home {
    Lane(u32),
    /// Where this row of the same table belongs.
    With(usize),
    Anywhere,
}

impl Turn<'_> {
    /// Deals a row, and before it the rows of the same table that it goes along with, up to the root.
    fn deal(&mut self, dealt: &mut [Dealt], row: usize) {
        if dealt[self.table].lanes[row] != OPEN {
            return;
        }
        let mut way = vec![row];
        while let Some(last) = way.last().copied() {
            dealt[self.table].lanes[last] = SOUGHT;
            let wanted = match self.home(dealt, last) {
                Home::With(above) => {
                    way.push(above);
                    continue;
                }
                Home::Lane(lane) => Some(lane as usize),
                Home::Anywhere => None,
            };
            let lane = self.lane_with_room(wanted);
            self.room[lane] -= 1;
            dealt[self.table].lanes[last] = lane as u32;
            way.pop();
        }
    }

    fn home(&self, dealt: &[Dealt], row: usize) -> Home {
        let parents = self.links.of(row);
        for &at in &self.ranked {
            let Some(table) = self.plan.tables[self.table].references[at].parent.planned() else { continue };
            let parent = parents[at] as usize;
            if parents[at] == NO_ROW {
                continue;
            }
            match dealt[table].lanes.get(parent) {
                Some(&OPEN) if table == self.table => return Home::With(parent),
                Some(&lane) if lane < SOUGHT => return Home::Lane(lane),
                _ => {}
            }
        }
        Home::Anywhere
    }

    /// The lane that is wanted, or the next that has room. There are no more rows than room.
    fn lane_with_room(&mut self, wanted: Option<usize>) -> usize {
        if let Some(lane) = wanted.filter(|lane| self.room[*lane] > 0) {
            return lane;
        }
        loop {
            let lane = self.next;
            self.next = (self.next + 1) % self.room.len();
            if self.room[lane] > 0 {
                return lane;
            }
        }
    }
}
