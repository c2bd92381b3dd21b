//! Tables without any key, whose rows are found by where they are.

use loadgen_core::{
    Report, Run, Seed, Setup, SqlSession, Target,
    crud::{self, Crud, CrudConfig, CrudPlan},
};
use loadgen_pg::PgTarget;

use crate::{
    support::database,
    waiting::{holds, until},
};

async fn plan(target: &PgTarget, config: &CrudConfig) -> CrudPlan {
    let mut session = target.connect().await.unwrap();
    let setup = Setup { seed: Seed(3), lanes: 4, check: true };
    crud::permitted_plan(&mut session, config, &setup).await.unwrap()
}

async fn run(target: &PgTarget, config: &CrudConfig, seed: u64) -> Report {
    let run = Run::new(target.clone(), Crud::new(config.clone())).seed(seed).lanes(4).connections(4);
    let report = run.operations(2_000).check().execute().await.unwrap_or_else(|error| panic!("{error:#?}"));
    assert!(report.errors.is_empty(), "{:#?}", report.errors);
    report
}

#[tokio::test]
async fn rows_without_a_key_are_updated_and_deleted() {
    let (target, mut session) = database(
        "create table plain (a int, b text); create table doubled (v boolean not null);
         create table full_identity (a int, b text); alter table full_identity replica identity full;
         create table parts (a int, b text) partition by hash (a);
         create table parts_0 partition of parts for values with (modulus 1, remainder 0);
         create table touched (a int, b text);
         create function touch() returns trigger language plpgsql as $$ begin new.b = 'x'; return new; end $$;
         create trigger touch before update on touched for each row execute function touch()",
    )
    .await;
    let planned = plan(&target, &CrudConfig::default()).await;
    for table in &planned.tables {
        let (name, notes) = (&table.table.name.table, table.notes.join("; "));
        let by_address = !name.starts_with("parts") && name != "touched";
        assert_eq!(notes.contains("rows are found by where they are"), by_address, "{name}: {notes}");
        assert_eq!(notes.contains("rows are only inserted"), !by_address, "{name}: {notes}");
    }
    let report = run(&target, &CrudConfig::default(), 3).await;
    for name in ["plain", "doubled", "full_identity"] {
        let rows = report.tally.tables[&format!("public.{name}")].rows;
        assert!(rows.updated > 50 && rows.deleted > 20, "{name}: {rows:?}");
    }
    // Elsewhere, and with rows of others among them.
    session.execute("vacuum full plain").await.unwrap();
    session.execute("insert into plain select 1, 'x' from generate_series(1, 500)").await.unwrap();
    run(&target, &CrudConfig::default(), 4).await;
}

#[tokio::test]
async fn rows_that_were_moved_are_let_go_and_nobody_elses_touched() {
    let (target, mut session) = database("create table plain (a int, b text)").await;
    let config = CrudConfig::default();
    let mover = async {
        for round in 1..=5 {
            let theirs = "insert into plain select -7, 'theirs' from generate_series(1, 50)";
            session.execute(theirs).await.unwrap();
            let own = format!("select count(*) > {round} * 20 from plain where a <> -7");
            until("lanes have rows to lose", async || holds(&mut session, &own).await).await;
            session.execute("vacuum full plain").await.unwrap();
        }
    };
    let run = Run::new(target.clone(), Crud::new(config)).seed(3).lanes(4).connections(4).operations(3_000);
    let (report, ()) = tokio::join!(run.execute(), mover);
    let report = report.unwrap();
    assert!(report.errors.is_empty(), "{:#?}", report.errors);
    let tally = report.tally.tables["public.plain"];
    let sql = "select count(*) from plain where a = -7 and b = 'theirs'";
    let theirs: i64 = sqlx::query_scalar(sql).fetch_one(session.driver().unwrap()).await.unwrap();
    assert_eq!(theirs, 250, "{tally:?}");
    assert!(tally.missed > 0, "nothing was moved under the lanes: {tally:?}");
}

#[tokio::test]
async fn who_only_inserts_needs_no_addresses() {
    let (target, _) = database("create table plain (a int, b text)").await;
    let only = serde_json::from_str(r#"{"operations": {"insert": 1}, "rows": {"insert": 50}}"#).unwrap();
    assert_eq!(plan(&target, &only).await.tables[0].notes, [""; 0]);
    assert!(run(&target, &only, 3).await.tally.tables["public.plain"].live > 90_000);
}
