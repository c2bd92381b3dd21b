//! The `loadgen` command.

mod plan_file;
mod secrets;

fn main() {}
