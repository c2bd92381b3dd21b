//! What introspection says of tables.

use loadgen_core::{Fill, Partial, SchemaFilter, Session, SqlSession, TableName};

use crate::support::{Server, table};

#[tokio::test]
async fn who_fills_a_column_is_known() {
    let Some(server) = Server::of_the_environment() else { return };
    let sql = "create sequence numbers as int start with 5\nGO\n\
        create table t (id bigint identity(10, 5), a int default 7, b bit default 1, c datetime2 default sysutcdatetime(), \
         d nvarchar(20) default N'it''s', e int default next value for numbers, f as (id + 1), g uniqueidentifier default newid(), \
         h date default '2024-05-17', i decimal(5, 2) default -1.5, j int)";
    let (_, mut session) = server.database(sql).await;
    let table = table(&mut session, "t").await;
    let fills: Vec<&Fill> = table.columns.iter().map(|column| &column.fill).collect();
    let (constant, volatile) =
        (|text: &str| Fill::Constant(text.to_owned()), |text: &str| Fill::Volatile(text.to_owned()));
    assert_eq!(*fills[0], Fill::Sequence { always: true });
    assert_eq!(*fills[1], constant("7"));
    assert_eq!(*fills[2], constant("true"));
    assert_eq!(*fills[3], volatile("now()"));
    assert_eq!(*fills[4], constant("'it''s'"));
    assert_eq!(*fills[5], Fill::Sequence { always: false });
    assert_eq!(*fills[6], Fill::Generated);
    assert!(matches!(fills[7], Fill::Volatile(text) if text.contains("newid")), "{:?}", fills[7]);
    assert_eq!(*fills[8], constant("CAST('2024-05-17' AS date)"));
    assert_eq!(*fills[9], constant("-1.5"));
    assert_eq!(*fills[10], Fill::None);
    assert_eq!(table.special.computed[&6], "(\"id\" + 1)");
    assert!(table.special.sequences[&0] > 1 << 60, "{:?}", table.special.sequences);
    drop(session);
    server.clean().await;
}

#[tokio::test]
async fn keys_say_which_rows_they_hold_for_and_what_null_collides_with() {
    let Some(server) = Server::of_the_environment() else { return };
    let sql = "create table t (id int not null, a int, b int not null, c nvarchar(20), d int, \
         constraint pk primary key (id), constraint u_b unique (b), constraint u_a unique (a, b))\nGO\n\
        create unique index on_d on t (d) where d is not null\nGO\n\
        create unique index on_c on t (c) where id > 5";
    let (_, mut session) = server.database(sql).await;
    let table = table(&mut session, "t").await;
    assert_eq!(table.primary_key, [0]);
    let mut uniques = table.uniques.clone();
    uniques.sort();
    assert_eq!(uniques, [vec![1, 2], vec![2], vec![4]]);
    assert_eq!(table.special.loose_keys, [vec![3]]);
    let partial = Partial { columns: vec![3], condition: "(\"id\" > 5)".to_owned() };
    assert_eq!(table.special.partial, [partial]);
    let colliding: Vec<&Vec<usize>> =
        table.special.colliding.iter().map(|collision| &collision.key).collect();
    assert_eq!(colliding, [&vec![1, 2], &vec![3]]);
    let nullable: Vec<bool> = table.columns.iter().map(|column| column.nullable).collect();
    assert_eq!(nullable, [false, false, false, false, true]);
    drop(session);
    server.clean().await;
}

#[tokio::test]
async fn references_say_what_they_do() {
    let Some(server) = Server::of_the_environment() else { return };
    let sql = "create table p (a int not null, b int not null, primary key (a, b))\nGO\n\
        create table c (id int primary key, x int, y int, \
         constraint fk foreign key (x, y) references p (a, b) on delete cascade on update set null)";
    let (_, mut session) = server.database(sql).await;
    let table = table(&mut session, "c").await;
    let [key] = table.foreign_keys.as_slice() else { panic!("{:?}", table.foreign_keys) };
    assert_eq!((key.name.as_str(), &key.parent), ("fk", &TableName::new("dbo", "p")));
    assert_eq!((key.columns.as_slice(), key.parent_columns.join(",")), ([1, 2].as_slice(), "a,b".to_owned()));
    assert_eq!(table.special.definitions, ["FOREIGN KEY fk ON DELETE CASCADE ON UPDATE SET NULL"]);
    drop(session);
    server.clean().await;
}

#[tokio::test]
async fn triggers_are_seen_with_what_they_write() {
    let Some(server) = Server::of_the_environment() else { return };
    let sql = "create table t (id int primary key, n int)\nGO\ncreate table log (id int identity primary key, n int)\nGO\n\
        create table v (id int primary key)\nGO\n\
        create trigger logs on t after insert, update as insert into log (n) select n from inserted\nGO\n\
        create trigger instead on v instead of insert as insert into v select id from inserted";
    let (_, mut session) = server.database(sql).await;
    let (t, log, v) =
        (table(&mut session, "t").await, table(&mut session, "log").await, table(&mut session, "v").await);
    assert_eq!(t.special.definitions, ["TRIGGER logs AFTER INSERT UPDATE"]);
    assert_eq!((t.special.written_by.as_deref(), t.special.rewrites.as_deref()), (None, None));
    assert_eq!(log.special.written_by.as_deref(), Some("trigger logs of dbo.t"));
    assert_eq!(v.special.rewrites.as_deref(), Some("trigger instead"));
    assert_eq!(v.special.written_by, None);
    drop(session);
    server.clean().await;
}

#[tokio::test]
async fn schemas_are_named_and_the_default_one_is_meant() {
    let Some(server) = Server::of_the_environment() else { return };
    let sql = "create schema shop\nGO\ncreate table shop.t (id int primary key)\nGO\ncreate view v as select 1 as x";
    let (_, mut session) = server.database(sql).await;
    let found = session.introspect(&SchemaFilter::default()).await.unwrap();
    assert!(found.tables.is_empty(), "{:?}", found.tables);
    assert_eq!(found.elsewhere, [("shop".to_owned(), 1)]);
    assert_eq!(found.schemas, ["dbo", "shop"]);
    assert_eq!(found.others.iter().map(|other| other.kind).collect::<Vec<_>>(), ["view"]);
    let found = session.introspect(&SchemaFilter { schemas: vec!["s*".to_owned()] }).await.unwrap();
    assert_eq!(found.tables.len(), 1);
    drop(session);
    server.clean().await;
}

#[tokio::test]
async fn any_name_is_read_and_written() {
    let Some(server) = Server::of_the_environment() else { return };
    let sql = "create table [a.b 🐘 ' %s] ([x y \"z\"] int primary key, [größe %s] nvarchar(10) unique)";
    let (_, mut session) = server.database(sql).await;
    let table = table(&mut session, "a.b 🐘 ' %s").await;
    let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["x y \"z\"", "größe %s"]);
    assert_eq!(
        (table.primary_key.as_slice(), table.uniques.as_slice()),
        ([0].as_slice(), [vec![1]].as_slice())
    );
    drop(session);
    server.clean().await;
}

#[tokio::test]
async fn the_version_changes_with_the_schema_and_not_with_its_rows() {
    let Some(server) = Server::of_the_environment() else { return };
    let sql = "create table t (id int not null primary key, a int)\nGO\ncreate unique index on_a on t (a) where a > 5\nGO\n\
        create trigger watch on t after insert as begin declare @n int = 1 end";
    let (_, mut session) = server.database(sql).await;
    let filter = SchemaFilter::default();
    let mut before = session.schema_version(&filter).await.unwrap().unwrap();
    for (step, is_change) in [
        ("insert into t values (1, 7)", false),
        ("delete from t", false),
        ("alter table t add b int", true),
        ("drop index on_a on t", true),
        ("create unique index on_a on t (a) where a > 6", true),
        ("drop trigger watch", true),
        ("create trigger watch on t after insert as begin declare @n int = 2 end", true),
        ("alter table t add constraint positive check (a > 0)", true),
    ] {
        session.execute(step).await.unwrap();
        session.ping().await.unwrap();
        let now = session.schema_version(&filter).await.unwrap().unwrap();
        assert_eq!(now != before, is_change, "{step}");
        before = now;
    }
    drop(session);
    server.clean().await;
}
