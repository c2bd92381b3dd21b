//! Checks on what is inside values, and checks that hardly any value meets.

use loadgen_core::{
    Run, Seed, SqlSession,
    crud::{self, Crud, CrudConfig},
};

use crate::support::database;

const INSIDE: &str = "
    create domain pct as int check (value between 0 and 100);
    create domain odd_word as text check (md5(value) > 'e');
    create domain nobody as text check (md5(value) = value);
    create type pair as (v pct, w text);
    create type couple as (a odd_word, b nobody);
    create table bare (id int primary key, z pct[] not null, o odd_word[] not null);
    create table filled (id int primary key, p pct[] not null default '{}', note text);
    create table free (id int primary key, p pct[], z pair, o odd_word[], oo odd_word[][], note text);
    create table letters (id int primary key, y text check (y !~ '[^a-z]'), x text check (position('~' in x) > 40), note text);
    create table lost (id int primary key, n nobody[], d nobody[] not null default '{}', c couple, note text);
    create table refused_items (id int primary key, n nobody[] not null);
    create table refused_rows (id int primary key, c couple not null);";

#[tokio::test]
async fn what_is_inside_meets_its_checks_or_is_left_out_and_the_plan_says_so() {
    let (target, mut session) = database(INSIDE).await;
    let plan = crud::plan(&mut session, &CrudConfig::default(), Seed(3), 4).await.unwrap();
    let refused: Vec<&str> = plan.refused.iter().map(|(name, _)| name.table.as_str()).collect();
    assert_eq!(refused, ["refused_items", "refused_rows"], "{:?}", plan.refused);
    let notes: Vec<String> = plan.tables.iter().map(|table| table.notes.join("; ")).collect();
    assert!(notes[0].contains("o: ") && notes[0].contains("values that were tried meet CHECK"), "{notes:?}");
    assert_eq!(notes[1], "", "{notes:?}");
    assert!(notes[3].contains("x stays NULL, as no other value that was tried meets CHECK"), "{notes:?}");
    for said in ["\"n\" gets NULL", "\"d\" gets its default", "\"c\" gets NULL"] {
        assert!(notes[4].contains(said), "{notes:?}");
    }
    let run = Run::new(target, Crud::new(CrudConfig::default())).seed(3).lanes(4).connections(2);
    let report = run.operations(900).check().execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:#?}", report.errors);
    let sql = "select count(y), count(*) from letters";
    let (letters, rows): (i64, i64) = sqlx::query_as(sql).fetch_one(session.driver().unwrap()).await.unwrap();
    assert!(letters * 2 > rows && rows > 20, "{letters} of {rows}");
    let varied = "do $$ begin
        assert (select count(distinct item) > 20 from bare, unnest(z) item), 'numbers';
        assert (select count(distinct item) > 5 from bare, unnest(o) item), 'words';
        assert (select count(distinct p) > 20 from filled), 'arrays in the place of a default';
        assert (select count(distinct (z).v) > 5 and count(distinct oo) > 5 and count(o) > 20 from free), 'rows, and arrays of arrays';
    end $$";
    session.execute(varied).await.unwrap();
}

#[tokio::test]
async fn items_that_the_plan_file_lists_are_held_against_the_checks_of_items() {
    let sql = "create domain pct as int check (value between 0 and 100);
        create table t (id int primary key, p pct[] not null check (cardinality(p) = 2), note text)";
    let (target, mut session) = database(sql).await;
    let config = |items: &str| -> CrudConfig {
        serde_json::from_str(&format!(
            r#"{{"tables": {{"t": {{"columns": {{"p": {{"choice": {items}}}}}}}}}}}"#
        ))
        .unwrap()
    };
    let plan = crud::plan(&mut session, &config("[7, 8, 900]"), Seed(3), 4).await.unwrap();
    let notes = plan.tables[0].notes.join("; ");
    assert!(notes.contains("p: 1 of 3 values of its choice left out"), "{notes}");
    let refused = crud::plan(&mut session, &config("[900]"), Seed(3), 4).await.unwrap_err().to_string();
    assert!(refused.contains("refuses what the plan lists"), "{refused}");
    let run = Run::new(target, Crud::new(config("[7, 8, 900]"))).seed(3).lanes(4).connections(2);
    let report = run.operations(200).check().execute().await.unwrap();
    assert!(
        report.errors.is_empty() && report.tally.tables["public.t"].rows.inserted > 20,
        "{:#?}",
        report.errors
    );
    let listed = "do $$ begin assert (select bool_and(p <@ array[7, 8]::pct[]) and count(distinct p) = 4 from t); end $$";
    session.execute(listed).await.unwrap();
}
