//! A test of a schema of your own, against a real PostgreSQL that is gone afterwards.

use loadgen_core::{
    Run, SqlSession, Target,
    crud::{Crud, CrudConfig},
};
use loadgen_pg::{PgSettings, PgTarget, server::Server};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let server = Server::start().await?;
    let target = PgTarget::new(PgSettings::from_url(&server.create_database("shop").await?)?);
    let schema =
        "create table users (id bigserial primary key, email varchar(80) not null unique, born date)";
    target.connect().await?.execute(schema).await?;

    let run = Run::new(target, Crud::new(CrudConfig::default())).seed("black friday").connections(4);
    let report = run.operations(5_000).check().execute().await?;

    let users = &report.tally.tables["public.users"];
    println!("{} users live, history {}", users.live, report.tally.history);
    assert_eq!(report.outcomes().aborted, 0);
    Ok(())
}
