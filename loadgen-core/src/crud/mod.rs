//! The `crud` workload: weighted inserts, updates and deletes on any schema, written once for every SQL backend.

mod children;
mod choice;
mod conditions;
mod config;
mod draft;
mod error;
mod kept;
mod keys;
mod lane;
mod live;
mod observe;
mod operation;
mod padding;
mod parents;
mod peculiar;
mod pick;
mod plan;
mod prepare;
mod reference;
mod room;
mod seeding;
mod settle;
mod source;
mod table_plan;
mod ties;
mod workload;

pub use config::{CrudConfig, OperationWeights, RowCounts, TableConfig};
pub use error::{CrudPlanError, Part};
pub use lane::CrudLane;
pub use pick::Pick;
pub use plan::CrudPlan;
pub use prepare::{permitted_plan, plan};
pub use seeding::{SeedProgress, SeedReport, SeedSnapshot, SeededTable, Seeding, seeding_plan};
pub use source::Source;
pub use table_plan::TablePlan;
pub use workload::{Crud, TableDigest, table_digest};
