//! What one lane remembers: its customers, and its orders that are on their way.

use std::collections::VecDeque;

use super::{
    act::{Act, Subject},
    role::{CUSTOMER, ITEM, ORDER, STATUS, TOTAL_AMOUNT},
    status::Status,
    traffic::Traffic,
};
use crate::{ChangeKind, History, LaneId, Rows, TableTally, Tally, Value, ledger::LaneTrace, row_hash};

/// The memory of one lane.
#[derive(Debug)]
pub struct OrdersLane {
    id: LaneId,
    /// The most customers, and the most orders.
    cap: usize,
    /// The oldest first.
    pub(super) customers: VecDeque<Customer>,
    /// Those that are not completed, the oldest first.
    pub(super) orders: VecDeque<Order>,
    /// What was done to each table.
    pub(super) books: [TableTally; 3],
    /// How many rows of each table the lane has made; its own number for each is the one before.
    made: [u64; 3],
    history: History,
    /// What was sent and not answered yet. Found set at the start of another operation, it means that nobody knows what became
    /// of it.
    pub(super) pending: Option<Act>,
    /// The lane's part of the ledger, if the run has one.
    pub(super) trace: Option<LaneTrace>,
}

/// A customer of the lane.
#[derive(Debug)]
pub(super) struct Customer {
    pub(super) key: Value,
    pub(super) number: u64,
    /// What emails begin with.
    pub(super) stem: Box<str>,
    /// The sum of the row without the columns that change.
    pub(super) fixed: u64,
    /// The sum of the others.
    pub(super) changing: u64,
}

/// An order of the lane.
#[derive(Debug)]
pub(super) struct Order {
    pub(super) key: Value,
    pub(super) number: u64,
    pub(super) status: Status,
    /// Without the point.
    pub(super) total: i128,
    /// The sum of the row without total and status.
    pub(super) fixed: u64,
    pub(super) items: Vec<Item>,
}

/// An item of an order.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) key: Value,
    pub(super) number: u64,
    /// What it adds to the total, without the point.
    pub(super) amount: i128,
    /// The sum of the row.
    pub(super) sum: u64,
}

impl Customer {
    /// The sum of the row.
    pub(super) fn sum(&self) -> u64 {
        self.fixed.wrapping_add(self.changing)
    }
}

impl Order {
    /// The sum of the row.
    pub(super) fn sum(&self, traffic: &Traffic) -> u64 {
        traffic.order_sum(self.fixed, self.total, self.status)
    }
}

impl Traffic {
    /// The sum of the row of an order with this total and status.
    pub(super) fn order_sum(&self, fixed: u64, total: i128, status: Status) -> u64 {
        let table = &self.tables[ORDER];
        let total = table.part(TOTAL_AMOUNT, &self.draw.total(total));
        let status = table.part(STATUS, &Value::Text(status.name().to_owned()));
        fixed.wrapping_add(total).wrapping_add(status)
    }
}

impl OrdersLane {
    pub(super) fn new(id: LaneId, cap: usize, trace: Option<LaneTrace>) -> Self {
        OrdersLane {
            id,
            cap,
            customers: VecDeque::new(),
            orders: VecDeque::new(),
            books: [TableTally::default(); 3],
            made: [0; 3],
            history: History::default(),
            pending: None,
            trace,
        }
    }

    /// Lets go of what a change is about of which nobody knows whether it happened.
    pub(super) fn give_up(&mut self) {
        let Some(act) = self.pending.take() else { return };
        act.tables().iter().for_each(|table| self.books[*table].unknown += 1);
        self.let_go(act.subject());
    }

    /// Forgets a row, whatever becomes of it.
    pub(super) fn let_go(&mut self, subject: Subject) {
        match subject {
            Subject::New => {}
            Subject::Customer(at) => drop(self.customers.remove(at)),
            Subject::Order(at) => drop(self.orders.remove(at)),
        }
    }

    /// Somebody else has changed a row of ours: what is in the table is not known any more.
    pub(super) fn miss(&mut self, table: usize) {
        self.books[table].missed += 1;
        if let Some(act) = self.pending.take() {
            self.let_go(act.subject());
        }
    }

    /// The lane's own number for a new row.
    pub(super) fn number(&mut self, table: usize) -> u64 {
        self.made[table] += 1;
        self.made[table] - 1
    }

    /// Appends a change of one row to the history.
    pub(super) fn record(&mut self, seq: u64, table: usize, kind: ChangeKind, (number, told): (u64, u64)) {
        self.history.record(seq, table as u32, kind, number, told);
        let rows = &mut self.books[table].rows;
        *rows += match kind {
            ChangeKind::Insert => Rows { inserted: 1, ..Rows::default() },
            ChangeKind::Update => Rows { updated: 1, ..Rows::default() },
            ChangeKind::Delete => Rows { deleted: 1, ..Rows::default() },
        };
    }

    /// A new row is there.
    pub(super) fn arrive(&mut self, table: usize, hash: u128) {
        self.books[table].live += 1;
        self.books[table].digest.add(hash);
    }

    /// A row has another sum now.
    pub(super) fn turn(&mut self, table: usize, before: u64, after: u64) {
        self.books[table].digest.remove(row_hash(before));
        self.books[table].digest.add(row_hash(after));
    }

    /// A row is gone.
    pub(super) fn leave(&mut self, table: usize, hash: u128) {
        self.books[table].live -= 1;
        self.books[table].digest.remove(hash);
    }

    pub(super) fn remember_customer(&mut self, customer: Customer) {
        if self.customers.len() >= self.cap {
            self.customers.pop_front();
        }
        self.customers.push_back(customer);
    }

    pub(super) fn remember_order(&mut self, order: Order) {
        if self.orders.len() >= self.cap {
            self.orders.pop_front();
        }
        self.orders.push_back(order);
    }

    pub(super) fn tally(&mut self, traffic: &Traffic, tally: &mut Tally) {
        self.give_up();
        tally.history.merge(self.history.digest(self.id));
        for table in [CUSTOMER, ORDER, ITEM] {
            let name = traffic.tables[table].table.name.to_string();
            tally.tables.entry(name).or_default().merge(self.books[table]);
        }
    }
}
