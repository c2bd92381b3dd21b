//! The engine: lanes dealt to workers once, and everything counted.

mod afterwards;
mod conclude;
mod crew;
mod error;
mod execute;
mod follow;
mod open;
mod progress;
mod recorder;
mod refusals;
mod retry;
mod run;
mod schedule;
mod shared;
mod stop;
mod supervise;
mod timer;
mod worker;

pub(crate) use crew::on_own_thread;
pub use error::RunError;
pub(crate) use open::open;
pub use progress::{Progress, Snapshot};
pub use retry::RetryPolicy;
pub(crate) use retry::Tries;
pub use run::Run;
pub(crate) use stop::{Level, Stop};
pub(crate) use supervise::{Signal, listen};
