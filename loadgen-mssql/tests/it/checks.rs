//! Tables with conditions, filled.

use loadgen_core::{
    Run, Seed, Setup, SqlSession, crud,
    crud::{Crud, CrudConfig},
};

use crate::support::Server;

#[tokio::test]
async fn rows_meet_conditions_of_many_forms_before_they_are_sent() {
    let Some(server) = Server::of_the_environment() else { return };
    let (target, mut session) = server.database(include_str!("zoo/checks.sql")).await;
    let setup = Setup { seed: Seed(3), lanes: 8, check: true };
    let plan = crud::permitted_plan(&mut session, &CrudConfig::default(), &setup).await.unwrap();
    assert_eq!(plan.refused, []);
    assert_eq!(plan.tables.len(), 6);
    let run = Run::new(target, Crud::new(CrudConfig::default())).seed(3).lanes(8).connections(4);
    let report = run.operations(3_000).check().execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:#?}", report.errors);
    for table in &plan.tables {
        assert!(
            report.tally.tables[&table.table.name.to_string()].rows.inserted > 20,
            "{}",
            table.table.name
        );
    }
    session.server().await.unwrap();
    drop(session);
    server.clean().await;
}
