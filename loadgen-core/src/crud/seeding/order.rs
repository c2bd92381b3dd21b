//! Parents before their children.

use crate::crud::{CrudPlan, reference::Part};

/// The tables in an order in which every parent that a row cannot be without comes first, and the others where they can.
pub(in crate::crud) fn order(plan: &CrudPlan) -> Vec<usize> {
    circles(plan).concat()
}

/// The tables in that order, those together that refer to each other in a circle.
pub(super) fn circles(plan: &CrudPlan) -> Vec<Vec<usize>> {
    let reached: Vec<Vec<bool>> = (0..plan.tables.len()).map(|table| reached(plan, table)).collect();
    let mut left: Vec<usize> = (0..plan.tables.len()).collect();
    let mut placed = vec![false; left.len()];
    let mut order = Vec::new();
    while !left.is_empty() {
        let is_around = |table: usize, other: usize| reached[table][other] && reached[other][table];
        let is_ready = |table: usize| {
            let parents = (0..placed.len()).filter(|parent| reached[table][*parent]);
            parents.into_iter().all(|parent| parent == table || placed[parent] || is_around(table, parent))
        };
        let next = left.iter().copied().find(|table| is_ready(*table)).unwrap_or(left[0]);
        let (circle, others) = left.into_iter().partition(|table| *table == next || is_around(next, *table));
        left = others;
        order.push(inside(plan, circle, &mut placed));
    }
    order
}

/// The tables that one leads to along its references.
fn reached(plan: &CrudPlan, from: usize) -> Vec<bool> {
    let mut reached = vec![false; plan.tables.len()];
    let mut ahead = vec![from];
    while let Some(table) = ahead.pop() {
        for parent in plan.tables[table].references.iter().filter_map(|r| r.parent.planned()) {
            if !std::mem::replace(&mut reached[parent], true) {
                ahead.push(parent);
            }
        }
    }
    reached
}

/// The tables of a circle: references that are opened by a NULL or that can wait lead back.
fn inside(plan: &CrudPlan, mut left: Vec<usize>, placed: &mut [bool]) -> Vec<usize> {
    let mut order = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let is_ready = |table: usize, optional: bool| {
            let awaited = plan.tables[table].references.iter();
            let awaited = awaited.filter(|r| optional || !r.optional && r.part != Part::Ahead);
            awaited.filter_map(|r| r.parent.planned()).all(|parent| parent == table || placed[parent])
        };
        let ready = |optional| left.iter().position(|table| is_ready(*table, optional));
        let next = left.remove(ready(true).or_else(|| ready(false)).unwrap_or(0));
        placed[next] = true;
        order.push(next);
    }
    order
}
