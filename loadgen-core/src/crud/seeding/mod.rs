//! Filling tables up to a number of rows.
//!
//! Row `n` of a table is a function of the seed, the table and `n`, of the keys that its parents had when the table's turn
//! came, and of the largest numbers that were there: whichever connection writes it, it is the same. Ranges of rows are
//! dealt to the connections, each a transaction of its own, so whoever is killed leaves whole ranges behind and nothing
//! else. Started again, a seeding counts what is there and adds the difference.

mod agreement;
mod beginning;
mod call;
mod combined;
mod crew;
mod deal;
mod fill;
mod groups;
mod order;
mod parentage;
mod parents;
mod progress;
mod report;
mod run;
#[cfg(test)]
mod tests;
mod turn;
mod wave;
mod worker;

pub(super) use order::order;
pub use progress::{SeedProgress, SeedSnapshot};
pub use report::{SeedReport, SeededTable};
pub use run::{Seeding, seeding_plan};
