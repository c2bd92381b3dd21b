//! An order is placed: with its items, and with its customer where that is new, in one transaction.

use super::{
    act::{Act, End},
    draw::{Goods, Person, at, moment},
    lane::OrdersLane,
    role::{CREATED_AT, CUSTOMER, MODIFIED_AT, ORDER, ORDER_DATE},
    shapes::one,
    status::Status,
    traffic::Traffic,
};
use crate::{Change, Cx, Failure, SqlSession, Value};

/// What is to be written, and the keys that it was given.
#[derive(Debug)]
pub(super) struct Placing {
    pub(super) buyer: Buyer,
    /// The date, the total and the status, in the order of the statement.
    pub(super) order: [Value; 3],
    /// The total, without the point.
    pub(super) total: i128,
    pub(super) goods: Vec<Goods>,
    /// Once all of it is written.
    pub(super) keys: Option<Keys>,
}

/// Who orders.
#[derive(Debug)]
pub(super) enum Buyer {
    /// Somebody new, with the values of the row in the order of the statement.
    New { person: Box<Person>, values: Box<[Value; 5]> },
    /// Somebody that the lane knows, by the key and the lane's own number.
    Known { key: Value, number: u64 },
}

/// The keys that the database gave.
#[derive(Debug)]
pub(super) struct Keys {
    /// That of the customer, new or not.
    pub(super) buyer: Value,
    pub(super) order: Value,
    pub(super) items: Vec<Value>,
}

/// The most items of a first order, and of those that follow.
const FIRST_ITEMS: u64 = 3;
const MORE_ITEMS: u64 = 2;

impl Placing {
    /// Whether the customer was there before.
    pub(super) fn is_known(&self) -> bool {
        matches!(self.buyer, Buyer::Known { .. })
    }
}

impl Traffic {
    /// Somebody new orders for the first time.
    pub(super) fn draw_first_order(&self, cx: &mut Cx) -> Act {
        let now = moment(cx);
        let person = self.draw.person(&mut cx.rng);
        let email = self.draw.email(&person.stem, cx);
        let table = &self.tables[CUSTOMER];
        let values = [
            Value::Text(person.first.clone()),
            Value::Text(person.last.clone()),
            Value::Text(email),
            at(table, CREATED_AT, now),
            at(table, MODIFIED_AT, now),
        ];
        let buyer = Buyer::New { person: Box::new(person), values: Box::new(values) };
        self.draw_placing(cx, buyer, (now, FIRST_ITEMS))
    }

    /// One of the lane's customers, of whom there are some, orders.
    pub(super) fn draw_order(&self, lane: &OrdersLane, cx: &mut Cx) -> Act {
        let now = moment(cx);
        let customer = &lane.customers[cx.rng.below(lane.customers.len() as u64) as usize];
        let buyer = Buyer::Known { key: customer.key.clone(), number: customer.number };
        self.draw_placing(cx, buyer, (now, MORE_ITEMS))
    }

    fn draw_placing(&self, cx: &mut Cx, buyer: Buyer, (now, most): (i64, u64)) -> Act {
        let goods = self.draw.goods(&mut cx.rng, most);
        let total = goods.iter().map(|goods| self.draw.amount(goods)).sum();
        let status = Value::Text(Status::Pending.name().to_owned());
        let order = [at(&self.tables[ORDER], ORDER_DATE, now), self.draw.total(total), status];
        Act::Place(Box::new(Placing { buyer, order, total, goods, keys: None }))
    }

    /// Writes all of it in the open transaction, or in a new one, and leaves that open; where a trigger keeps a part of it out, it is
    /// over.
    pub(super) async fn stage_order(
        &self,
        session: &mut impl SqlSession,
        placing: &mut Placing,
    ) -> Result<End, Failure> {
        let buyer = match &placing.buyer {
            Buyer::New { values, .. } => {
                let change = one(&self.shapes.customer, values.to_vec());
                stage(session, &change).await?.and_then(|keys| keys.into_iter().next())
            }
            Buyer::Known { key, .. } => Some(key.clone()),
        };
        let Some(buyer) = buyer else { return Ok(End::Vetoed) };
        let values = [buyer.clone()].into_iter().chain(placing.order.iter().cloned()).collect();
        let order = stage(session, &one(&self.shapes.order, values)).await?;
        let Some(order) = order.and_then(|keys| keys.into_iter().next()) else { return Ok(End::Vetoed) };
        let row = |goods: &Goods| {
            let [product, quantity, price] = self.draw.item_values(goods);
            [order.clone(), product, quantity, price]
        };
        let values: Vec<Value> = placing.goods.iter().flat_map(row).collect();
        let change = Change { shape: self.shapes.item.clone(), values, rows: placing.goods.len() };
        let Some(items) = stage(session, &change).await? else { return Ok(End::Vetoed) };
        placing.keys = Some(Keys { buyer, order, items });
        Ok(End::Done)
    }
}

/// Writes new rows in the open transaction, or in a new one. Their keys; nothing, and the transaction is over, where not all
/// of them were written.
async fn stage(session: &mut impl SqlSession, change: &Change) -> Result<Option<Vec<Value>>, Failure> {
    let applied = session.stage(std::slice::from_ref(change)).await?;
    let keys = applied.into_iter().next().unwrap_or_default().returned;
    if keys.len() == change.rows {
        return Ok(Some(keys));
    }
    session.rollback().await?;
    Ok(None)
}
