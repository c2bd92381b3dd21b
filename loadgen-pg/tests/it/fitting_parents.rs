//! References whose columns have rules of their own: parents are chosen by what the rows may hold.

use loadgen_core::{
    Run, Seed, SqlSession,
    crud::{self, Crud, CrudConfig, Seeding, seeding_plan},
};
use loadgen_pg::{PgSession, PgTarget};

use crate::support::{database, major};

async fn count(session: &mut PgSession, table: &str) -> i64 {
    let sql = format!("select count(*) from {table}");
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(session.driver().unwrap()).await.unwrap()
}

async fn run(target: PgTarget, config: &CrudConfig, operations: u64) -> loadgen_core::Report {
    let run = Run::new(target, Crud::new(config.clone())).seed(3).lanes(4).connections(2);
    let report = run.operations(operations).check().execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:#?}", report.errors);
    report
}

/// All tables of a schema get rows by a run, by a filling, and by a run on top of what a filling has left.
async fn all_are_written(sql: &str, tables: &[&str]) {
    let (target, mut session) = database(sql).await;
    let plan = crud::plan(&mut session, &CrudConfig::default(), Seed(3), 4).await.unwrap();
    assert_eq!(plan.refused, [], "{sql}");
    run(target, &CrudConfig::default(), 600).await;
    for table in tables {
        assert!(count(&mut session, table).await > 5, "{table} of {sql}");
    }
    let (target, mut session) = database(sql).await;
    let plan = seeding_plan(&mut session, &CrudConfig::default(), Seed(3)).await.unwrap();
    let report = Seeding::new(target.clone(), plan, Some(60)).connections(2).execute().await.unwrap();
    assert!(report.is_complete(), "{sql}: {report:?}");
    let config: CrudConfig = serde_json::from_str(r#"{"touch": "all"}"#).unwrap();
    run(target, &config, 400).await;
    for table in tables {
        assert!(count(&mut session, table).await > 5, "{table} of {sql}");
    }
}

#[tokio::test]
async fn a_reference_may_have_the_check_of_a_domain() {
    let sql = "create domain code as text check (value ~ '^[A-Z]{2}[0-9]{2}$');
        create table p (id code primary key, name text);
        create table c (id serial primary key, p code not null references p);";
    all_are_written(sql, &["p", "c"]).await;
}

#[tokio::test]
async fn a_reference_may_have_a_check_of_its_own() {
    let sql = "
        create table p1 (id text primary key check (id in ('red', 'green', 'blue', 'cyan', 'grey', 'black', 'white')), n int);
        create table c1 (id serial primary key, p text not null references p1 check (p in ('red', 'green', 'blue')));
        create table p2 (id text primary key check (id = upper(id)));
        create table c2 (id serial primary key, p text not null references p2 check (p = upper(p)));
        create table p3 (id text primary key check (length(id) = 4));
        create table c3 (id serial primary key, p text not null references p3 check (length(p) = 4));
        create table p4 (id int primary key check (id between 1000 and 2000));
        create table c4 (id serial primary key, p int not null references p4 check (p between 1000 and 2000));
        create table p5 (id text primary key check (id like 'SKU-%'));
        create table c5 (id serial primary key, p text not null references p5 check (p like 'SKU-%'));
        create table p6 (id text primary key);
        create table c6 (id serial primary key, p text not null references p6 check (p ~ '^[A-Z]{2}[0-9]{3}$'));
        create table t (tenant int check (tenant between 1 and 16), id int, primary key (tenant, id));
        create table ct (id serial primary key, tenant int not null check (tenant between 1 and 16), t int not null,
            foreign key (tenant, t) references t (tenant, id));";
    let tables = ["c1", "c2", "p3", "c3", "p4", "c4", "p5", "c5", "p6", "c6", "t", "ct"];
    let few = ["p1"];
    let (target, mut session) = database(sql).await;
    let plan = crud::plan(&mut session, &CrudConfig::default(), Seed(3), 4).await.unwrap();
    assert_eq!(plan.refused, []);
    run(target, &CrudConfig::default(), 1_500).await;
    for table in tables.iter().chain(&few) {
        assert!(count(&mut session, table).await > 2, "{table}");
    }
    let (target, mut session) = database(sql).await;
    let plan = seeding_plan(&mut session, &CrudConfig::default(), Seed(3)).await.unwrap();
    let report = Seeding::new(target, plan, Some(60)).connections(2).execute().await.unwrap();
    let short = report.tables.iter().filter(|table| table.short.is_some());
    assert_eq!(short.map(|table| table.name.table.as_str()).collect::<Vec<_>>(), few, "{report:?}");
}

#[tokio::test]
async fn partitions_may_refer_to_partitions_of_the_same_values() {
    let sql = "
        create table pp (id bigint, part int not null, note text, primary key (id, part)) partition by list (part);
        create table pp_1 partition of pp for values in (1);
        create table pp_2 partition of pp for values in (2);
        create table pc (id bigint, part int not null, pid bigint not null, primary key (id, part),
            foreign key (pid, part) references pp (id, part)) partition by list (part);
        create table pc_1 partition of pc for values in (1);
        create table pc_2 partition of pc for values in (2);";
    all_are_written(sql, &["pp", "pc_1", "pc_2"]).await;
}

#[tokio::test]
async fn parents_of_another_kind_are_passed_over() {
    let sql = "
        create table p (id int primary key, kind text not null check (kind in ('x', 'y', 'z')), unique (id, kind));
        create table y (id serial primary key, pid int not null, kind text not null default 'y' check (kind = 'y'),
            foreign key (pid, kind) references p (id, kind));
        create table z (id serial primary key, pid int, kind text default 'z' check (kind = 'z'),
            foreign key (pid, kind) references p (id, kind));
        create table q (id int primary key, kind text not null, unique (id, kind));
        create table a (id serial primary key, qid int not null, kind text not null check (kind = 'a'),
            foreign key (qid, kind) references q (id, kind));
        create table b (id serial primary key, qid int not null, kind text not null check (kind = 'b'),
            foreign key (qid, kind) references q (id, kind));";
    all_are_written(sql, &["p", "y", "z", "q", "a", "b"]).await;
}

#[tokio::test]
async fn rows_outside_the_plan_are_passed_over_that_do_not_fit() {
    let sql = "
        create table p (id int primary key, kind text not null, code text not null, unique (id, kind), unique (code));
        insert into p select n, case n % 40 when 0 then 'y' else 'x' end, case n % 50 when 0 then 'ZZ' || n else 'a' || n end
            from generate_series(1, 2000) n;
        create table y (id serial primary key, pid int not null, kind text not null check (kind = 'y'),
            foreign key (pid, kind) references p (id, kind));
        create table z (id serial primary key, code text not null references p (code) check (code ~ '^ZZ[0-9]+$'));
        create table one (pid int primary key, kind text not null check (kind = 'y'),
            foreign key (pid, kind) references p (id, kind));";
    for touch in ["own", "all", "existing"] {
        let (target, mut session) = database(sql).await;
        let tables = match touch {
            "own" => r#"{"y": {}, "z": {}, "one": {}}"#.to_owned(),
            _ => format!(r#"{{"y": {{}}, "z": {{}}, "one": {{}}, "p": {{"touch": "{touch}"}}}}"#),
        };
        let config: CrudConfig = serde_json::from_str(&format!(r#"{{"tables": {tables}}}"#)).unwrap();
        let plan = crud::plan(&mut session, &config, Seed(3), 4).await.unwrap();
        assert_eq!(plan.refused, [], "{touch}");
        run(target, &config, 400).await;
        for table in ["y", "z", "one"] {
            assert!(count(&mut session, table).await > 5, "{table} with {touch}");
        }
    }
    let (target, mut session) = database(sql).await;
    let config: CrudConfig =
        serde_json::from_str(r#"{"tables": {"y": {"seed": 60}, "z": {"seed": 60}, "one": {"seed": 30}}}"#)
            .unwrap();
    let plan = seeding_plan(&mut session, &config, Seed(3)).await.unwrap();
    let report = Seeding::new(target, plan, None).execute().await.unwrap();
    assert!(report.is_complete(), "{report:?}");
}

#[tokio::test]
async fn a_table_of_whose_parents_none_fits_is_refused_with_the_reason() {
    let sql = "
        create table p (id int primary key, kind text not null check (kind in ('x', 'y')), unique (id, kind));
        create table c (id serial primary key, pid int not null, kind text not null check (kind = 'w'),
            foreign key (pid, kind) references p (id, kind));
        create table o (id int primary key, kind text not null, unique (id, kind));
        insert into o values (1, 'x');
        create table d (id serial primary key, oid int not null, kind text not null check (kind = 'w'),
            foreign key (oid, kind) references o (id, kind));";
    let (_, mut session) = database(sql).await;
    let config: CrudConfig = serde_json::from_str(r#"{"tables": {"p": {}, "c": {}, "d": {}}}"#).unwrap();
    let plan = crud::plan(&mut session, &config, Seed(3), 4).await.unwrap();
    let refused: Vec<(&str, &str)> =
        plan.refused.iter().map(|(name, why)| (name.table.as_str(), why.as_str())).collect();
    let check = "CHECK (kind = 'w'::text)";
    let c = format!(
        "refers to public.p, which gets no row that fits {check}; say in the plan file what (kind) of public.p holds, \
         or exclude the table"
    );
    let d = format!(
        "refers to public.o, which is not in the plan and has no row that fits {check}; add public.o to the tables"
    );
    assert_eq!(refused, [("c", c.as_str()), ("d", d.as_str())]);
}

#[tokio::test]
async fn a_computed_column_may_refer_to_another_table() {
    let sql = "
        create table p (id int primary key, kind text not null check (kind in ('x', 'y', 'z')), unique (id, kind));
        create table x (id int primary key, kind text generated always as ('x') stored, note text,
            foreign key (id, kind) references p (id, kind));
        create table w (id serial primary key, pid int, kind text generated always as ('z') stored,
            foreign key (pid, kind) references p (id, kind));
        create table q (id int primary key, name text);
        create table r (id serial primary key, raw int not null, note text,
            k int generated always as (raw) stored references q);
        create table s (id serial primary key, raw int, k int generated always as (raw) stored references q);
        create table u (id serial primary key, raw int not null, note text,
            k int generated always as (raw - 100) stored not null references q);";
    let (target, mut session) = database(sql).await;
    let plan = crud::plan(&mut session, &CrudConfig::default(), Seed(3), 4).await.unwrap();
    assert_eq!(plan.refused, []);
    run(target, &CrudConfig::default(), 1_500).await;
    for table in ["p", "x", "w", "q", "r", "s", "u"] {
        assert!(count(&mut session, table).await > 5, "{table}");
    }
    assert!(count(&mut session, "w where pid is not null").await > 5);
    assert!(count(&mut session, "s where k is not null").await > 5);
    let (target, mut session) = database(sql).await;
    let plan = seeding_plan(&mut session, &CrudConfig::default(), Seed(3)).await.unwrap();
    let report = Seeding::new(target.clone(), plan, Some(60)).execute().await.unwrap();
    let short: Vec<&str> = report
        .tables
        .iter()
        .filter(|table| table.short.is_some())
        .map(|table| table.name.table.as_str())
        .collect();
    assert_eq!(short, ["x"], "each parent has one at most: {report:?}");
    let config: CrudConfig = serde_json::from_str(r#"{"touch": "all"}"#).unwrap();
    run(target, &config, 400).await;
}

#[tokio::test]
async fn a_reference_may_have_another_type_than_its_parent() {
    let sql = "
        create table p1 (id numeric primary key);
        create table c1 (id serial primary key, p int not null references p1);
        create table p2 (id date primary key);
        create table c2 (id serial primary key, p timestamp not null references p2);
        create table p3 (id timestamp primary key);
        create table c3 (id serial primary key, p date not null references p3);
        create table p4 (id float8 primary key);
        create table c4 (id serial primary key, p real not null references p4);
        create table p5 (id oid primary key);
        create table c5 (id serial primary key, p int not null references p5);
        create table p6 (id text primary key);
        create table c6 (id serial primary key, p char(5) not null references p6);
        create table p7 (id numeric(10,4) primary key);
        create table c7 (id serial primary key, p numeric(8,2) not null references p7);
        create table p8 (id bigint primary key);
        create table c8 (id serial primary key, p smallint not null references p8);
        create table p9 (id float8 primary key);
        create table c9 (id serial primary key, p numeric(6,2) not null references p9);
        create table p10 (id timestamptz primary key);
        create table c10 (id serial primary key, p timestamp(0) not null references p10);
        create table p11 (id numeric(6,1) primary key);
        create table c11 (id serial primary key, p numeric not null references p11);
        create table p12 (id name primary key);
        create table c12 (id serial primary key, p varchar(10) not null references p12);
        create table p13 (id varchar(10) primary key);
        create table c13 (id serial primary key, p char(4) not null references p13);
        create table p14 (id interval primary key);
        create table c14 (id serial primary key, p interval(0) not null references p14);
        create table p15 (id numeric primary key);
        create table c15 (id bigint primary key references p15);
        create table d15 (id serial primary key, c int not null references c15);";
    let tables: Vec<String> = (1..=15).flat_map(|n| [format!("p{n}"), format!("c{n}")]).collect();
    let tables: Vec<&str> = tables.iter().map(String::as_str).collect();
    let (target, mut session) = database(sql).await;
    let plan = crud::plan(&mut session, &CrudConfig::default(), Seed(3), 4).await.unwrap();
    assert_eq!(plan.refused, []);
    run(target, &CrudConfig::default(), 3_500).await;
    for table in &tables {
        assert!(count(&mut session, table).await > 5, "{table}");
    }
    let (target, mut session) = database(sql).await;
    let plan = seeding_plan(&mut session, &CrudConfig::default(), Seed(3)).await.unwrap();
    let report = Seeding::new(target.clone(), plan, Some(20)).connections(2).execute().await.unwrap();
    assert!(report.is_complete(), "{report:?}");
    let config: CrudConfig = serde_json::from_str(r#"{"touch": "all"}"#).unwrap();
    run(target.clone(), &config, 1_500).await;
    // All of c15's parents may have theirs.
    let children = tables.iter().filter(|table| table.starts_with('c') && **table != "c15");
    let children: Vec<String> = children.map(|table| format!(r#""{table}": {{}}"#)).collect();
    let config: CrudConfig =
        serde_json::from_str(&format!(r#"{{"tables": {{{}}}}}"#, children.join(", "))).unwrap();
    run(target, &config, 600).await;
}

#[tokio::test]
async fn a_reference_to_values_that_are_written_otherwise_is_refused() {
    let sql = "create table p (id interval primary key);
        create table c (id serial primary key, p time not null references p);";
    let (_, mut session) = database(sql).await;
    let plan = crud::plan(&mut session, &CrudConfig::default(), Seed(3), 4).await.unwrap();
    let why = "refers to public.p, which gets no row that fits the type of p; say in the plan file what (id) of public.p \
               holds, or exclude the table";
    assert_eq!(plan.refused.iter().map(|(_, why)| why.as_str()).collect::<Vec<_>>(), [why]);
}

#[tokio::test]
async fn a_key_in_which_null_collides_lets_a_row_be_the_first() {
    let sql = "create table c1 (id serial primary key, parent_id int references c1, slug text not null,
            unique nulls not distinct (parent_id, slug));";
    let (target, mut session) = database("").await;
    if major(&mut session).await < 15 {
        return;
    }
    session.execute(sql).await.unwrap();
    let plan = crud::plan(&mut session, &CrudConfig::default(), Seed(3), 4).await.unwrap();
    assert_eq!(plan.refused, []);
    run(target, &CrudConfig::default(), 300).await;
    assert!(count(&mut session, "c1 where parent_id is null").await > 1);
    assert!(count(&mut session, "c1 where parent_id is not null").await > 20);
}

#[tokio::test]
async fn a_row_may_be_part_of_one_of_a_kind() {
    let sql = "
        create table super (id int primary key, typ char(1) not null check (typ in ('A', 'B')), unique (id, typ));
        create table sub_a (id int primary key, typ char(1) default 'A' check (typ = 'A'), note text,
            foreign key (id, typ) references super (id, typ));
        create table sub_b (id int primary key, typ char(1) not null default 'B' check (typ = 'B'), note text,
            foreign key (id, typ) references super (id, typ));
        create table kind (id int primary key, typ char(1) not null, unique (id, typ));
        create table kind_c (id int primary key, typ char(1) not null default 'C' check (typ = 'C'),
            foreign key (id, typ) references kind (id, typ));";
    let (target, mut session) = database(sql).await;
    let plan = crud::plan(&mut session, &CrudConfig::default(), Seed(3), 4).await.unwrap();
    assert_eq!(plan.refused, []);
    run(target, &CrudConfig::default(), 1_000).await;
    for table in ["super", "sub_a", "sub_b", "kind", "kind_c"] {
        assert!(count(&mut session, table).await > 5, "{table}");
    }
    let (target, mut session) = database(sql).await;
    let plan = seeding_plan(&mut session, &CrudConfig::default(), Seed(3)).await.unwrap();
    Seeding::new(target, plan, Some(60)).execute().await.unwrap();
    for table in ["super", "sub_a", "sub_b", "kind", "kind_c"] {
        assert!(count(&mut session, table).await > 15, "{table}");
    }
}
