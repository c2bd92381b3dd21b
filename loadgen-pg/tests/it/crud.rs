//! `crud` where only a real server has an opinion.

use loadgen_core::{
    CheckError, Run, RunError, SqlSession, Target,
    crud::{Crud, CrudConfig},
};
use loadgen_pg::PgTarget;

use crate::support::{database, target_as};

fn run(target: PgTarget, config: CrudConfig) -> Run<Crud<PgTarget>> {
    Run::new(target, Crud::new(config)).seed(3).lanes(8).operations(400).check()
}

#[tokio::test]
async fn a_table_that_is_left_out_needs_no_rights() {
    let (_, mut admin) = database(
        "create table ours (id int primary key, name text); create table theirs (id int primary key, secret text);
         drop role if exists limited; create role limited login; grant all on ours to limited",
    )
    .await;
    let config = CrudConfig { exclude: vec!["theirs".to_owned()], ..CrudConfig::default() };
    let target = target_as(&mut admin, "limited").await;
    let report = run(target, config).execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:?}", report.errors);
}

#[tokio::test]
async fn numbers_go_on_after_those_that_are_there() {
    let (target, _) =
        database("create table t (id smallint primary key, v text); insert into t values (30000, 'x')").await;
    let report = run(target, CrudConfig::default()).execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:?}", report.errors);
}

#[tokio::test]
async fn a_full_domain_is_skipped_and_costs_no_retries() {
    let (target, _) = database("create table t (flag boolean primary key, v text)").await;
    let report = run(target, CrudConfig::default()).execute().await.unwrap();
    assert!(report.skips["domain exhausted"] > 100, "{:?}", report.skips);
    assert_eq!((report.counts.retries, report.outcomes().aborted), (0, 0));
}

#[tokio::test]
async fn somebody_else_at_work_on_our_rows_makes_the_check_inconclusive_and_not_wrong() {
    let (target, mut other) = database("create table t (id bigserial primary key, v text not null)").await;
    other
        .execute(
            "create function gone() returns trigger language plpgsql as $$ begin
               execute format('delete from %I where id = $1', tg_table_name) using new.id - 5; return null; end $$;
             create trigger gone after insert on t for each row execute function gone()",
        )
        .await
        .unwrap();
    let error = run(target, CrudConfig::default()).execute().await.unwrap_err();
    let RunError::Check { source: CheckError::Inconclusive(lines), .. } = error else { panic!("{error:?}") };
    let missed = lines[0].strip_prefix("public.t: ").unwrap();
    assert!(
        missed.ends_with("updates and deletes did not find their rows: somebody else writes here"),
        "{lines:?}"
    );
}

#[tokio::test]
async fn values_that_change_behind_our_back_are_found_by_the_check() {
    let (target, mut other) = database("create table t (id bigserial primary key, v text not null)").await;
    other
        .execute(
            "create function loud() returns trigger language plpgsql as $$ begin
               execute format('update %I set v = upper(v) where id = $1', tg_table_name) using new.id; return null; end $$;
             create trigger loud after insert on t for each row execute function loud()",
        )
        .await
        .unwrap();
    let error = run(target.clone(), CrudConfig::default()).execute().await.unwrap_err();
    assert!(matches!(error, RunError::Check { source: CheckError::Differs(_), .. }), "{error:?}");
    target.connect().await.unwrap();
}
