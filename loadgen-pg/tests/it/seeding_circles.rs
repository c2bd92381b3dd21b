//! Filling tables that refer to each other.

use loadgen_core::{
    Seed, SqlSession,
    crud::{CrudConfig, SeedReport, Seeding, seeding_plan},
};
use loadgen_pg::{PgSession, PgTarget};

use crate::support::database;

/// Many rows of each for one of the other, beside a table that the circle needs and one that needs the circle.
const TEAMS: &str = "
    create table place (id bigint generated always as identity primary key, name text not null);
    create table team (id int primary key, captain int not null, place bigint not null references place, name text);
    create table player (id uuid primary key, number int not null unique, team int not null references team, name text);
    alter table team add constraint led foreign key (captain) references player (number) deferrable;
    create table a_goal (id int primary key, player int not null references player (number), minute int);";

/// One row of each for one of the other, over a third table.
const PAIRS: &str = "
    create table one (id int primary key, three uuid not null unique, note text check (length(note) > 3));
    create table two (id int primary key, one int not null unique references one deferrable, note text);
    create table three (id uuid primary key, two int not null unique references two, note text);
    alter table one add constraint closed foreign key (three) references three deferrable initially deferred;";

/// Opened by a NULL on either side.
const STAFF: &str = "
    create table department (id serial primary key, name text not null unique, head int);
    create table employee (id serial primary key, name text not null, department int not null references department);
    alter table department add foreign key (head) references employee;";

async fn fill(target: &PgTarget, session: &mut PgSession, (rows, connections): (u64, u32)) -> SeedReport {
    let plan = seeding_plan(session, &CrudConfig::default(), Seed(9)).await.unwrap();
    assert_eq!(plan.refused, []);
    Seeding::new(target.clone(), plan, Some(rows)).connections(connections).execute().await.unwrap()
}

async fn number(session: &mut PgSession, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(session.driver().unwrap()).await.unwrap()
}

#[tokio::test]
async fn empty_tables_of_a_circle_are_filled_and_no_row_comes_twice() {
    for (sql, tables) in [(TEAMS, 4), (PAIRS, 3), (STAFF, 2)] {
        let (target, mut session) = database(sql).await;
        let report = fill(&target, &mut session, (1_500, 3)).await;
        assert!(report.is_complete() && report.fatal.is_none(), "{report:#?}");
        assert_eq!(report.inserted(), 1_500 * tables);
        assert_eq!(fill(&target, &mut session, (1_500, 3)).await.inserted(), 0);
        assert_eq!(fill(&target, &mut session, (1_600, 2)).await.inserted(), 100 * tables);
    }
}

#[tokio::test]
async fn a_circle_is_filled_alike_by_any_number_of_connections() {
    let mut found = Vec::new();
    for connections in [1, 4] {
        let (target, mut session) = database(PAIRS).await;
        fill(&target, &mut session, (900, connections)).await;
        found.push(number(&mut session, "select sum(hashtext(one.id || one.three::text || coalesce(two.note, three.note, one.note, ''))::int8)::int8 from one, two, three where one.three = three.id and three.two = two.id").await);
    }
    assert_eq!(found[0], found[1]);
}

#[tokio::test]
async fn rows_of_a_circle_refer_to_many_of_each_other() {
    let (target, mut session) = database(TEAMS).await;
    fill(&target, &mut session, (1_000, 2)).await;
    let captains = number(&mut session, "select count(distinct captain) from team").await;
    let teams = number(&mut session, "select count(distinct team) from player").await;
    assert!(captains > 80 && teams > 400, "{captains} {teams}");
    let (target, mut session) = database(STAFF).await;
    fill(&target, &mut session, (1_000, 2)).await;
    let heads = number(&mut session, "select count(head) from department").await;
    let departments = number(&mut session, "select count(distinct department) from employee").await;
    assert!(heads > 500 && departments > 400, "{heads} {departments}");
}

#[tokio::test]
async fn a_circle_that_was_begun_and_cut_off_is_filled_by_the_same_command() {
    let (target, mut session) = database(TEAMS).await;
    fill(&target, &mut session, (20, 1)).await;
    session.execute("delete from a_goal").await.unwrap();
    let report = fill(&target, &mut session, (2_000, 2)).await;
    assert!(report.is_complete(), "{report:#?}");
}

#[tokio::test]
async fn a_circle_of_which_one_table_gets_no_rows_says_so() {
    let (target, mut session) = database(TEAMS).await;
    let config: CrudConfig =
        serde_json::from_str(r#"{"tables": {"team": {"seed": 0}, "player": {"seed": 9}}}"#).unwrap();
    let plan = seeding_plan(&mut session, &config, Seed(9)).await;
    let Ok(plan) = plan else { return };
    let report = Seeding::new(target, plan, None).execute().await.unwrap();
    let short: Vec<&String> = report.tables.iter().filter_map(|table| table.short.as_ref()).collect();
    assert!(
        short.iter().any(|short| short.contains("its first needs one of this table; fill it too")),
        "{report:#?}"
    );
}
