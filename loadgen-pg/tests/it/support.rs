//! One server for all tests, a database for each.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use loadgen_core::{Change, ChangeKind, SchemaFilter, Shape, SqlSession, Table, TableName, Target, Value};
use loadgen_pg::{PgSession, PgSettings, PgTarget, server::Server};
use tokio::sync::OnceCell;

static SERVER: OnceCell<Server> = OnceCell::const_new();
static COUNT: AtomicU32 = AtomicU32::new(0);

fn number() -> u32 {
    COUNT.fetch_add(1, Ordering::Relaxed)
}

/// A database of its own, with these statements run in it.
pub(crate) async fn database(sql: &str) -> (PgTarget, PgSession) {
    let server = SERVER.get_or_init(async || Server::start().await.unwrap()).await;
    let url = server.create_database(&format!("test_{}", number())).await.unwrap();
    let (target, mut session) = connect(&url).await;
    session.execute(sql).await.unwrap();
    (target, session)
}

pub(crate) async fn connect(url: &str) -> (PgTarget, PgSession) {
    let target = target(url);
    let session = target.connect().await.unwrap();
    (target, session)
}

pub(crate) fn target(url: &str) -> PgTarget {
    PgTarget::new(PgSettings::from_url(url).unwrap()).with_statement_deadline(Duration::from_secs(20))
}

/// The database of a session, for another role.
pub(crate) async fn target_as(session: &mut PgSession, role: &str) -> PgTarget {
    let name: String = sqlx::query_scalar("select current_database()::text")
        .fetch_one(session.driver().unwrap())
        .await
        .unwrap();
    let server = SERVER.get().unwrap();
    target(&server.database_url(&name).replacen("postgres@", &format!("{role}@"), 1))
}

/// The version of the server, without what stands behind its point.
pub(crate) async fn major(session: &mut PgSession) -> u32 {
    let version = session.server().await.unwrap();
    version.trim_start_matches("PostgreSQL ").split(['.', ' ', 'b', 'r']).next().unwrap().parse().unwrap()
}

/// Makes an extension, if the server has it; what is left out without it is said.
#[expect(clippy::print_stdout, reason = "what is left out is said")]
pub(crate) async fn extended(session: &mut PgSession, extension: &str) -> bool {
    let is_there = "select exists (select from pg_available_extensions where name = $1)";
    let is_there = sqlx::query_scalar(is_there).bind(extension).fetch_one(session.driver().unwrap()).await;
    let is_there = is_there.unwrap();
    if is_there {
        session.execute(&format!("create extension if not exists {extension}")).await.unwrap();
    } else {
        println!("left out: this server has no extension {extension}");
    }
    is_there
}

/// A table of the search path, as introspection sees it.
pub(crate) async fn table(session: &mut PgSession, name: &str) -> Arc<Table> {
    table_in(session, "public", name).await
}

pub(crate) async fn table_in(session: &mut PgSession, schema: &str, name: &str) -> Arc<Table> {
    let filter = SchemaFilter { schemas: vec![schema.to_owned()] };
    let found = session.introspect(&filter).await.unwrap();
    Arc::clone(found.table(&TableName::new(schema, name)).unwrap())
}

fn shape(table: &Arc<Table>, kind: ChangeKind, [key, set, returning]: [&[&str]; 3]) -> Arc<Shape> {
    let indexes = |names: &[&str]| names.iter().map(|name| table.column_index(name).unwrap()).collect();
    let (key, set, returning) = (indexes(key), indexes(set), indexes(returning));
    Arc::new(Shape { id: number(), table: Arc::clone(table), kind, key, set, returning })
}

fn change(shape: Arc<Shape>, rows: &[&[Value]]) -> Change {
    Change { shape, values: rows.concat(), rows: rows.len() }
}

pub(crate) fn insert(table: &Arc<Table>, set: &[&str], returning: &[&str], rows: &[&[Value]]) -> Change {
    change(shape(table, ChangeKind::Insert, [&[], set, returning]), rows)
}

/// The values of a row are first those of the key.
pub(crate) fn update(table: &Arc<Table>, key: &[&str], set: &[&str], rows: &[&[Value]]) -> Change {
    change(shape(table, ChangeKind::Update, [key, set, &[]]), rows)
}

pub(crate) fn delete(table: &Arc<Table>, key: &[&str], rows: &[&[Value]]) -> Change {
    change(shape(table, ChangeKind::Delete, [key, &[], &[]]), rows)
}

pub(crate) fn int(number: i64) -> Value {
    Value::Int(number)
}

pub(crate) fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

/// All rows with all columns, sorted by their debug text.
pub(crate) async fn rows(session: &mut PgSession, table: &Arc<Table>) -> Vec<Vec<Value>> {
    let columns: Vec<usize> = (0..table.columns.len()).collect();
    let mut rows = Vec::new();
    session.scan(table, &columns, &mut |row: &[Value]| rows.push(row.to_vec())).await.unwrap();
    rows.sort_by_key(|row: &Vec<Value>| format!("{row:?}"));
    rows
}

/// Keeps everybody else from writing the tables until the session rolls back. Whoever locks several tables under load may be
/// the victim of a deadlock, and tries again.
pub(crate) async fn hold(session: &mut PgSession, tables: &str) {
    while let Err(failure) = session.execute(&format!("begin; lock table {tables} in exclusive mode")).await {
        assert_eq!(failure.code, "40P01", "{failure}");
        session.execute("rollback").await.unwrap();
    }
}
