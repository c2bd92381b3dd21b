//! One operation: draw, carry out, remember.

use std::sync::Arc;

use async_trait::async_trait;

use super::{
    act::Act,
    draw::{at as moment_at, moment},
    lane::OrdersLane,
    role::{CUSTOMER, MODIFIED_AT},
    shapes::one,
    status::Status,
    traffic::Traffic,
    workload::Orders,
};
use crate::{Cx, Done, Failure, Resolved, Scenario, SessionOf, Target, Value, migration::MigrateSession};

/// One of the operations of the workload.
#[derive(Debug)]
pub(super) struct Operation {
    pub(super) traffic: Arc<Traffic>,
    pub(super) kind: Kind,
}

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A customer, an order and one to three items.
    NewCustomer,
    /// An order goes one step on.
    AdvanceOrder,
    /// An order of one or two items by a customer of the lane, or by a new one while there is none.
    NewOrder,
    /// Another email.
    ChangeEmail,
    /// An item is taken out of an order that is not shipped.
    DeleteItem,
}

/// What has been drawn, or the reason why there is nothing to do.
pub(super) type Drawn = Result<Act, &'static str>;

#[async_trait]
impl<T: Target> Scenario<Orders<T>> for Operation
where
    T::Session: MigrateSession,
{
    fn name(&self) -> &str {
        match self.kind {
            Kind::NewCustomer => "new_customer",
            Kind::AdvanceOrder => "advance_order",
            Kind::NewOrder => "new_order",
            Kind::ChangeEmail => "change_email",
            Kind::DeleteItem => "delete_item",
        }
    }

    async fn run(
        &self,
        session: &mut SessionOf<Orders<T>>,
        lane: &mut OrdersLane,
        cx: &mut Cx,
    ) -> Result<Done, Failure> {
        lane.give_up();
        match self.traffic.drawn(self.kind, lane, cx) {
            Ok(act) => self.traffic.perform(session, lane, cx.seq, act).await,
            Err(reason) => Ok(Done::Skipped(reason.into())),
        }
    }

    async fn resolve(
        &self,
        session: &mut SessionOf<Orders<T>>,
        lane: &mut OrdersLane,
        cx: &mut Cx,
    ) -> Result<Resolved, Failure> {
        self.traffic.find_out(session, lane, cx.seq).await
    }
}

impl Traffic {
    fn drawn(&self, kind: Kind, lane: &OrdersLane, cx: &mut Cx) -> Drawn {
        match kind {
            Kind::NewCustomer => Ok(self.draw_first_order(cx)),
            Kind::NewOrder if lane.customers.is_empty() => Ok(self.draw_first_order(cx)),
            Kind::NewOrder => Ok(self.draw_order(lane, cx)),
            Kind::AdvanceOrder => self.draw_advance(lane, cx),
            Kind::ChangeEmail => self.draw_email(lane, cx),
            Kind::DeleteItem => self.draw_cut(lane, cx),
        }
    }

    /// The update finds the order by the status that it was in, too, so that no status goes back, whoever else writes.
    fn draw_advance(&self, lane: &OrdersLane, cx: &mut Cx) -> Drawn {
        let at = cx.rng.below(lane.orders.len() as u64) as usize;
        let order = lane.orders.get(at).and_then(|order| Some((order, order.status.next()?)));
        let (order, next) = order.ok_or("no order to advance")?;
        let status = |status: Status| Value::Text(status.name().to_owned());
        let values = vec![order.key.clone(), status(order.status), status(next)];
        Ok(Act::Advance { order: at, next, change: one(&self.shapes.advance, values) })
    }

    fn draw_email(&self, lane: &OrdersLane, cx: &mut Cx) -> Drawn {
        let at = cx.rng.below(lane.customers.len() as u64) as usize;
        let customer = lane.customers.get(at).ok_or("no customer to change")?;
        let modified = moment_at(&self.tables[CUSTOMER], MODIFIED_AT, moment(cx));
        let email = Value::Text(self.draw.email(&customer.stem, cx));
        let change = one(&self.shapes.email, vec![customer.key.clone(), email, modified]);
        Ok(Act::Email { customer: at, change })
    }
}
