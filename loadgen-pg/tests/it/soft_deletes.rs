//! Moments that a check compares with one that is the time of the insert by default.

use loadgen_core::{
    Run, SqlSession,
    crud::{Crud, CrudConfig},
};

use crate::support::database;

#[tokio::test]
async fn a_row_is_deleted_after_it_was_created_and_not_in_a_far_future() {
    let sql = "
        create table soft (
            id int primary key, created_at timestamptz not null default now(), deleted_at timestamptz,
            check (deleted_at is null or deleted_at >= created_at)
        );
        create table plain (id int primary key, created_at timestamptz not null default now(), deleted_at timestamptz);";
    let (target, mut session) = database(sql).await;
    let run = Run::new(target, Crud::new(CrudConfig::default())).seed(5).lanes(4).connections(2);
    let report = run.operations(400).check().execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:#?}", report.errors);
    let deleted = "do $$ begin
        assert (select count(deleted_at) > 2 and max(deleted_at) < '2100-01-01' from soft), 'soft';
        assert (select bool_and(created_at < '2026-01-02' and (deleted_at >= created_at) is not false) from plain), 'plain';
    end $$";
    session.execute(deleted).await.unwrap();
}
