//! Tables on which only a real server has the last word: partitions, policies, privileges, cascades, many tables.

use loadgen_core::{
    Report, Run, Seed, Setup, SqlSession, Target,
    crud::{self, Crud, CrudConfig, CrudPlan, Source},
    units::Count,
};
use loadgen_pg::{PgSession, PgTarget};

use crate::{
    support::{database, target_as},
    waiting::transactions_of,
};

fn config(json: &str) -> CrudConfig {
    serde_json::from_str(json).unwrap()
}

async fn plan(target: &PgTarget, config: &CrudConfig) -> CrudPlan {
    let mut session = target.connect().await.unwrap();
    crud::permitted_plan(&mut session, config, &Setup { seed: Seed(3), lanes: 8, check: false })
        .await
        .unwrap()
}

/// A run of 8 lanes on 8 connections that holds its check and meets no error.
async fn run(target: PgTarget, config: CrudConfig, operations: u64) -> Report {
    let run = Run::new(target, Crud::new(config)).seed(3).lanes(8).connections(8);
    let report =
        run.operations(operations).check().execute().await.unwrap_or_else(|error| panic!("{error:#?}"));
    assert!(report.errors.is_empty(), "{:#?}", report.errors);
    assert_eq!((report.outcomes().aborted, report.counts.retries), (0, 0));
    report
}

fn notes<'a>(plan: &'a CrudPlan, table: &str) -> &'a [String] {
    &plan.tables.iter().find(|planned| planned.table.name.table == table).unwrap().notes
}

fn refusal<'a>(plan: &'a CrudPlan, table: &str) -> Option<&'a str> {
    plan.refused.iter().find(|(name, _)| name.table == table).map(|(_, why)| why.as_str())
}

#[tokio::test]
async fn partitions_without_a_default_are_a_condition_on_the_row() {
    let (target, _) = database(
        "create table p (id bigint generated always as identity, day date not null, kind int not null, v text,
                         primary key (id, day, kind)) partition by range (day);
         create table p1 partition of p for values from ('2024-01-01') to ('2024-02-01');
         create table p2 partition of p for values from ('2024-02-01') to ('2024-03-01') partition by list (kind);
         create table p2a partition of p2 for values in (1, 2);
         create table t (id int primary key)",
    )
    .await;
    let mut session = target.connect().await.unwrap();
    let schema = session.introspect(&loadgen_core::SchemaFilter::default()).await.unwrap();
    let p = &schema.tables[0];
    assert_eq!((p.partitioned_by(), p.checks.len()), (&[1, 2][..], 1));
    let condition = &p.checks[0].condition;
    assert!(condition.contains(" OR ") && condition.contains("kind = ANY"), "{condition}");
    let over = r#"{"tables": {"p": {"columns": {"day": {"choice": ["2024-01-31", "2024-02-01"]},
                                                "kind": {"choice": [1, 2]}}}, "t": {}}}"#;
    let report = run(target, config(over), 800).await;
    let tally = report.tally.tables["public.p"];
    assert!(tally.rows.updated > 50 && tally.rows.deleted > 10, "{tally:?}");
}

#[tokio::test]
async fn a_partition_with_rules_of_its_own_passes_them_on() {
    let (target, _) = database(
        "create table p (id int not null, v text) partition by list (id);
         create table p1 (v text check (v <> ''), id int not null check (id = 1));
         alter table p attach partition p1 for values in (1);
         create table rest partition of p default; create unique index on rest (v)",
    )
    .await;
    let mut session = target.connect().await.unwrap();
    let schema = session.introspect(&loadgen_core::SchemaFilter::default()).await.unwrap();
    let p = &schema.tables[0];
    let [check] = p.checks.as_slice() else { panic!("{:?}", p.checks) };
    assert_eq!(check.condition, "((NOT ((id IS NOT NULL) AND (id = 1))) OR (v <> ''::text))");
    assert_eq!((&check.columns, &p.special.loose_keys), (&vec![0, 1], &vec![vec![1]]));
}

#[tokio::test]
async fn what_is_no_table_is_counted_and_if_it_is_named_refused_with_the_reason() {
    let (target, _) = database(
        "create table t (id int primary key) partition by hash (id);
         create table leaf partition of t for values with (modulus 1, remainder 0);
         create view v as select 1; create view w as select 1; create materialized view m as select 1",
    )
    .await;
    let planned = plan(&target, &CrudConfig::default()).await;
    let counts: Vec<_> = planned.others.iter().map(|(kind, count)| (*kind, *count)).collect();
    assert_eq!(counts, [("materialized view", 1), ("partition", 1), ("view", 2)]);
    let planned = plan(&target, &config(r#"{"tables": {"t": {}, "v": {}, "leaf": {}, "m": {}}}"#)).await;
    assert_eq!(refusal(&planned, "v"), Some("it is a view: what it shows is written through its tables"));
    assert_eq!(refusal(&planned, "leaf"), Some("it is a partition: rows reach it through t"));
    assert!(refusal(&planned, "m").unwrap().contains("REFRESH"));
    let mut session = target.connect().await.unwrap();
    let wrong = config(r#"{"tables": {"tt": {}}}"#);
    let error = crud::plan(&mut session, &wrong, Seed(1), 1).await.unwrap_err();
    assert!(
        error.to_string().contains("did you mean") || format!("{error:?}").contains("did you mean"),
        "{error:?}"
    );
}

#[tokio::test]
async fn schemas_and_tables_are_taken_by_pattern() {
    let (target, _) = database(
        r#"create schema app_1; create schema app_2; create schema "app*x"; create schema other;
           create table app_1.a (id int primary key, note text); create table app_2.a (id int primary key);
           create table app_2.tmp_1 (id int primary key); create table other.a (id int primary key);
           create table "app*x".b (id int primary key)"#,
    )
    .await;
    let names = async |json: &str| {
        let planned = plan(&target, &config(json)).await;
        planned.tables.iter().map(|table| table.table.name.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(names(r#"{"schemas": ["app_*"], "exclude": ["tmp_*"]}"#).await, ["app_1.a", "app_2.a"]);
    assert_eq!(names(r#"{"schemas": ["app*x", "other"]}"#).await, ["app*x.b", "other.a"]);
    let tables = r#"{"schemas": ["*"], "tables": {"app_?.*": {"columns": {"note": {"constant": "x"}}}}}"#;
    assert_eq!(names(tables).await, ["app_1.a", "app_2.a", "app_2.tmp_1"]);
    let mut session = target.connect().await.unwrap();
    let mut error = async |json: &str| {
        let error = crud::plan(&mut session, &config(json), Seed(1), 1).await.unwrap_err();
        let loadgen_core::PrepareError::Plan(error) = error else { panic!("{error:?}") };
        error.to_string()
    };
    for json in [r#"{"schemas": ["nix_*"]}"#, r#"{"schemas": ["other"], "exclude": ["nix_*"]}"#] {
        assert!(error(json).await.starts_with("there is no "), "{json}");
    }
}

#[tokio::test]
async fn row_security_is_a_condition_like_a_check() {
    let (_, mut admin) = database(
        "drop role if exists tenant; create role tenant login;
         create table free (id int primary key, note text); alter table free enable row level security;
         create policy all_of_it on free using (true);
         create table owned (id int primary key, region text not null, note text);
         alter table owned enable row level security;
         create policy north on owned to tenant using (region = 'north');
         create table closed (id int primary key); alter table closed enable row level security;
         create table kept (id int primary key, note text); alter table kept enable row level security;
         create policy look on kept for select using (true); create policy add on kept for insert with check (true);
         grant all on all tables in schema public to tenant",
    )
    .await;
    let target = target_as(&mut admin, "tenant").await;
    let planned = plan(&target, &CrudConfig::default()).await;
    assert!(notes(&planned, "free")[0].starts_with("row security applies"), "{:?}", notes(&planned, "free"));
    assert!(refusal(&planned, "closed").unwrap().starts_with("row security lets this user"));
    assert_eq!(refusal(&planned, "kept"), None);
    let kept = notes(&planned, "kept").join(" ");
    assert!(kept.contains("no updates, no deletes: this user may not"), "{kept}");
    let fits = r#"{"tables": {"free": {}, "owned": {"columns": {"region": {"constant": "north"}}},
                              "kept": {"operations": {"insert": 1}}}}"#;
    let report = run(target, config(fits), 600).await;
    assert_eq!(report.tally.tables["public.kept"].rows.deleted, 0);
    assert!(report.tally.tables.values().all(|table| table.rows.inserted > 0));
}

#[tokio::test]
async fn changes_for_which_rows_are_hidden_are_left_out_with_the_reason() {
    let (_, mut admin) = database(
        "drop role if exists lodger; create role lodger login;
         create table barred (id int primary key, note text);
         create policy nobody on barred as restrictive for delete using (current_user = 'landlord');
         create table frozen (id int primary key, note text);
         create policy nobody on frozen as restrictive for update using (false);
         create table mine (id int primary key, owner text, note text);
         create policy own on mine as restrictive for delete using (owner = current_user and md5(owner) > '0');
         create table locked (id int primary key, is_locked bool, note text);
         create policy free on locked as restrictive for delete using (not is_locked);
         create table fresh (id int primary key, created_at timestamptz not null default now(), note text);
         create policy stale on fresh as restrictive for delete using (created_at < now() - interval '1 day');
         create table let (id int primary key, note text);
         create policy anybody on let as restrictive for delete using (current_user <> 'landlord');
         create table sealed (id int primary key, note text);
         create policy nobody on sealed as restrictive for insert with check (current_user = 'landlord');
         do $$ declare name text; begin
             foreach name in array array['barred', 'frozen', 'mine', 'locked', 'fresh', 'let', 'sealed'] loop
                 execute format('alter table %I enable row level security', name);
                 execute format('create policy anything on %I using (true)', name);
             end loop;
         end $$;
         grant all on all tables in schema public to lodger",
    )
    .await;
    let target = target_as(&mut admin, "lodger").await;
    let planned = plan(&target, &CrudConfig::default()).await;
    let said = |table: &str, words: &str| {
        let notes = notes(&planned, table).join("; ");
        assert!(notes.contains(words), "{table}: {notes}");
    };
    said("barred", "no deletes: row security demands ");
    said("frozen", "no updates: row security demands ((true)) AND (false)");
    said("mine", "no deletes: the database may hide rows from this user: CHECK ");
    said("fresh", "what the database fills in does not meet it");
    for table in ["let", "locked"] {
        assert!(!notes(&planned, table).join("; ").contains("no deletes"), "{:?}", notes(&planned, table));
    }
    let sealed = refusal(&planned, "sealed").unwrap();
    assert!(sealed.starts_with("row security lets this user insert nothing, as it demands"), "{sealed}");
    let report = run(target, CrudConfig::default(), 900).await;
    for (name, table) in &report.tally.tables {
        assert_eq!(table.missed, 0, "{name}");
        let keeps = ["barred", "mine", "fresh"].iter().any(|own| name.ends_with(own));
        assert_eq!(table.rows.deleted > 0, !keeps, "{name}");
        assert_eq!(table.rows.updated > 0, !name.ends_with("frozen"), "{name}");
    }
    let tables = r#"{"tables": {"locked": {}, "let": {}}, "touch": "existing"}"#;
    admin.execute("insert into locked select n, n % 2 = 0 from generate_series(1000, 1060) n").await.unwrap();
    let target = target_as(&mut admin, "lodger").await;
    let report = run(target, config(tables), 300).await;
    assert_eq!(report.tally.tables["public.locked"].missed, 0);
}

#[tokio::test]
async fn columns_that_this_user_may_not_write_are_left_out() {
    let (_, mut admin) = database(
        "drop role if exists clerk; create role clerk login;
         create table t (id int primary key, note text, salary int, bonus int not null default 7, hidden text);
         grant select (id, note, bonus), insert (id, note, hidden), update (note), delete on t to clerk;
         create table u (id int primary key, salary int not null);
         grant select, insert (id), update (id), delete on u to clerk",
    )
    .await;
    let target = target_as(&mut admin, "clerk").await;
    let planned = plan(&target, &CrudConfig::default()).await;
    assert!(refusal(&planned, "u").unwrap().starts_with("no insert into column \"salary\""));
    let table = &planned.tables[0];
    assert!(matches!((&table.sources[2], &table.sources[3]), (Source::Server(_), Source::Server(_))));
    let report = run(target, CrudConfig::default(), 600).await;
    assert!(report.tally.tables["public.t"].rows.updated > 50);
}

#[tokio::test]
async fn a_moment_that_leads_others_and_may_not_be_read_is_not_asked_for() {
    let (_, mut admin) = database(
        "drop role if exists porter; create role porter login;
         create table stays (id int primary key, check_in date not null unique, check_out date, note text);
         insert into stays select n, date '1950-01-01' + n, date '1950-01-05' + n, 'x' from generate_series(1, 50) n;
         grant select (id, check_out, note), insert, update (check_out, note), delete on stays to porter",
    )
    .await;
    let target = target_as(&mut admin, "porter").await;
    let report = run(target, config(r#"{"touch": "all"}"#), 600).await;
    assert!(report.tally.tables["public.stays"].rows.updated > 50, "{:?}", report.errors);
}

#[tokio::test]
async fn cascades_reach_no_row_that_was_forgotten() {
    let (target, _) = database(
        "create table a (id int primary key, note text);
         create table b (id int primary key, a_id int not null references a on delete cascade, note text);
         create table c (id int primary key, b_id int references b on delete set null, a_id int default null
                         references a on delete set default, note text)",
    )
    .await;
    let config = CrudConfig {
        remember: Some(Count(1)),
        operations: config(r#"{"operations": {"insert": 5, "update": 2, "delete": 4}}"#).operations,
        ..CrudConfig::default()
    };
    let report = run(target, config, 6_000).await;
    assert!(report.tally.tables.values().all(|table| table.rows.deleted > 0 && table.live > 16 * 8));
}

#[tokio::test]
async fn small_domains_fill_up_and_cost_no_retries() {
    let (target, _) = database(
        "create table flags (id serial primary key, flag boolean not null unique, note text);
         create table small (id smallint primary key, note text);
         create table pairs (a boolean, b boolean, primary key (a, b));",
    )
    .await;
    let config = config(r#"{"operations": {"insert": 1}, "rows": {"insert": 500}}"#);
    let planned = plan(&target, &config).await;
    assert!(notes(&planned, "small")[0].contains("32767 values left"), "{:?}", notes(&planned, "small"));
    let report = run(target, config, 700).await;
    assert!(report.skips["domain exhausted"] > 100, "{:?}", report.skips);
    assert!(report.tally.tables["public.small"].live > 28_000);
    assert_eq!(report.tally.tables["public.flags"].rows.inserted, 2);
}

/// So many tables of twenty columns.
async fn wide(tables: u32) -> PgSession {
    let (_, session) = database(&format!(
        "do $$ declare columns text; begin
           select string_agg(format(', c%s %s', i, (array['text', 'int', 'numeric(9,2)', 'timestamptz default now()',
                  'varchar(20) not null', 'date', 'boolean not null default false'])[1 + i % 7]), '')
           into columns from generate_series(1, 17) i;
           for i in 1..{tables} loop
             execute format('create table t%s (id int primary key, code varchar(12) unique, up int references t%s%s)',
                            i, greatest(i - 1, 1), columns);
           end loop; end $$"
    ))
    .await;
    session
}

#[tokio::test]
async fn two_hundred_tables_of_twenty_columns_are_planned_by_two_statements_each() {
    let (mut one, mut all) = (wide(1).await, wide(200).await);
    let setup = Setup { seed: Seed(3), lanes: 64, check: false };
    let plan = async |session: &mut PgSession| {
        crud::permitted_plan(session, &CrudConfig::default(), &setup).await.unwrap()
    };
    let planned = plan(&mut all).await;
    assert_eq!((planned.tables.len(), planned.tables[0].sources.len()), (200, 20));
    let least = transactions_of(&mut one, async |session: &mut PgSession| drop(plan(session).await)).await;
    let most = transactions_of(&mut all, async |session: &mut PgSession| drop(plan(session).await)).await;
    // One for what is in its key, and one around it; the schema may have to be read a second time.
    assert!(most < least + 2 * 200 + 50, "{least} {most}");
}
