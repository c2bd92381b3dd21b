//! The `crud` workload: weighted inserts, updates and deletes on any schema, written once for every SQL backend.

mod config;
mod lane;
mod live;
mod operation;
mod plan;
mod source;
mod workload;

pub use config::{CrudConfig, OperationWeights, RowCounts, TableConfig};
pub use lane::CrudLane;
pub use plan::{CrudPlan, CrudPlanError, TablePlan};
pub use source::Source;
pub use workload::{Crud, TableDigest, plan, table_digest};
