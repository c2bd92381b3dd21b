//! The engine: lanes dealt to workers once, and everything counted.

mod progress;
mod recorder;
mod retry;
mod run;
mod schedule;
mod stop;
mod timer;
mod worker;

pub use progress::{Progress, Snapshot};
pub use retry::RetryPolicy;
pub use run::{Run, RunError};
