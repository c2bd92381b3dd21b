//! `loadgen schema`: what a plan file may hold, for editors.

use crate::{failed::Failed, output, plan_file::PlanFile};

pub(super) fn schema() -> Result<(), Failed> {
    let schema = schemars::schema_for!(PlanFile);
    output::json(&schema)
}
