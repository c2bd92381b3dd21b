//! The contract that every SQL backend keeps.

use loadgen_core::conformance;

use crate::support::database;

#[tokio::test]
async fn postgres_conforms() {
    conformance::check(async || database(include_str!("conformance.sql")).await.0).await;
}

#[tokio::test]
async fn postgres_conforms_where_tables_are_filled() {
    conformance::check_bulk(async || database(include_str!("conformance.sql")).await.0).await;
}

#[tokio::test]
async fn postgres_conforms_where_a_ledger_is_kept() {
    conformance::check_marked(async || database(include_str!("conformance.sql")).await.0).await;
}

#[tokio::test]
async fn postgres_conforms_where_a_schema_is_made_in_steps() {
    conformance::check_migrations(async || database("select 1").await.0).await;
}
