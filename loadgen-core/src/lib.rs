//! Deterministic, open-model traffic that can be checked at the far end.

mod change;
mod decimal;
mod digest;
pub mod generate;
mod lane;
mod limit;
mod mix;
mod outcome;
mod pace;
mod report;
mod rng;
mod schema;
mod seed;
mod tally;
mod target;
pub mod units;
mod value;
mod workload;

pub use change::{Applied, Change, ChangeKind, Shape};
pub use decimal::Decimal;
pub use digest::{Digest, History, column_hash, column_salt, row_hash};
pub use lane::{Cx, LaneId};
pub use limit::Limit;
pub use mix::{Mix, Weights, WeightsError};
pub use outcome::{Action, Done, Failure, Outcome, Rows};
pub use pace::{Bursts, Pace};
pub use report::{ErrorReport, Outcomes, Report, ScenarioReport};
pub use rng::Rng;
pub use schema::{Column, Fill, ForeignKey, NativeType, Obstacle, Schema, Table, TableName, Type};
pub use seed::Seed;
pub use tally::{TableTally, Tally};
pub use target::{SchemaFilter, Session, SqlSession, Target};
pub use value::Value;
pub use workload::{CheckError, PrepareError, Scenario, SessionOf, Workload};
