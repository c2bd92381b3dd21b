//! What the tables hold: how many rows, their digests, and whether totals and items agree.

use super::{
    role::{CUSTOMER, ITEM, KEY, ORDER, ORDER_ID, QUANTITY, ROLES, STATUS, TOTAL_AMOUNT, UNIT_PRICE},
    status::Status,
    tables::{Found, Tables},
};
use crate::{Decimal, Failure, SqlSession, Value, canonical::Canonical, crud::TableDigest, row_hash};

/// What the tables hold. It is read with memory that does not grow with them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Standing {
    /// The rows of each table.
    pub(super) tables: [TableDigest; 3],
    /// The sum over all orders of the hash of the key times the total, less the sum over all items of the hash of the order's key
    /// times quantity and price, modulo 2^128: what every order adds is nothing, if its total is that of its items. An order
    /// without items that has a total is seen as well.
    pub(super) balance: u128,
    /// Orders whose total is not above zero.
    pub(super) worthless: u64,
    /// Orders with a status that there is none of.
    pub(super) astray: u64,
}

impl Standing {
    /// Reads all three tables.
    pub(super) async fn read(session: &mut impl SqlSession, tables: &Tables) -> Result<Self, Failure> {
        let mut standing = Standing::default();
        let unit = tables[ORDER].scale(TOTAL_AMOUNT).max(tables[ITEM].scale(UNIT_PRICE));
        for at in [CUSTOMER, ORDER, ITEM] {
            let found = &tables[at];
            let columns: Vec<usize> = (0..ROLES[at].columns.len()).map(|role| found.place(role)).collect();
            let mut each = |values: &[Value]| {
                standing.tables[at].digest.add(hash_of(found, values));
                match at {
                    ORDER => standing.order(values, unit),
                    ITEM => standing.item(values, unit),
                    _ => {}
                }
            };
            let rows = session.scan(&found.table, &columns, &mut each).await?;
            standing.tables[at].rows = rows;
        }
        Ok(standing)
    }

    fn order(&mut self, values: &[Value], unit: u8) {
        let total = amount(&values[TOTAL_AMOUNT], unit);
        self.worthless += u64::from(total <= 0);
        let is_known = |name: &String| Status::read(name).is_some();
        self.astray += u64::from(!matches!(&values[STATUS], Value::Text(name) if is_known(name)));
        self.balance = self.balance.wrapping_add(weight(&values[KEY]).wrapping_mul(total as u128));
    }

    fn item(&mut self, values: &[Value], unit: u8) {
        let quantity = if let Value::Int(quantity) = values[QUANTITY] { i128::from(quantity) } else { 0 };
        let worth = amount(&values[UNIT_PRICE], unit).wrapping_mul(quantity);
        self.balance = self.balance.wrapping_sub(weight(&values[ORDER_ID]).wrapping_mul(worth as u128));
    }

    /// What does not hold that held before.
    pub(super) fn broken_since(&self, before: &Standing) -> Vec<&'static str> {
        let rules = [
            (self.balance == before.balance, "totals of orders are not those of their items"),
            (self.worthless <= before.worthless, "orders have totals that are not above zero"),
            (self.astray <= before.astray, "orders have a status that there is none of"),
        ];
        rules.into_iter().filter(|(holds, _)| !holds).map(|(_, words)| words).collect()
    }
}

fn hash_of(found: &Found, values: &[Value]) -> u128 {
    let parts = values.iter().enumerate().map(|(role, value)| found.part(role, value));
    row_hash(parts.fold(0, u64::wrapping_add))
}

/// What stands for a key.
fn weight(key: &Value) -> u128 {
    let mut canonical = Canonical::new(0);
    canonical.value(key);
    canonical.finish_wide()
}

/// An amount with so many digits after the point.
fn amount(value: &Value, unit: u8) -> i128 {
    match value {
        Value::Decimal(Decimal { unscaled, scale }) => {
            unscaled.wrapping_mul(10i128.pow(u32::from(unit.saturating_sub(*scale))))
        }
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(unscaled: i128) -> Value {
        Value::Decimal(Decimal { unscaled, scale: 2 })
    }

    fn balance(orders: &[(i64, i128)], items: &[(i64, i64, i128)]) -> u128 {
        let mut standing = Standing::default();
        for (key, total) in orders {
            let status = Value::Text("Pending".to_owned());
            standing.order(&[Value::Int(*key), Value::Null, Value::Null, money(*total), status], 2);
        }
        for (order, quantity, price) in items {
            let product = Value::Null;
            standing
                .item(&[Value::Null, Value::Int(*order), product, Value::Int(*quantity), money(*price)], 2);
        }
        standing.balance
    }

    #[test]
    fn the_balance_is_even_only_where_each_order_is_worth_its_items() {
        assert_eq!(balance(&[(1, 700), (2, 50)], &[(1, 2, 300), (2, 1, 50), (1, 1, 100)]), 0);
        assert_ne!(
            balance(&[(1, 700), (2, 50)], &[(1, 2, 300), (2, 1, 150)]),
            0,
            "what one lacks, another has"
        );
        assert_ne!(balance(&[(1, 700)], &[]), 0, "no items");
        assert_ne!(balance(&[], &[(1, 1, 1)]), 0, "no order");
    }
}
