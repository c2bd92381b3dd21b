//! Keys that are made of rows outside the plan alone.

use loadgen_core::{
    Report, Run, Seed,
    crud::{Crud, CrudConfig, Seeding, seeding_plan},
};
use loadgen_pg::PgTarget;

use crate::support::database;

const SQL: &str = "
    create schema outer_world;
    create table outer_world.a (id int primary key);
    create table outer_world.b (region char(2), no int, primary key (region, no));
    create table outer_world.c (id uuid primary key default gen_random_uuid());
    insert into outer_world.a select generate_series(10, 39);
    insert into outer_world.b select 'r' || n % 3, n from generate_series(1, 20) n;
    insert into outer_world.c select from generate_series(1, 7);
    create table ab (
        a_id int references outer_world.a, region char(2), no int, note text, primary key (a_id, region, no),
        foreign key (region, no) references outer_world.b
    );
    create table profile (c_id uuid primary key references outer_world.c, bio text);
    create table slots (c_id uuid references outer_world.c, is_late bool, note text, primary key (c_id, is_late));";

async fn run(target: &PgTarget, config: &str, connections: u32) -> Report {
    let config: CrudConfig = serde_json::from_str(config).unwrap();
    let run = Run::new(target.clone(), Crud::new(config)).seed(5).lanes(6).connections(connections);
    let report = run.operations(6_000).check().execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:#?}", report.errors);
    report
}

fn inserted(report: &Report) -> Vec<u64> {
    report.tally.tables.values().map(|table| table.rows.inserted).collect()
}

#[tokio::test]
async fn every_combination_is_taken_once_and_none_twice() {
    let mut histories = Vec::new();
    for connections in [1, 4] {
        let (target, _) = database(SQL).await;
        let report =
            run(&target, r#"{"operations": {"insert": 3, "update": 1, "delete": 0}}"#, connections).await;
        assert_eq!(inserted(&report), [600, 7, 14], "{:#?}", report.skips);
        histories.push(report.tally.history.to_string());
    }
    assert_eq!(histories[0], histories[1]);
}

#[tokio::test]
async fn combinations_that_are_there_are_passed_over() {
    let sql = format!(
        "{SQL} insert into ab select id, region, no, 'there' from outer_world.a, outer_world.b where id % 6 = 0 and no < 9;"
    );
    let (target, mut session) = database(&sql).await;
    let config = r#"{"tables": {"ab": {}}}"#;
    let report = {
        let config: CrudConfig = serde_json::from_str(config).unwrap();
        let run = Run::new(target.clone(), Crud::new(config)).seed(5).lanes(6).connections(3);
        run.operations(600).check().execute().await.unwrap()
    };
    assert_eq!(report.outcomes().aborted, 0, "{:#?}", report.errors);
    assert!(inserted(&report)[0] > 200, "{:#?}", report.tally.tables);
    let plan = seeding_plan(&mut session, &serde_json::from_str(config).unwrap(), Seed(5)).await.unwrap();
    let report = Seeding::new(target, plan, Some(600)).execute().await.unwrap();
    assert!(report.is_complete(), "{report:?}");
}

/// Parents that have to agree in the tenant, and one that does not.
const TENANTS: &str = "
    create schema outer_world;
    create table outer_world.users (tenant int, id int, primary key (tenant, id));
    create table outer_world.roles (tenant int, name text, primary key (tenant, name));
    create table outer_world.years (year int primary key);
    insert into outer_world.users select n % 4, n from generate_series(1, 20) n;
    insert into outer_world.roles select n % 5, 'role ' || n from generate_series(1, 15) n;
    insert into outer_world.years select generate_series(2020, 2022);
    create table member (
        tenant int, user_id int, role text, year int references outer_world.years, note text,
        primary key (tenant, user_id, role, year),
        foreign key (tenant, user_id) references outer_world.users,
        foreign key (tenant, role) references outer_world.roles
    );";

#[tokio::test]
async fn combinations_of_parents_that_agree_are_all_taken() {
    let (target, mut session) = database(TENANTS).await;
    // Four tenants have both: five users and three roles each, in three years.
    let config: CrudConfig =
        serde_json::from_str(r#"{"operations": {"insert": 1, "update": 0, "delete": 0}}"#).unwrap();
    let run = Run::new(target.clone(), Crud::new(config)).seed(5).lanes(6).connections(3);
    let report = run.operations(900).check().execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:#?}", report.errors);
    assert_eq!(inserted(&report), [4 * 5 * 3 * 3], "{:#?}", report.skips);
    let plan = seeding_plan(&mut session, &CrudConfig::default(), Seed(5)).await.unwrap();
    let report = Seeding::new(target, plan, Some(500)).execute().await.unwrap();
    assert_eq!(report.inserted(), 0, "{report:?}");
}
