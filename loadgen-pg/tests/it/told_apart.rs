//! Unique columns that follow from others, and conditions between such.

use loadgen_core::{
    Run, Seed, SqlSession,
    crud::{self, Crud, CrudConfig, Seeding, seeding_plan},
};

use crate::support::database;

const TABLES: &str = "
    create table lowered (id serial primary key, username text not null, username_lower text not null unique,
        check (username_lower = lower(username)));
    create table both_lowered (id serial primary key, username text not null unique, username_lower varchar(60) not null unique,
        check (lower(username) = username_lower));
    create table doubled (a int not null unique, b int not null unique, check (b = a * 2));
    create table apart (a int not null unique, b int not null unique, check (a <> b));
    create table all_apart (a int not null unique, b int not null unique, c int not null unique,
        check (a <> b and b <> c), check (a <> c), check (c > a + 5));
    create table slugs (id serial primary key, name text not null,
        slug text generated always as (lower(replace(name, ' ', '-'))) stored unique);
    create table mails (id serial primary key, email text, plain text generated always as (replace(lower(email), '@', ' at ')) stored unique);
    create table memberships (id serial primary key, subject_type text not null check (subject_type in ('user', 'group')),
        user_id int, group_id int, check ((subject_type = 'user') = (user_id is not null)),
        check ((subject_type = 'group') = (group_id is not null)), unique nulls not distinct (user_id, group_id));
    create table ordered_pair (base char(3) not null, quote char(3) not null, check (base < quote), primary key (base, quote));";

#[tokio::test]
async fn unique_columns_that_follow_from_others_are_told_apart_by_them() {
    let (target, mut session) = database(TABLES).await;
    let plan = crud::plan(&mut session, &CrudConfig::default(), Seed(3), 4).await.unwrap();
    assert_eq!(plan.refused, []);
    let plan = seeding_plan(&mut session, &CrudConfig::default(), Seed(3)).await.unwrap();
    let report = Seeding::new(target.clone(), plan, Some(300)).connections(2).execute().await.unwrap();
    assert!(report.is_complete() && report.fatal.is_none(), "{report:#?}");
    let run = Run::new(target, Crud::new(CrudConfig::default())).seed(3).lanes(4).connections(2);
    let report = run.operations(2_000).check().execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:#?}", report.errors);
    let idle = report.tally.tables.iter().find(|(_, table)| table.rows.inserted < 20);
    assert!(idle.is_none(), "{idle:?} {:#?}", report.skips);
}

#[tokio::test]
async fn a_check_that_is_not_understood_leaves_the_others_of_its_table_alone() {
    let sql = "create table patients (mrn char(8) primary key check (mrn ~ '^\\d{8}$'), age int check (age between 0 and 130),
        note text check (note ~ '(?!a)b'))";
    let (_, mut session) = database(sql).await;
    let plan = crud::plan(&mut session, &CrudConfig::default(), Seed(3), 4).await.unwrap();
    let words: Vec<String> = plan.tables[0].sources.iter().map(|source| source.describe()).collect();
    assert_eq!(words[0], "distinct values, 100000000 of them");
    assert!(words[1].starts_with("integer "), "{words:?}");
}

#[tokio::test]
async fn texts_and_documents_are_compared_as_the_database_does() {
    let sql = "
        create table pairs (id serial primary key, base text, quote varchar(20), code char(3), other char(3),
            check (base < quote), check (code <> other and code <= other));
        create table documents (id serial primary key, v jsonb not null check (octet_length(v::text) < 4096),
            w jsonb check (char_length(w::text) < 65536), few jsonb check (length(few::text) < 12),
            sent json check (length(sent::text) < 40));
        create table prices (id serial primary key, p money not null check (p > '0'::money),
            q money check (q between '10'::money and '500'::money));
        create table extremes (id serial primary key, a int not null, b int not null,
            hi int generated always as (greatest(a, b)) stored, lo int generated always as (least(a, b)) stored,
            check (hi < 1000), check (lo >= 10));";
    let (target, mut session) = database(sql).await;
    let plan = crud::plan(&mut session, &CrudConfig::default(), Seed(3), 4).await.unwrap();
    assert_eq!(plan.refused, []);
    let run = Run::new(target, Crud::new(CrudConfig::default())).seed(3).lanes(4).connections(2);
    let report = run.operations(1_500).check().execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:#?}", report.errors);
    session.execute(VARIED).await.unwrap();
}

const VARIED: &str = "do $$ begin
    assert (select count(base < quote) * 2 > count(*) and count(distinct base) > 30 and count(code < other) > 30 from pairs), 'pairs';
    assert (select count(w) * 2 > count(*) and count(few) > 30 and count(sent) > 30 from documents), 'documents';
    assert (select count(distinct p) > 30 and count(q) > 30 from prices), 'prices';
    assert (select count(distinct hi) > 30 and count(distinct lo) > 30 from extremes), 'extremes';
end $$";
