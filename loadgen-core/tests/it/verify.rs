//! The verifier, verified: what a correct sink shows passes, and each way of spoiling it is named.

mod history;
mod ledgers;
mod mutations;
mod sink;
