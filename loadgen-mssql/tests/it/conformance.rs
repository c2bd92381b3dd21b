//! The contract that every SQL backend keeps.

use loadgen_core::conformance;

use crate::support::Server;

#[tokio::test]
async fn a_tds_server_conforms() {
    let Some(server) = Server::of_the_environment() else { return };
    conformance::check(async || server.database(include_str!("conformance.sql")).await.0).await;
    server.clean().await;
}

#[tokio::test]
async fn a_tds_server_conforms_where_tables_are_filled() {
    let Some(server) = Server::of_the_environment() else { return };
    conformance::check_bulk(async || server.database(include_str!("conformance.sql")).await.0).await;
    server.clean().await;
}

#[tokio::test]
async fn a_tds_server_conforms_where_a_ledger_is_kept() {
    let Some(server) = Server::of_the_environment() else { return };
    conformance::check_marked(async || server.database(include_str!("conformance.sql")).await.0).await;
    server.clean().await;
}
