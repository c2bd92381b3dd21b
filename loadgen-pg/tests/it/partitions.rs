//! What partitions ask of the rows of their table.

use loadgen_core::{
    Report, Run, Seed, SqlSession,
    crud::{self, Crud, CrudConfig, CrudPlan},
};

use crate::support::database;

async fn run(sql: &str, operations: u64) -> (CrudPlan, Report) {
    let (target, mut session) = database(sql).await;
    let plan = crud::plan(&mut session, &CrudConfig::default(), Seed(5), 4).await.unwrap();
    assert_eq!(plan.refused, []);
    let run = Run::new(target, Crud::new(CrudConfig::default())).seed(5).lanes(4).connections(2);
    let report = run.operations(operations).check().execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:#?}", report.errors);
    (plan, report)
}

#[tokio::test]
async fn a_default_of_now_gives_way_to_the_bounds_of_partitions() {
    let sql = "create table q_ev (id int, at timestamptz not null default now(), x int) partition by range (at);
        create table q_ev_2020 partition of q_ev for values from ('2020-01-01 00:00+00') to ('2021-01-01 00:00+00');";
    let (_, report) = run(sql, 100).await;
    assert!(report.tally.tables["public.q_ev"].rows.inserted > 20, "{:#?}", report.tally.tables);
}

#[tokio::test]
async fn a_number_ends_where_the_partitions_end() {
    let sql = "create table o (id int primary key, n int) partition by range (id);
        create table o_1 partition of o for values from (0) to (40);
        create table o_2 partition of o for values from (40) to (61);";
    let (plan, report) = run(sql, 900).await;
    assert_eq!(plan.tables[0].describe(0), "distinct values, 60 of them");
    let tally = &report.tally.tables["public.o"];
    // Those of deleted rows are used again.
    assert!(tally.rows.inserted >= 60 && tally.live <= 60, "{tally:#?}");
    assert!(report.skips.contains_key("domain exhausted"), "{:#?}", report.skips);
}

#[tokio::test]
async fn references_of_partitions_are_kept() {
    let sql = "create table customer (id int primary key, name text);
        create table staff (id int primary key, name text);
        create table payment (id int, at date not null, customer_id int not null, staff_id int) partition by range (at);
        create table payment_1 partition of payment for values from ('2020-01-01') to ('2020-02-01');
        create table payment_2 partition of payment for values from ('2020-02-01') to ('2020-03-01');
        alter table payment_1 add foreign key (customer_id) references customer, add foreign key (staff_id) references staff;
        alter table payment_2 add foreign key (customer_id) references customer;";
    let (plan, report) = run(sql, 400).await;
    let payment = plan.tables.iter().find(|table| table.table.name.table == "payment").unwrap();
    assert_eq!(payment.table.foreign_keys.len(), 2);
    assert!(report.tally.tables["public.payment"].rows.inserted > 30, "{:#?}", report.tally.tables);
}

#[tokio::test]
async fn partitions_that_ask_something_of_a_sequence_get_no_rows_and_the_plan_says_so() {
    let sql = "create table pa (id bigint generated always as identity, at date not null, primary key (id, at))
            partition by range (at);
        create table pa_1 partition of pa for values from ('2024-01-01') to ('2025-01-01');
        create table pa_2 partition of pa for values from ('2025-01-01') to ('2026-01-01') partition by range (id);
        create table pa_2a partition of pa_2 for values from (1) to (1000000);";
    let (plan, report) = run(sql, 100).await;
    let said = "rows go where the partitions ask nothing of (id), which a sequence fills".to_owned();
    assert!(plan.tables[0].notes.contains(&said), "{:#?}", plan.tables[0].notes);
    assert!(report.tally.tables["public.pa"].rows.inserted > 20, "{:#?}", report.tally.tables);
}

#[tokio::test]
async fn partitions_that_a_row_comes_to_by_its_other_columns_get_rows_whatever_a_sequence_gives() {
    let sql = "create table pb (id bigint generated always as identity, at date not null, n int) partition by range (at, id);
        create table pb_1 partition of pb for values from ('2024-01-01', minvalue) to ('2024-07-01', minvalue);
        create table pb_2 partition of pb for values from ('2024-07-01', minvalue) to ('2024-12-31', maxvalue);
        create table pc (id bigserial, at date not null, n int) partition by range (at);
        create table pc_1 partition of pc for values from ('2024-01-01') to ('2025-01-01') partition by range (at, id);
        create table pc_1a partition of pc_1 for values from ('2024-01-01', 1) to ('2024-07-01', 1000);
        create table pc_1b partition of pc_1 for values from ('2024-07-01', 1000) to ('2025-01-01', minvalue);
        create table pd (id bigserial, at date not null, n int) partition by range (at, id);
        create table pd_1 partition of pd for values from ('2024-01-01', 0) to ('2024-07-01', 0);
        create table pd_2 partition of pd for values from ('2024-12-31', 0) to ('2024-12-31', 1000);";
    let (target, mut session) = database(sql).await;
    let plan = crud::plan(&mut session, &CrudConfig::default(), Seed(3), 4).await.unwrap();
    let is_said = |note: &String| note.starts_with("rows go where the partitions ask nothing");
    let said: Vec<bool> = plan.tables.iter().map(|table| table.notes.iter().any(is_said)).collect();
    assert_eq!((said.as_slice(), &plan.refused), (&[false, false, true][..], &Vec::new()));
    let run = Run::new(target, Crud::new(CrudConfig::default())).seed(3).lanes(4);
    let report = run.operations(400).check().execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:#?}", report.errors);
    let filled = "do $$ declare leaf text; is_there bool; begin
        foreach leaf in array array['pb_1', 'pb_2', 'pc_1a', 'pc_1b', 'pd_1'] loop
            execute format('select exists (select from %I)', leaf) into is_there;
            assert is_there, leaf;
        end loop;
        assert not exists (select from pd_2), 'pd_2';
    end $$";
    session.execute(filled).await.unwrap();
}
