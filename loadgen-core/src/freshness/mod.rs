//! How long after its commit a change is to be seen in a sink, measured while the run goes on.
//!
//! A run with a ledger moves a marker in each transaction. [`Freshness`] notes when each of these commits was
//! acknowledged, and [`Freshness::follow`] asks the sink again and again how far the markers have come there ([`Arrivals`]).
//! What the traffic pays for it is a clock and a lock that nobody else wants, next to the round trips of a transaction.
//!
//! No commit is left out: the figures count every one that was acknowledged, and what the sink has not shown by the end
//! is `unseen`. Where the sink lags so far that not every commit can have an instant of its own, some count as the
//! one before them, which is older: lateness may be overstated then, and never hidden.

mod arrivals;
mod follow;
mod handle;
mod recent;
mod report;
#[cfg(test)]
mod tests;
mod unseen;

pub use arrivals::{Arrivals, EachMarker};
pub use handle::Freshness;
pub use report::{FreshnessReport, FreshnessSnapshot};
