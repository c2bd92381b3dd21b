//! Values of every type, written and read back.

use std::sync::Arc;

use loadgen_core::{
    Rng, Run, SchemaFilter, Seed, SqlSession, Table, Type, Value,
    crud::{Crud, CrudConfig, CrudPlan},
    generate,
};
use loadgen_mssql::MssqlSession;

use crate::support::{Server, insert, table};

const TYPES: &str = include_str!("zoo/types.sql");

/// So many random values of each column.
const VALUES: u64 = 1_000;

async fn tables(session: &mut MssqlSession) -> Vec<Arc<Table>> {
    session.introspect(&SchemaFilter::default()).await.unwrap().tables
}

/// A table of one column for each column, so that keys do not get in the way of random values.
async fn columns(session: &mut MssqlSession) -> Vec<Arc<Table>> {
    for table in tables(session).await {
        for column in table.columns.iter().skip(1) {
            let name = format!("[one {} {}]", table.name.table, column.name);
            let words = column.native.words().split(" (").next().unwrap().to_owned();
            session.execute(&format!("create table {name} (k int not null, v {words} null)")).await.unwrap();
        }
    }
    let all = tables(session).await;
    all.into_iter().filter(|table| table.name.table.starts_with("one ")).collect()
}

/// Writes some of the values alone, some as a few rows, and the rest together; what went wrong first, if anything did.
async fn trip(session: &mut MssqlSession, table: &Arc<Table>, values: &[Value]) -> Option<String> {
    let numbered: Vec<[Value; 2]> = (0..).map(Value::Int).zip(values).map(|(k, v)| [k, v.clone()]).collect();
    let rows: Vec<&[Value]> = numbered.iter().map(|row| row.as_slice()).collect();
    let (alone, others) = rows.split_at(rows.len().min(10));
    for rows in alone.chunks(1).chain(others.chunks(200)) {
        if let Err(failure) = session.apply(&[insert(table, &["k", "v"], &[], rows)]).await {
            return Some(format!("{}: {failure:?}", table.name.table));
        }
    }
    let mut back: Vec<Vec<Value>> = Vec::new();
    if let Err(failure) = session.scan(table, &[0, 1], &mut |row: &[Value]| back.push(row.to_vec())).await {
        return Some(format!("{}: {failure:?}", table.name.table));
    }
    back.sort_by_key(|row| if let Value::Int(number) = row[0] { number } else { -1 });
    if back.len() != values.len() {
        return Some(format!("{}: {} of {} rows", table.name.table, back.len(), values.len()));
    }
    let differs = values.iter().zip(&back).find(|(sent, back)| **sent != back[1]);
    differs.map(|(sent, back)| format!("{}: {sent:?} came back as {:?}", table.name.table, back[1]))
}

#[tokio::test]
async fn random_values_of_every_type_come_back() {
    let Some(server) = Server::of_the_environment() else { return };
    let (_, mut session) = server.database(TYPES).await;
    let mut wrong = Vec::new();
    for table in columns(&mut session).await {
        match generate::for_column(&table.name, &table.columns[1], None) {
            Ok(generator) => {
                let draw = |number| generator.generate(&mut Rng::keyed(Seed(7), [number, 0, 0]));
                let values: Vec<Value> = (0..VALUES).map(draw).collect();
                wrong.extend(trip(&mut session, &table, &values).await);
            }
            Err(unfillable) => wrong.push(unfillable.to_string()),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    drop(session);
    server.clean().await;
}

#[tokio::test]
async fn unique_values_of_every_type_differ_and_come_back() {
    let Some(server) = Server::of_the_environment() else { return };
    let (_, mut session) = server.database(TYPES).await;
    let (mut wrong, mut ordered) = (Vec::new(), 0);
    for table in columns(&mut session).await {
        match generate::Distinct::new(&table.columns[1], None, Seed(7), 1) {
            Ok(distinct) => {
                let values: Vec<Value> = (0..VALUES).map_while(|index| distinct.value(index)).collect();
                wrong.extend(trip(&mut session, &table, &values).await);
                let name = &table.name.table;
                let is_folded =
                    table.special.folded.contains(&1) && matches!(table.columns[1].ty, Type::Text { .. });
                match session.execute(&format!("create unique index u on [{name}] (v)")).await {
                    Ok(()) => ordered += 1,
                    Err(failure) if !is_folded && failure.message.contains("duplicate") => {
                        wrong.push(format!("{name}: {failure:?}"));
                    }
                    // Types without an order have no such index, and texts are told apart by whoever asks for that.
                    Err(_) => {}
                }
            }
            Err(unfillable) => wrong.push(unfillable.to_string()),
        }
    }
    assert!(wrong.is_empty() && ordered > 25, "{ordered} with an order: {wrong:#?}");
    drop(session);
    server.clean().await;
}

#[tokio::test]
async fn tables_of_every_type_take_traffic() {
    let Some(server) = Server::of_the_environment() else { return };
    let (target, mut session) = server.database(TYPES).await;
    let schema = session.introspect(&SchemaFilter::default()).await.unwrap();
    let plan = CrudPlan::new(&schema, &CrudConfig::default(), Seed(5), 8).unwrap();
    assert_eq!(plan.refused, []);
    let run = Run::new(target, Crud::new(CrudConfig::default())).seed(5).lanes(8).connections(4);
    let report = run.operations(1_000).check().execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:?}", report.errors);
    for table in &plan.tables {
        assert!(report.tally.tables[&table.table.name.to_string()].rows.inserted > 0, "{}", table.table.name);
    }
    drop(session);
    server.clean().await;
}

#[tokio::test]
async fn types_go_by_the_names_that_people_write() {
    let Some(server) = Server::of_the_environment() else { return };
    let sql = "create type email from nvarchar(100) not null\nGO\n\
        create table t (a email, b nvarchar(max), c decimal(10, 2), d tinyint not null, e rowversion, f sysname)";
    let (_, mut session) = server.database(sql).await;
    let table = table(&mut session, "t").await;
    let said: Vec<(&str, &str)> =
        table.columns.iter().map(|column| (column.native.name.as_str(), column.native.words())).collect();
    let expected = [
        ("nvarchar", "dbo.email (nvarchar(100))"),
        ("nvarchar", "nvarchar(max)"),
        ("decimal", "decimal(10,2)"),
        ("tinyint", "tinyint"),
        ("timestamp", "rowversion"),
        ("nvarchar", "sysname (nvarchar(128))"),
    ];
    assert_eq!(said, expected);
    assert_eq!(table.columns[3].ty, Type::Int(8));
    assert_eq!(table.columns[4].fill, loadgen_core::Fill::Generated);
    drop(session);
    server.clean().await;
}
