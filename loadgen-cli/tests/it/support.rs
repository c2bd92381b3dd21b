//! What the tests share: the command, and a database.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use loadgen_core::{SqlSession, Target};
use loadgen_pg::{PgSession, PgSettings, PgTarget, server::Server};
use serde_json::Value;
use tempfile::TempDir;

/// The command with these arguments, and nothing of our own environment that it would heed.
pub(crate) fn loadgen(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_loadgen"));
    command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for name in [
        "DATABASE_URL",
        "PGHOST",
        "PGHOSTADDR",
        "PGPORT",
        "PGUSER",
        "PGDATABASE",
        "PGPASSWORD",
        "RUST_LOG",
        "LOADGEN_SEED",
        "COLUMNS",
    ] {
        command.env_remove(name);
    }
    command
}

/// Runs the command to its end.
pub(crate) fn run(args: &[&str]) -> Ran {
    Ran::from(loadgen(args).output().unwrap())
}

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Ran {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ran {
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// A file in a directory of its own.
pub(crate) fn file(name: &str, text: &str) -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(name);
    std::fs::write(&path, text).unwrap();
    (directory, path)
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The column of the shop that the database fills.
pub(crate) const CREATED_AT: &str =
    "public.customers: the column created_at, whose values the ledger does not have";

/// What a verification lists.
pub(crate) fn not_compared(verification: &Value) -> Vec<String> {
    let left = verification["coverage"].as_array().unwrap().iter();
    left.map(|left| format!("{}: {}", left["table"].as_str().unwrap(), left["words"].as_str().unwrap()))
        .collect()
}

/// A server with databases that hold the shop of the demo.
pub(crate) struct Shops(pub(crate) Server);

impl Shops {
    pub(crate) async fn start() -> Self {
        Shops(Server::start().await.unwrap())
    }

    pub(crate) async fn open(&self, name: &str) -> String {
        let url = self.0.create_database(name).await.unwrap();
        session(&url).await.execute(include_str!("../../demo/shop.sql")).await.unwrap();
        url
    }
}

pub(crate) async fn session(url: &str) -> PgSession {
    PgTarget::new(PgSettings::from_url(url).unwrap()).connect().await.unwrap()
}

/// Keeps everybody else from writing the tables until the session rolls back. Whoever locks several tables under load may be
/// the victim of a deadlock, and tries again.
pub(crate) async fn hold(session: &mut PgSession, tables: &str) {
    while let Err(failure) = session.execute(&format!("begin; lock table {tables} in exclusive mode")).await {
        assert_eq!(failure.code, "40P01", "{failure}");
        session.execute("rollback").await.unwrap();
    }
}
