//! Circles of references whose parents have to agree in a column.

use loadgen_core::{
    Run, Seed,
    crud::{self, Crud, CrudConfig},
};

use crate::support::database;

/// The key of a row is made of parents of one tenant, and its last parent is inserted together with it.
const TENANTS: &str = "
    create table tenant (id int primary key);
    create table a (tenant int not null references tenant, id int not null, primary key (tenant, id));
    create table b (tenant int not null references tenant, id int not null, primary key (tenant, id));
    create table c (tenant int not null references tenant, id int not null, primary key (tenant, id));
    create table lead (n int not null unique, tenant int not null, a int not null, b int not null, c int not null,
        after int not null, primary key (tenant, a, b, c), foreign key (tenant, a) references a,
        foreign key (tenant, b) references b, foreign key (tenant, c) references c);
    create table follow (id int primary key, lead int not null references lead (n));
    alter table lead add foreign key (after) references follow deferrable initially deferred;";

#[tokio::test]
async fn rows_of_a_circle_whose_parents_do_not_agree_are_drawn_again() {
    let (target, mut session) = database(TENANTS).await;
    let plan = crud::plan(&mut session, &CrudConfig::default(), Seed(5), 6).await.unwrap();
    assert_eq!(plan.refused, []);
    let run = Run::new(target, Crud::new(CrudConfig::default())).seed(5).lanes(6).connections(3);
    let report = run.operations(1_500).check().execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:#?}", report.errors);
    assert!(
        report.tally.tables["public.lead"].rows.inserted > 10,
        "{:#?} {:#?}",
        report.tally.tables,
        report.skips
    );
}

/// Every other key of `two` meets no check.
const ODD: &str = "
    create table one (id int primary key, two int not null, note text);
    create table two (id int primary key check (id % 2 = 0), one int not null references one, note text);
    alter table one add foreign key (two) references two deferrable;";

#[tokio::test]
async fn a_circle_passes_over_keys_that_do_not_meet_a_check() {
    let (target, mut session) = database(ODD).await;
    let plan = crud::plan(&mut session, &CrudConfig::default(), Seed(5), 2).await.unwrap();
    assert_eq!(plan.refused, []);
    let run = Run::new(target, Crud::new(CrudConfig::default())).seed(5).lanes(2).connections(2);
    let report = run.operations(400).check().execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:#?}", report.errors);
    let few = report.tally.tables.iter().filter(|(_, table)| table.rows.inserted < 10);
    assert_eq!(few.count(), 0, "{:#?} {:#?}", report.tally.tables, report.skips);
}
