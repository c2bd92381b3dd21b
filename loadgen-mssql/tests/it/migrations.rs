//! Steps of a schema: taken once, whoever starts at the same time, and whole, whoever is killed.

use std::time::Duration;

use loadgen_core::{
    SchemaFilter, SqlSession, Target, conformance,
    migration::{MigrateSession, Migration, Way, apply, revert},
    orders::{OrdersConfig, migrate},
};
use loadgen_mssql::{MssqlTarget, orders};

use crate::support::Server;

const NAMES: [&str; 3] = ["0001_initial_schema", "0002_row_count_view", "0003_schema_change_log"];

async fn tables(target: &MssqlTarget) -> Vec<String> {
    let mut session = target.connect().await.unwrap();
    let found = session.introspect(&SchemaFilter::default()).await.unwrap();
    let mut names: Vec<_> = found.tables.iter().map(|table| table.name.table.to_lowercase()).collect();
    names.sort();
    names
}

const TABLES: [&str; 5] = ["customers", "loadgen_migrations", "orderitems", "orders", "schemachangelog"];

#[tokio::test]
async fn the_contract_is_kept() {
    let Some(server) = Server::of_the_environment() else { return };
    conformance::check_migrations(async || server.database("").await.0).await;
    server.clean().await;
}

#[tokio::test]
async fn eight_that_start_at_once_take_each_step_once() {
    let Some(server) = Server::of_the_environment() else { return };
    let (target, _) = server.database("").await;
    let all: Vec<_> = (0..8)
        .map(|_| {
            let target = target.clone();
            tokio::spawn(async move {
                let mut session = target.connect().await.unwrap();
                apply(&mut session, &orders::migrations()).await.unwrap()
            })
        })
        .collect();
    let mut taken = Vec::new();
    for one in all {
        taken.extend(one.await.unwrap());
    }
    taken.sort();
    assert_eq!(taken, NAMES);
    assert_eq!(tables(&target).await, TABLES);
}

#[tokio::test]
async fn what_was_made_is_taken_back_and_made_again() {
    let Some(server) = Server::of_the_environment() else { return };
    let (target, mut session) = server.database("").await;
    let steps = orders::migrations();
    for _ in 0..2 {
        assert_eq!(apply(&mut session, &steps).await.unwrap(), NAMES);
        let sold = "insert into dbo.Customers (FirstName, LastName, Email) values (N'a', N'b', N'c');
            insert into dbo.Orders (CustomerId, TotalAmount) values (1, 2.50);
            insert into dbo.OrderItems (OrderId, ProductName, Quantity, UnitPrice) values (1, N'd', 1, 2.50);
            declare @rows int = (select count([RowCount]) from dbo.vw_TableRowCounts where TenantId = db_name());
            if @rows < 4 throw 50000, 'the view does not show the tables', 1";
        session.execute(sold).await.unwrap();
        let back: Vec<_> = revert(&mut session, &steps).await.unwrap();
        assert_eq!(back, NAMES.into_iter().rev().collect::<Vec<_>>());
        assert_eq!(tables(&target).await, [""; 0]);
    }
}

/// Tables as somebody else made them, with a row.
const THEIRS: &str = "
create table SCHEMA.Customers (CustomerId int identity primary key, FirstName nvarchar(50) not null, LastName nvarchar(50) not null,
    Email nvarchar(99) not null, CreatedAt datetime2 not null, ModifiedAt datetime2 not null)
GO
create table SCHEMA.Orders (OrderId int identity primary key, CustomerId int not null, OrderDate datetime2 not null,
    TotalAmount decimal(18, 2) not null, Status nvarchar(50) not null)
GO
create table SCHEMA.OrderItems (OrderItemId int identity primary key, OrderId int not null, ProductName nvarchar(99) not null,
    Quantity int not null, UnitPrice decimal(18, 2) not null)
GO
insert into SCHEMA.Customers values (N'Ada', N'King', N'ada@example.com', sysutcdatetime(), sysutcdatetime())";

#[tokio::test]
async fn tables_that_somebody_else_made_survive_a_run_and_the_way_back() {
    let Some(server) = Server::of_the_environment() else { return };
    let (target, mut session) = server.database(&THEIRS.replace("SCHEMA", "dbo")).await;
    let (steps, config) = (orders::migrations(), OrdersConfig::default());
    assert_eq!(migrate(&mut session, &config, &steps).await.unwrap().taken, [""; 0]);
    let error = apply(&mut session, &steps).await.unwrap_err();
    assert!(error.message.contains("migration 0001_initial_schema: "), "{error}");
    assert_eq!(revert(&mut session, &steps).await.unwrap(), [""; 0]);
    let there = "if (select count(*) from dbo.Customers) <> 1 throw 50000, 'the row is gone', 1";
    session.execute(there).await.unwrap();
    assert_eq!(tables(&target).await, ["customers", "orderitems", "orders"]);
    session.execute("drop table dbo.OrderItems").await.unwrap();
    let error = migrate(&mut session, &config, &steps).await.unwrap_err();
    assert!(error.to_string().contains("is there and OrderItems is not"), "{error}");
    server.clean().await;
}

#[tokio::test]
async fn tables_are_made_where_they_are_looked_for_or_not_at_all() {
    let Some(server) = Server::of_the_environment() else { return };
    let (target, mut session) = server.database("create schema sales").await;
    let sales = OrdersConfig { schema: Some("sales".to_owned()), ..OrdersConfig::default() };
    let error = migrate(&mut session, &sales, &orders::migrations()).await.unwrap_err();
    assert!(error.to_string().contains("make theirs in \"dbo\""), "{error}");
    assert_eq!(tables(&target).await, [""; 0]);
    for batch in THEIRS.replace("SCHEMA", "sales").split("GO\n") {
        session.execute(batch).await.unwrap();
    }
    assert_eq!(migrate(&mut session, &sales, &orders::migrations()).await.unwrap().taken, [""; 0]);
    assert_eq!(tables(&target).await, [""; 0], "nothing in the usual schema");
    server.clean().await;
}

#[tokio::test]
async fn the_record_is_beside_the_tables_whoever_takes_a_step() {
    let Some(server) = Server::of_the_environment() else { return };
    let (_, mut session) = server.database("").await;
    let (steps, config) = (orders::migrations(), OrdersConfig::default());
    assert_eq!(session.home().await.unwrap().as_deref(), Some("dbo"));
    assert_eq!(migrate(&mut session, &config, &steps).await.unwrap().taken, NAMES);
    let recorded = "if (select count(*) from dbo.loadgen_migrations) <> 3 throw 50000, 'not in dbo', 1";
    session.execute(recorded).await.unwrap();
    server.clean().await;
}

/// Another session keeps a step from being finished; whoever takes it is killed.
#[tokio::test]
async fn whoever_is_killed_inside_a_step_leaves_it_whole_to_the_next() {
    let Some(server) = Server::of_the_environment() else { return };
    let (target, mut first) = server.database("").await;
    let steps = orders::migrations();
    assert!(first.migrate(&steps[0], Way::Up).await.unwrap());
    first.execute("create table dbo.gate (id int primary key)").await.unwrap();
    first.execute("begin transaction; insert into dbo.gate (id) values (1)").await.unwrap();
    let gated = Migration::new(
        "0002_gated",
        "create table dbo.half (id int);\nGO\ninsert into dbo.gate (id) values (1);\nGO\ncreate table dbo.whole (id int)",
        "drop table if exists dbo.whole, dbo.half",
    );
    let victim = {
        let (target, gated) = (target.clone(), gated.clone());
        tokio::spawn(async move {
            let mut session = target.connect().await.unwrap();
            session.migrate(&gated, Way::Up).await
        })
    };
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(!victim.is_finished(), "the gate does not hold");
    victim.abort();
    assert!(victim.await.unwrap_err().is_cancelled());
    first.execute("rollback transaction").await.unwrap();
    let mut next = target.connect().await.unwrap();
    assert_eq!(next.migrated().await.unwrap(), NAMES[..1]);
    assert!(!tables(&target).await.contains(&"half".to_owned()), "half a step");
    assert!(next.migrate(&gated, Way::Up).await.unwrap());
    assert_eq!(next.migrated().await.unwrap(), [NAMES[0], "0002_gated"]);
    assert!(next.migrate(&gated, Way::Down).await.unwrap());
    assert_eq!(apply(&mut next, &steps).await.unwrap(), NAMES[1..]);
}

#[tokio::test]
async fn nobody_waits_for_ever_for_whoever_takes_a_step() {
    let Some(server) = Server::of_the_environment() else { return };
    let (target, mut holder) = server.database("").await;
    let lock = "begin transaction; declare @got int; exec @got = sp_getapplock @Resource = N'loadgen_migrations', \
                @LockMode = N'Exclusive', @LockOwner = N'Transaction', @LockTimeout = 0";
    holder.execute(lock).await.unwrap();
    let mut waiter = target.clone().with_statement_deadline(Duration::from_secs(8)).connect().await.unwrap();
    let failure = apply(&mut waiter, &orders::migrations()).await.unwrap_err();
    assert_eq!(failure.code, "1222", "{failure}");
    assert!(failure.message.contains("0001_initial_schema: somebody else is taking a step"), "{failure}");
    holder.execute("rollback transaction").await.unwrap();
    assert_eq!(apply(&mut holder, &orders::migrations()).await.unwrap(), NAMES);
}
