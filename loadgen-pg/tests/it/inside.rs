//! Checks on what is inside values, and checks that hardly any value meets.

use loadgen_core::{
    Run, Seed,
    crud::{self, Crud, CrudConfig},
};

use crate::support::database;

const INSIDE: &str = "
    create domain pct as int check (value between 0 and 100);
    create type pair as (v pct, w text);
    create table filled (id int primary key, p pct[] not null default '{}', note text);
    create table free (id int primary key, p pct[], z pair, note text);
    create table bare (id int primary key, z pct[] not null);
    create table letters (id int primary key, y text check (y !~ '[^a-z]'), x text check (position('~' in x) > 1), note text);";

#[tokio::test]
async fn what_cannot_be_made_is_left_out_where_it_may_be_and_the_plan_says_so() {
    let (target, mut session) = database(INSIDE).await;
    let plan = crud::plan(&mut session, &CrudConfig::default(), Seed(3), 4).await.unwrap();
    let refused: Vec<&str> = plan.refused.iter().map(|(name, _)| name.table.as_str()).collect();
    assert_eq!(refused, ["bare"], "{:?}", plan.refused);
    let notes: Vec<String> = plan.tables.iter().map(|table| table.notes.join("; ")).collect();
    assert!(notes[0].contains("\"p\" gets its default"), "{notes:?}");
    assert!(notes[1].contains("\"p\" gets NULL") && notes[1].contains("\"z\" gets NULL"), "{notes:?}");
    assert!(notes[2].contains("x stays NULL, as no other value that was tried meets CHECK"), "{notes:?}");
    let run = Run::new(target, Crud::new(CrudConfig::default())).seed(3).lanes(4).connections(2);
    let report = run.operations(600).check().execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:#?}", report.errors);
    let sql = "select count(y), count(*) from letters";
    let (letters, rows): (i64, i64) = sqlx::query_as(sql).fetch_one(session.driver().unwrap()).await.unwrap();
    assert!(letters * 2 > rows && rows > 20, "{letters} of {rows}");
}
