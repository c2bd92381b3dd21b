//! A schema with every type, written and read back.

use std::sync::Arc;

use loadgen_core::{
    Rng, Run, SchemaFilter, Seed, SqlSession, Table, Value,
    crud::{Crud, CrudConfig, CrudPlan},
    generate,
};
use loadgen_pg::PgSession;

use crate::support::{database, insert};

pub(crate) const TYPES: &str = include_str!("zoo/types.sql");

/// So many random values of each column.
const VALUES: u64 = 10_000;

/// A table of one column, so that keys do not get in the way of random values.
pub(crate) async fn columns(session: &mut PgSession) -> Vec<Arc<Table>> {
    let schema = session.introspect(&SchemaFilter::default()).await.unwrap();
    let mut sql = String::from("create schema one;");
    for table in &schema.tables {
        for column in &table.columns {
            let (table, column) = (&table.name.table, &column.name);
            sql += &format!(
                r#"create table one."{table}.{column}" as select "{column}" as v from "{table}" where false;"#
            );
        }
    }
    session.execute(&sql).await.unwrap();
    let filter = SchemaFilter { schemas: vec!["one".to_owned()] };
    session.introspect(&filter).await.unwrap().tables
}

/// Writes some of the values alone, some as a few rows of a list, and the rest together; what went wrong first, if anything did.
async fn trip(session: &mut PgSession, table: &Arc<Table>, values: &[Value]) -> Option<String> {
    let rows: Vec<&[Value]> = values.chunks(1).collect();
    let (alone, others) = rows.split_at(rows.len().min(10));
    let (listed, together) = others.split_at(others.len().min(10));
    let together = [together].into_iter().filter(|rows| !rows.is_empty());
    let mut back = Vec::new();
    for rows in alone.chunks(1).chain(listed.chunks(5)).chain(together) {
        match session.apply(&[insert(table, &["v"], &["v"], rows)]).await {
            Ok(mut applied) => back.append(&mut applied[0].returned),
            Err(failure) => return Some(format!("{}: {failure:?}", table.name.table)),
        }
    }
    let differs = values.iter().zip(&back).find(|(sent, back)| sent != back);
    differs.map(|(sent, back)| format!("{}: {sent:?} came back as {back:?}", table.name.table))
}

#[tokio::test]
async fn random_values_of_every_type_come_back() {
    let (_, mut session) = database(TYPES).await;
    let mut wrong = Vec::new();
    for table in columns(&mut session).await {
        match generate::for_column(&table.name, &table.columns[0], None) {
            Ok(generator) => {
                let draw = |number| generator.generate(&mut Rng::keyed(Seed(7), [number, 0, 0]));
                let values: Vec<Value> = (0..VALUES).map(draw).collect();
                wrong.extend(trip(&mut session, &table, &values).await);
            }
            Err(unfillable) => wrong.push(unfillable.to_string()),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn unique_values_of_every_type_differ_and_come_back() {
    let (_, mut session) = database(TYPES).await;
    let (mut wrong, mut ordered) = (Vec::new(), 0);
    for table in columns(&mut session).await {
        match generate::Distinct::new(&table.columns[0], None, Seed(7), 1) {
            Ok(distinct) => {
                let values: Vec<Value> = (0..VALUES).map_while(|index| distinct.value(index)).collect();
                wrong.extend(trip(&mut session, &table, &values).await);
                let name = &table.name.table;
                match session.execute(&format!(r#"create unique index on one."{name}" (v)"#)).await {
                    Ok(()) => ordered += 1,
                    Err(failure) if failure.code == "23505" => wrong.push(format!("{name}: {failure:?}")),
                    // Types without an order have no such index.
                    Err(_) => {}
                }
            }
            Err(unfillable) => wrong.push(unfillable.to_string()),
        }
    }
    assert!(wrong.is_empty() && ordered > 100, "{ordered} with an order: {wrong:#?}");
}

#[tokio::test]
async fn tables_of_every_type_take_traffic() {
    let (target, mut session) = database(TYPES).await;
    let schema = session.introspect(&SchemaFilter::default()).await.unwrap();
    let plan = CrudPlan::new(&schema, &CrudConfig::default(), Seed(5), 8).unwrap();
    assert_eq!(plan.refused, []);
    let notes: Vec<&String> = plan.tables.iter().flat_map(|table| &table.notes).collect();
    assert!(notes.is_empty(), "{notes:#?}");
    let run = Run::new(target, Crud::new(CrudConfig::default())).seed(5).lanes(8).connections(8);
    let report = run.operations(10_000).check().execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:?}", report.errors);
    for table in &plan.tables {
        assert!(report.tally.tables[&table.table.name.to_string()].rows.inserted > 0, "{}", table.table.name);
    }
}

#[tokio::test]
async fn every_type_of_the_catalog_is_known_but_for_those_that_take_no_input() {
    let (target, mut session) = database(
        "do $$ declare t record; begin
             for t in select oid, typname from pg_type
                      where typnamespace = 'pg_catalog'::regnamespace and typtype in ('b', 'r', 'm')
                        and typname !~ '^_' loop
                 execute format('create table %I (id serial primary key, v %s not null)', 't_' || t.typname,
                                format_type(t.oid, -1));
             end loop;
         end $$",
    )
    .await;
    let plan = loadgen_core::crud::plan(&mut session, &CrudConfig::default(), Seed(5), 8).await.unwrap();
    assert!(plan.tables.len() > 70, "{}", plan.tables.len());
    for (name, why) in &plan.refused {
        // Statistics and parsed expressions, and what an index is made of.
        let is_internal = name.table.starts_with("t_pg_") || name.table == "t_gtsvector";
        assert!(
            is_internal && !name.table.contains("lsn") && !name.table.contains("snapshot"),
            "{name}: {why}"
        );
    }
    let run = Run::new(target, Crud::new(CrudConfig::default())).seed(5).lanes(8).connections(4);
    let report = run.operations(5_000).check().execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:?}", report.errors);
}

#[tokio::test]
async fn a_type_that_nobody_knows_takes_its_default_null_or_what_is_there() {
    let (target, mut session) = database(
        "create type odd;
         create function odd_in(cstring) returns odd immutable strict language internal as 'textin';
         create function odd_out(odd) returns cstring immutable strict language internal as 'textout';
         create type odd (input = odd_in, output = odd_out, like = text);
         create table sampled (id serial primary key, v odd not null);
         insert into sampled (v) values ('b'), ('a {x}'), ('b');
         create table defaulted (id serial primary key, v odd not null default 'd', n int);
         create table nullable (id serial primary key, v odd, n int);
         create table refused (id serial primary key, v odd not null)",
    )
    .await;
    let plan = loadgen_core::crud::plan(&mut session, &CrudConfig::default(), Seed(5), 8).await.unwrap();
    let said: Vec<(String, String)> = (plan.tables.iter())
        .map(|table| (table.table.name.table.clone(), table.sources[1].describe()))
        .collect();
    let expected = [
        ("defaulted", "left to the database: its default"),
        ("nullable", "left to the database: NULL"),
        ("sampled", "one of a {x}, b"),
    ];
    assert_eq!(said, expected.map(|(name, words)| (name.to_owned(), words.to_owned())));
    let [(name, why)] = plan.refused.as_slice() else { panic!("{:?}", plan.refused) };
    assert!(name.table == "refused" && why.contains("choice: [..]"), "{why}");
    let run = Run::new(target, Crud::new(CrudConfig::default())).seed(5).lanes(8);
    let report = run.operations(300).execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:?}", report.errors);
}
