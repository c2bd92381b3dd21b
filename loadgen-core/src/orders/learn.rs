//! What a lane knows after an operation was carried out.

use super::{
    act::{Act, Subject},
    cut::Cut,
    draw::Goods,
    lane::{Customer, Item, Order, OrdersLane},
    placing::{Buyer, Keys, Placing},
    role::{
        CREATED_AT, CUSTOMER, CUSTOMER_ID, EMAIL, FIRST_NAME, ITEM, KEY, LAST_NAME, MODIFIED_AT, ORDER,
        ORDER_DATE, ORDER_ID, PRODUCT_NAME, QUANTITY, STATUS, TOTAL_AMOUNT, UNIT_PRICE,
    },
    status::Status,
    tables::Found,
    traffic::Traffic,
};
use crate::{Change, ChangeKind, Rows, Value, row_hash};

/// The columns that a lane fills by itself, in the order of the statements.
const OF_CUSTOMER: [usize; 5] = [FIRST_NAME, LAST_NAME, EMAIL, CREATED_AT, MODIFIED_AT];
const OF_ORDER: [usize; 3] = [ORDER_DATE, TOTAL_AMOUNT, STATUS];
const OF_ITEM: [usize; 3] = [PRODUCT_NAME, QUANTITY, UNIT_PRICE];

impl Traffic {
    /// The pending operation was carried out.
    pub(super) fn learn(&self, lane: &mut OrdersLane, seq: u64) -> Rows {
        match lane.pending.take() {
            None => Rows::default(),
            Some(Act::Place(placing)) => self.learn_order(lane, seq, &placing),
            Some(Act::Advance { order, next, .. }) => self.learn_status(lane, seq, (order, next)),
            Some(Act::Email { customer, change }) => self.learn_email(lane, seq, (customer, &change)),
            Some(Act::Cut(cut)) => self.learn_cut(lane, seq, &cut),
        }
    }

    /// A new customer as the lane remembers it, but for its number.
    pub(super) fn customer(&self, placing: &Placing, keys: &Keys) -> Option<Customer> {
        let Buyer::New { person, values } = &placing.buyer else { return None };
        let table = &self.tables[CUSTOMER];
        let fixed = table.part(KEY, &keys.buyer).wrapping_add(parts(
            table,
            &[FIRST_NAME, LAST_NAME, CREATED_AT],
            &[&values[0], &values[1], &values[3]],
        ));
        let changing = parts(table, &[EMAIL, MODIFIED_AT], &[&values[2], &values[4]]);
        Some(Customer {
            key: keys.buyer.clone(),
            number: 0,
            stem: person.stem.as_str().into(),
            fixed,
            changing,
        })
    }

    /// A new order as the lane remembers it, but for numbers.
    pub(super) fn order(&self, placing: &Placing, keys: &Keys) -> Order {
        let known = [&keys.order, &keys.buyer, &placing.order[0]];
        let fixed = parts(&self.tables[ORDER], &[KEY, CUSTOMER_ID, ORDER_DATE], &known);
        let (key, status, total) = (keys.order.clone(), Status::Pending, placing.total);
        let item = |(goods, key): (&Goods, &Value)| {
            let [product, quantity, price] = &self.draw.item_values(goods);
            let roles = [KEY, ORDER_ID, PRODUCT_NAME, QUANTITY, UNIT_PRICE];
            let sum = parts(&self.tables[ITEM], &roles, &[key, &keys.order, product, quantity, price]);
            Item { key: key.clone(), number: 0, amount: self.draw.amount(goods), sum }
        };
        let items = placing.goods.iter().zip(&keys.items).map(item).collect();
        Order { key, number: 0, status, total, fixed, items }
    }

    fn learn_order(&self, lane: &mut OrdersLane, seq: u64, placing: &Placing) -> Rows {
        let Some(keys) = &placing.keys else { return Rows::default() };
        let mut buyer = if let Buyer::Known { number, .. } = placing.buyer { number } else { 0 };
        if let (Some(mut customer), Buyer::New { values, .. }) =
            (self.customer(placing, keys), &placing.buyer)
        {
            buyer = lane.number(CUSTOMER);
            customer.number = buyer;
            let told = told(&self.tables[CUSTOMER], &OF_CUSTOMER, &values[..]);
            lane.record(seq, CUSTOMER, ChangeKind::Insert, (buyer, told));
            lane.arrive(CUSTOMER, row_hash(customer.sum()));
            lane.remember_customer(customer);
        }
        let mut order = self.order(placing, keys);
        order.number = lane.number(ORDER);
        let reference = |table: usize, role: usize, number: u64| {
            self.tables[table].told(role, &Value::Int(number as i64))
        };
        let chosen = told(&self.tables[ORDER], &OF_ORDER, &placing.order);
        let chosen = chosen.wrapping_add(reference(ORDER, CUSTOMER_ID, buyer));
        lane.record(seq, ORDER, ChangeKind::Insert, (order.number, chosen));
        lane.arrive(ORDER, row_hash(order.sum(self)));
        for (item, goods) in order.items.iter_mut().zip(&placing.goods) {
            item.number = lane.number(ITEM);
            let chosen = told(&self.tables[ITEM], &OF_ITEM, &self.draw.item_values(goods));
            let chosen = chosen.wrapping_add(reference(ITEM, ORDER_ID, order.number));
            lane.record(seq, ITEM, ChangeKind::Insert, (item.number, chosen));
            lane.arrive(ITEM, row_hash(item.sum));
        }
        let inserted = 1 + order.items.len() as u64 + u64::from(!placing.is_known());
        lane.remember_order(order);
        Rows { inserted, ..Rows::default() }
    }

    fn learn_status(&self, lane: &mut OrdersLane, seq: u64, (at, next): (usize, Status)) -> Rows {
        let told = self.tables[ORDER].told(STATUS, &Value::Text(next.name().to_owned()));
        self.turn_order(lane, seq, (at, told), |order| order.status = next);
        if next.next().is_none() {
            lane.let_go(Subject::Order(at));
        }
        Rows { updated: 1, ..Rows::default() }
    }

    /// The order at a place is another one now.
    fn turn_order(
        &self,
        lane: &mut OrdersLane,
        seq: u64,
        (at, told): (usize, u64),
        turn: impl FnOnce(&mut Order),
    ) {
        let order = &mut lane.orders[at];
        let (before, number) = (order.sum(self), order.number);
        turn(order);
        let after = order.sum(self);
        lane.turn(ORDER, before, after);
        lane.record(seq, ORDER, ChangeKind::Update, (number, told));
    }

    fn learn_email(&self, lane: &mut OrdersLane, seq: u64, (at, change): (usize, &Change)) -> Rows {
        let told = told(&self.tables[CUSTOMER], &[EMAIL, MODIFIED_AT], &change.values[1..]);
        let changing = self.changing(change);
        let customer = &mut lane.customers[at];
        let (before, number) = (customer.sum(), customer.number);
        customer.changing = changing;
        let after = customer.sum();
        lane.turn(CUSTOMER, before, after);
        lane.record(seq, CUSTOMER, ChangeKind::Update, (number, told));
        Rows { updated: 1, ..Rows::default() }
    }

    /// The sum of the columns of a customer that a change of the email writes.
    pub(super) fn changing(&self, change: &Change) -> u64 {
        parts(&self.tables[CUSTOMER], &[EMAIL, MODIFIED_AT], &[&change.values[1], &change.values[2]])
    }

    fn learn_cut(&self, lane: &mut OrdersLane, seq: u64, cut: &Cut) -> Rows {
        let told = self.tables[ORDER].told(TOTAL_AMOUNT, &self.draw.total(cut.total));
        self.turn_order(lane, seq, (cut.order, told), |order| order.total = cut.total);
        let item = lane.orders[cut.order].items.remove(cut.item);
        lane.leave(ITEM, row_hash(item.sum));
        lane.record(seq, ITEM, ChangeKind::Delete, (item.number, 0));
        Rows { updated: 1, deleted: 1, ..Rows::default() }
    }
}

/// The sum of what a lane chose itself.
fn told(table: &Found, roles: &[usize], values: &[Value]) -> u64 {
    roles.iter().zip(values).fold(0, |sum, (role, value)| sum.wrapping_add(table.told(*role, value)))
}

/// The sum of the parts of a row that digests cover.
fn parts(table: &Found, roles: &[usize], values: &[&Value]) -> u64 {
    roles.iter().zip(values).fold(0, |sum, (role, value)| sum.wrapping_add(table.part(*role, value)))
}
