//! `loadgen schema`: what a plan file may hold, for editors.

use crate::{
    failed::{Code, Failed},
    output,
    plan_file::PlanFile,
};

pub(super) fn schema() -> Result<(), Failed> {
    let schema = schemars::schema_for!(PlanFile);
    let json = serde_json::to_string_pretty(&schema).map_err(|error| Failed::because(Code::Run, &error))?;
    output::result(&format!("{json}\n"))
}
