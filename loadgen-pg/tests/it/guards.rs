//! Conditions that many schemas guard their columns with.

use loadgen_core::{
    Run, Seed,
    crud::{self, Crud, CrudConfig},
};

use crate::support::database;

const GUARDS: &str = "
    create table g_real (id int primary key, a real check (a < 'Infinity' and a <> 'NaN'));
    create table g_double (id int primary key, a float8 check (a > '-Infinity' and a < 'Infinity'));
    create table g_numeric (id int primary key, a numeric check (a <> 'NaN'));
    create table g_at (id int primary key, a timestamp check (a <> 'infinity'), b timestamptz check (isfinite(b)));
    create table g_day (id int primary key, a date check (isfinite(a) and a < 'infinity'));
    create table g_range (id int primary key, a int4range check (not isempty(a)));
    create table g_greatest (id int primary key, a int, b int not null, check (greatest(a, b) < 100));
    create table g_least (id int primary key, a int, b int, check (least(a, b) > 5000));
    create table g_bits (id int primary key, a int check (a & 7 = 0));
    create table g_similar (id int primary key, a text check (a similar to '[A-Z]{2}[0-9]{8}'),
        b text check (b similar to 'AB[0-9]+'), c char(3) check (c similar to '[0-9]{3}'));
    create table g_rest (id int primary key, n smallint check (n % 1000 = 999));
    create table g_wide (id int primary key, c char(70000) check (c like 'a%'));
    create table g_span (id int primary key, a interval check (a in ('1 hour', '90 min')));";

#[tokio::test]
async fn rows_meet_the_usual_guards() {
    let (target, mut session) = database(GUARDS).await;
    let plan = crud::plan(&mut session, &CrudConfig::default(), Seed(5), 4).await.unwrap();
    assert_eq!(plan.refused, []);
    let run = Run::new(target, Crud::new(CrudConfig::default())).seed(5).lanes(4).connections(2);
    let report = run.operations(1_300).check().execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:#?}", report.errors);
    assert!(report.tally.tables.values().all(|table| table.rows.inserted > 20), "{:#?}", report.tally.tables);
}
