//! Circles of references of which none may be NULL, and one can wait.

use loadgen_core::{
    Run, Seed,
    crud::{self, Crud, CrudConfig, Seeding, seeding_plan},
};
use loadgen_pg::PgTarget;

use crate::support::database;

/// Many rows of each for one of the other; the first alone cannot be.
const TEAMS: &str = "
    create table place (id bigint generated always as identity primary key, name text not null);
    create table team (id int primary key, captain int not null, place bigint not null references place, name text);
    create table player (id uuid primary key, number int not null unique, team int not null references team, name text);
    alter table team add constraint led foreign key (captain) references player (number) deferrable;";

/// One row of each for one of the other, over a third table.
const PAIRS: &str = "
    create table one (id int primary key, three int not null unique, note text);
    create table two (id int primary key, one int not null unique references one deferrable, note text);
    create table three (id int primary key, two int not null unique references two, note text);
    alter table one add constraint closed foreign key (three) references three deferrable initially deferred;";

async fn holds(target: &PgTarget, operations: u64, least: u64) {
    let run = Run::new(target.clone(), Crud::new(CrudConfig::default())).seed(5).lanes(6).connections(3);
    let report = run.operations(operations).check().execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:#?}", report.errors);
    let few = report.tally.tables.iter().filter(|(_, table)| table.rows.inserted < least);
    assert_eq!(few.count(), 0, "{:#?} {:#?}", report.tally.tables, report.skips);
}

#[tokio::test]
async fn the_first_rows_of_a_circle_are_inserted_together() {
    let (target, mut session) = database(TEAMS).await;
    let plan = crud::plan(&mut session, &CrudConfig::default(), Seed(5), 6).await.unwrap();
    assert_eq!(plan.refused, []);
    let notes: Vec<&String> = plan.tables.iter().flat_map(|table| &table.notes).collect();
    assert!(notes.iter().any(|note| note.contains("with led deferred")), "{notes:?}");
    holds(&target, 900, 60).await;
    let seeding = Seeding::new(
        target,
        seeding_plan(&mut session, &CrudConfig::default(), Seed(5)).await.unwrap(),
        Some(500),
    );
    let report = seeding.connections(2).execute().await.unwrap();
    assert!(report.is_complete(), "there are parents by now: {report:?}");
}

#[tokio::test]
async fn rows_of_a_circle_that_belong_to_each_other_alone_are_always_inserted_together() {
    let (target, _) = database(PAIRS).await;
    holds(&target, 600, 40).await;
}

#[tokio::test]
async fn the_same_circles_come_out_on_any_number_of_connections() {
    let mut digests = Vec::new();
    for connections in [1, 4] {
        let (target, _) = database(PAIRS).await;
        let run =
            Run::new(target, Crud::new(CrudConfig::default())).seed(5).lanes(6).connections(connections);
        let report = run.operations(300).check().execute().await.unwrap();
        digests.push(report.tally.history.to_string());
    }
    assert_eq!(digests[0], digests[1]);
}

#[tokio::test]
async fn a_circle_whose_keys_the_database_chooses_says_what_to_put_into_the_plan_file() {
    let sql = "
        create table a (id serial primary key, b int not null);
        create table b (id serial primary key, a int not null references a);
        alter table a add constraint a_to_b foreign key (b) references b deferrable;";
    let (target, mut session) = database(sql).await;
    let plan = crud::plan(&mut session, &CrudConfig::default(), Seed(5), 6).await;
    let why = plan.unwrap_err().to_string();
    assert!(why.contains("constraint a_to_b can wait, but \"id\" of public.b"), "{why}");
    assert!(why.contains("id: {sequence: {start: 1}}"), "{why}");
    let given = r#"{"columns": {"id": {"sequence": {"start": 1}}}}"#;
    let config: CrudConfig =
        serde_json::from_str(&format!(r#"{{"tables": {{"a": {given}, "b": {given}}}}}"#)).unwrap();
    let run = Run::new(target.clone(), Crud::new(config)).seed(5).lanes(6).connections(3);
    let report = run.operations(300).check().execute().await.unwrap();
    assert!(report.errors.is_empty() && report.outcomes().committed > 90, "{:#?}", report.errors);
}

#[tokio::test]
async fn a_circle_that_cannot_wait_names_its_constraints() {
    let (_, mut session) =
        database(&PAIRS.replace("deferrable initially deferred", "").replace("deferrable", "")).await;
    let why = crud::plan(&mut session, &CrudConfig::default(), Seed(5), 6).await.unwrap_err().to_string();
    assert!(why.contains("one of the constraints closed, three_two_fkey, two_one_fkey DEFERRABLE"), "{why}");
}
