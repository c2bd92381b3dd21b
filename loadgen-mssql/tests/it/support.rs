//! One server for all tests, a database for each.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, Once, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use loadgen_core::{Change, ChangeKind, SchemaFilter, Shape, SqlSession, Table, TableName, Target, Value};
use loadgen_mssql::{MssqlSession, MssqlSettings, MssqlTarget};

static COUNT: AtomicU32 = AtomicU32::new(0);
static SKIPPED: Once = Once::new();
/// Held while a test uses the server: some have one catalog for all databases, and read it while others change it.
static ALONE: Mutex<()> = Mutex::new(());

fn number() -> u32 {
    COUNT.fetch_add(1, Ordering::Relaxed)
}

/// The address of the server to test against; none, and a line that says so, where there is none.
#[expect(clippy::print_stdout, reason = "what is left out is said")]
pub(crate) fn url() -> Option<String> {
    let url = std::env::var("LOADGEN_MSSQL_URL").ok().filter(|url| !url.is_empty());
    if url.is_none() {
        SKIPPED.call_once(|| println!("skipped: LOADGEN_MSSQL_URL is not set"));
    }
    url
}

/// The server that tests run on, and the databases that a test has made on it.
pub(crate) struct Server {
    settings: MssqlSettings,
    databases: Mutex<Vec<String>>,
    _alone: MutexGuard<'static, ()>,
}

impl Server {
    /// That of `LOADGEN_MSSQL_URL`.
    pub(crate) fn of_the_environment() -> Option<Self> {
        let settings = MssqlSettings::from_url(&url()?).unwrap();
        let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        Some(Server { settings, databases: Mutex::new(Vec::new()), _alone })
    }

    /// A database of its own, with these batches run in it; a line that says GO is between two of them.
    pub(crate) async fn database(&self, sql: &str) -> (MssqlTarget, MssqlSession) {
        let name = format!("loadgen_test_{}_{}", std::process::id(), number());
        let mut own = self.target("master").connect().await.unwrap();
        own.execute(&format!("create database {name}")).await.unwrap();
        self.databases.lock().unwrap().push(name.clone());
        let target = self.target(&name);
        let mut session = target.connect().await.unwrap();
        for batch in sql.split("\nGO\n").filter(|batch| !batch.trim().is_empty()) {
            session.execute(batch).await.unwrap();
        }
        (target, session)
    }

    fn target(&self, database: &str) -> MssqlTarget {
        let settings = self.settings.clone().with_database(database);
        MssqlTarget::new(settings).with_statement_deadline(Duration::from_secs(60))
    }

    /// Drops what was made. A test that failed leaves its databases to be looked at.
    pub(crate) async fn clean(self) {
        let mut own = self.target("master").connect().await.unwrap();
        for name in self.databases.into_inner().unwrap() {
            // Connections that were closed a moment ago may still be there.
            for _ in 0..20 {
                if own.execute(&format!("drop database if exists {name}")).await.is_ok() {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// A table of the default schema, as introspection sees it.
pub(crate) async fn table(session: &mut MssqlSession, name: &str) -> Arc<Table> {
    let found = session.introspect(&SchemaFilter { schemas: vec!["dbo".to_owned()] }).await.unwrap();
    Arc::clone(found.table(&TableName::new("dbo", name)).unwrap())
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
pub(crate) async fn rows(session: &mut MssqlSession, table: &Arc<Table>) -> Vec<Vec<Value>> {
    let columns: Vec<usize> = (0..table.columns.len()).collect();
    let mut rows = Vec::new();
    session.scan(table, &columns, &mut |row: &[Value]| rows.push(row.to_vec())).await.unwrap();
    rows.sort_by_key(|row: &Vec<Value>| format!("{row:?}"));
    rows
}
