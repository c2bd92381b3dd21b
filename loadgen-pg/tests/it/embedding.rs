//! What a test of somebody else's looks like.

use loadgen_core::{
    Run,
    crud::{Crud, CrudConfig},
};
use loadgen_pg::{PgSettings, PgTarget, server::Server};

#[tokio::test]
async fn a_test_takes_fewer_than_fifteen_lines() -> Result<(), Box<dyn std::error::Error>> {
    let server = Server::start().await?;
    let url = server.create_database("shop").await?;
    let (target, mut session) = crate::support::connect(&url).await;
    loadgen_core::SqlSession::execute(&mut session, "create table t (id bigserial primary key, name text)")
        .await?;
    let run = Run::new(target, Crud::new(CrudConfig::default())).seed("black friday").operations(1_000);
    let report = run.check().execute().await?;
    assert_eq!(report.outcomes().aborted, 0);
    Ok(())
}

#[tokio::test]
async fn the_same_seed_does_the_same_in_any_database_on_any_number_of_connections() {
    let mut histories = Vec::new();
    for (connections, threads) in [(1, 0), (8, 0), (8, 2)] {
        let (target, _) = crate::support::database(include_str!("shop.sql")).await;
        let run = Run::new(target, Crud::new(CrudConfig::default())).seed(7).connections(connections);
        let report = run.threads(threads).operations(3_000).check().execute().await.unwrap();
        assert!(report.errors.is_empty(), "{:?}", report.errors);
        assert!(report.tally.tables.values().all(|table| table.live > 0), "{:?}", report.tally.tables);
        histories.push(report.tally.history);
    }
    assert_eq!(histories[0], histories[1]);
    assert_eq!(histories[0], histories[2]);
}

#[test]
fn the_settings_are_part_of_the_library() {
    let settings = PgSettings::from_url("postgres://loadgen:secret@db.internal:5433/shop").unwrap();
    assert_eq!(loadgen_core::Target::describe(&PgTarget::new(settings)), "postgres://db.internal:5433/shop");
}
