//! An item is taken out of an order.

use super::{
    act::Act,
    lane::{Order, OrdersLane},
    operation::Drawn,
    shapes::one,
    traffic::Traffic,
};
use crate::{Change, Cx, Value};

/// An item is taken out of an order, and its amount out of the order's total: both, or nothing.
///
/// The order is found by the status and the total that it was left with, so that the database itself sees to it that it is not
/// shipped meanwhile.
#[derive(Debug)]
pub(super) struct Cut {
    /// The place of the order in the lane, and of the item in the order.
    pub(super) order: usize,
    pub(super) item: usize,
    /// What is left, without the point.
    pub(super) total: i128,
    /// The order has another total.
    pub(super) marker: Change,
    /// The item goes.
    pub(super) change: Change,
}

/// How many orders are looked at for one of which an item can be taken out.
const PROBES: usize = 64;

impl Traffic {
    /// Some item of an order that is not shipped and has another one.
    pub(super) fn draw_cut(&self, lane: &OrdersLane, cx: &mut Cx) -> Drawn {
        let all = lane.orders.len();
        let start = cx.rng.below(all as u64) as usize;
        let is_eligible = |at: &usize| {
            let Order { status, items, .. } = &lane.orders[*at];
            status.is_open() && items.len() > 1
        };
        let at = (0..all.min(PROBES)).map(|probe| (start + probe) % all).find(is_eligible);
        let at = at.ok_or("no order with an item to take out")?;
        let Order { key, status, total, items, .. } = &lane.orders[at];
        let item = cx.rng.below(items.len() as u64) as usize;
        let left = total - items[item].amount;
        let (before, after) = (self.draw.total(*total), self.draw.total(left));
        let found = vec![key.clone(), Value::Text(status.name().to_owned()), before, after];
        Ok(Act::Cut(Box::new(Cut {
            order: at,
            item,
            total: left,
            marker: one(&self.shapes.total, found),
            change: one(&self.shapes.remove, vec![items[item].key.clone()]),
        })))
    }
}
