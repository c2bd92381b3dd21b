//! What an operation is about to do.

use super::{
    cut::Cut,
    placing::Placing,
    role::{CUSTOMER, ITEM, ORDER},
    status::Status,
};
use crate::Change;

/// What an operation has drawn and is about to do. It holds all that the lane has to know when that is done.
#[derive(Debug)]
pub(super) enum Act {
    /// An order, and perhaps its customer.
    Place(Box<Placing>),
    /// The lane's order at this place goes on.
    Advance { order: usize, next: Status, change: Change },
    /// The lane's customer at this place has another email.
    Email { customer: usize, change: Change },
    /// An item is taken out.
    Cut(Box<Cut>),
}

/// What of the lane's an operation writes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Subject {
    /// New rows alone.
    New,
    Customer(usize),
    Order(usize),
}

/// How it went, where nothing failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// All of it was done.
    Done,
    /// Nothing was: a trigger keeps new rows out.
    Vetoed,
    /// Nothing was: somebody else has changed a row of this table.
    Missed(usize),
}

impl Act {
    /// The tables that it writes.
    pub(super) fn tables(&self) -> &'static [usize] {
        match self {
            Act::Place(placing) if placing.is_known() => &[ORDER, ITEM],
            Act::Place(_) => &[CUSTOMER, ORDER, ITEM],
            Act::Advance { .. } => &[ORDER],
            Act::Email { .. } => &[CUSTOMER],
            Act::Cut(_) => &[ORDER, ITEM],
        }
    }

    /// What is let go if nobody learns how it went.
    pub(super) fn subject(&self) -> Subject {
        match self {
            Act::Place(_) => Subject::New,
            Act::Advance { order, .. } => Subject::Order(*order),
            Act::Email { customer, .. } => Subject::Customer(*customer),
            Act::Cut(cut) => Subject::Order(cut.order),
        }
    }
}
