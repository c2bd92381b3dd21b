//! What the ledger of a run is told.

use super::{
    act::Act,
    lane::{Order, OrdersLane},
    role::{CUSTOMER, ITEM, KEY, ORDER},
    standing::Standing,
    tables::Found,
    traffic::Traffic,
};
use crate::{
    ChangeKind, Failure, Value,
    crud::TableDigest,
    ledger::{Covered, Entry, Form, TableHeader, Tracer},
};

impl Traffic {
    /// Enters the tables in the ledger, with what was in them before.
    pub(super) fn enter(&mut self, tracer: &Tracer, before: &Standing) -> Result<(), Failure> {
        let header = |at: usize| (None, self.tables[at].header(&before.tables[at]));
        self.numbers = tracer.numbers([CUSTOMER, ORDER, ITEM].map(header).into(), Vec::new())?;
        Ok(())
    }

    /// What the ledger says of the pending operation, row by row.
    pub(super) fn entries(&self, lane: &OrdersLane) -> Vec<Entry> {
        let entry = |table: usize, kind: ChangeKind, key: &Value, sum: Option<u64>| {
            Entry::new(self.numbers[table], kind, vec![key.to_string()], sum)
        };
        let insert = |table: usize, key: &Value, sum: u64| entry(table, ChangeKind::Insert, key, Some(sum));
        let update = |table: usize, key: &Value, sum: u64| entry(table, ChangeKind::Update, key, Some(sum));
        match &lane.pending {
            None => Vec::new(),
            Some(Act::Place(placing)) => {
                let Some(keys) = &placing.keys else { return Vec::new() };
                let (customer, order) = (self.customer(placing, keys), self.order(placing, keys));
                let customer = customer.map(|customer| insert(CUSTOMER, &customer.key, customer.sum()));
                let items = order.items.iter().map(|item| insert(ITEM, &item.key, item.sum));
                customer
                    .into_iter()
                    .chain([insert(ORDER, &order.key, order.sum(self))])
                    .chain(items)
                    .collect()
            }
            Some(Act::Advance { order, next, .. }) => {
                let Order { key, fixed, total, .. } = &lane.orders[*order];
                vec![update(ORDER, key, self.order_sum(*fixed, *total, *next))]
            }
            Some(Act::Email { customer, change }) => {
                let customer = &lane.customers[*customer];
                vec![update(CUSTOMER, &customer.key, customer.fixed.wrapping_add(self.changing(change)))]
            }
            Some(Act::Cut(cut)) => {
                let Order { key, fixed, status, items, .. } = &lane.orders[cut.order];
                let sum = self.order_sum(*fixed, cut.total, *status);
                let gone = entry(ITEM, ChangeKind::Delete, &items[cut.item].key, None);
                vec![update(ORDER, key, sum), gone]
            }
        }
    }
}

impl Found {
    fn header(&self, before: &TableDigest) -> TableHeader {
        let columns = &self.table.columns;
        let covered = self.covered();
        let entry = |at: usize| Covered {
            name: columns[at].name.clone(),
            ty: columns[at].native.name.clone(),
            form: Some(Form::of(&columns[at].ty)),
        };
        let uncovered = (0..columns.len()).filter(|at| !covered.contains(at));
        TableHeader {
            schema: self.table.name.schema.clone(),
            table: self.table.name.table.clone(),
            key: vec![self.column(KEY).name.clone()],
            uncovered: uncovered.map(|at| columns[at].name.clone()).collect(),
            columns: covered.iter().map(|at| entry(*at)).collect(),
            unchecked: None,
            was: None,
            rows_before: before.rows,
            digest_before: before.digest.to_string(),
        }
    }
}
