//! Parents before their children.

use crate::crud::CrudPlan;

/// The tables in an order in which every parent that a row cannot be without comes first, and the others where they can.
pub(in crate::crud) fn order(plan: &CrudPlan) -> Vec<usize> {
    let mut left: Vec<usize> = (0..plan.tables.len()).collect();
    let mut placed = vec![false; left.len()];
    let mut order = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let is_ready = |table: usize, optional: bool| {
            let awaited = plan.tables[table].references.iter().filter(|r| optional || !r.optional);
            awaited.filter_map(|r| r.parent.planned()).all(|parent| parent == table || placed[parent])
        };
        let ready = |optional| left.iter().position(|table| is_ready(*table, optional));
        // A plan has no cycle of references of which none may be NULL.
        let next = left.remove(ready(true).or_else(|| ready(false)).unwrap_or(0));
        placed[next] = true;
        order.push(next);
    }
    order
}
