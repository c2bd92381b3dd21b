//! The verifier, verified: what a correct sink shows passes, and each way of spoiling it is named.

mod before;
mod columns;
mod history;
mod ledgers;
mod mutations;
mod several;
mod sink;
mod snapshots;
