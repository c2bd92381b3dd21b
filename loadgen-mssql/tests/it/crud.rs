//! `crud` on a server that executes it.

use loadgen_core::{
    Run,
    crud::{Crud, CrudConfig, RowCounts},
};

use crate::support::Server;

#[tokio::test]
async fn rows_are_as_they_should_be_and_the_digest_is_the_same_for_eight_connections_and_one() {
    let Some(server) = Server::of_the_environment() else { return };
    let rows = RowCounts { insert: 4, update: 2, delete: 2 };
    let config = CrudConfig { schemas: vec!["conformance".to_owned()], rows, ..CrudConfig::default() };
    let mut digests = Vec::new();
    for connections in [8, 1] {
        let (target, session) = server.database(include_str!("conformance.sql")).await;
        drop(session);
        let run = Run::new(target, Crud::new(config.clone())).seed(11).lanes(32).connections(connections);
        let report = run.operations(2_000).check().execute().await.unwrap();
        assert!(report.fatal.is_none() && report.errors.is_empty(), "{:?}", report.errors);
        digests.push(report.tally.history);
    }
    assert_eq!(digests[0], digests[1]);
    server.clean().await;
}
