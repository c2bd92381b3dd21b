//! A run in a dozen lines, on the database in memory: what a test of your own code could start from.

use loadgen_core::{
    Run, Type,
    crud::{Crud, CrudConfig},
    memory::{Memory, table},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let accounts = table("accounts").serial("id").column("balance", Type::Int(64)).primary_key(["id"]);
    let run = Run::new(Memory::new([accounts]), Crud::new(CrudConfig::default()));
    let report = run.seed("black friday").lanes(16).operations(10_000).check().execute().await?;
    let accounts = &report.tally.tables["public.accounts"];
    println!("{} rows live, history {}", accounts.live, report.tally.history);
    assert_eq!(report.outcomes().aborted, 0);
    Ok(())
}
