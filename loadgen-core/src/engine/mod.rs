//! The engine: lanes dealt to workers once, and everything counted.

mod conclude;
mod crew;
mod follow;
mod open;
mod progress;
mod recorder;
mod resolve;
mod retry;
mod run;
mod schedule;
mod stop;
mod supervise;
mod timer;
mod worker;

pub(crate) use crew::on_own_thread;
pub(crate) use open::open;
pub use progress::{Progress, Snapshot};
pub use retry::RetryPolicy;
pub(crate) use retry::Tries;
pub use run::{Run, RunError};
pub(crate) use stop::{Level, Stop};
pub(crate) use supervise::{Signal, listen};
