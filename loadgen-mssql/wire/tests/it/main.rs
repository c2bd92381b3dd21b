//! What goes over the wire, against a mock of a server that gives canned answers: errors, deadlines, tokens, cancelled calls.
#![allow(clippy::unwrap_used, reason = "the lint spares only the test functions themselves")]

mod cutter;
mod doorkeeper;
mod errors;
mod login;

use std::{sync::Arc, time::Duration};

use loadgen_core::Target;
use loadgen_mssql::{MssqlSession, MssqlSettings, MssqlTarget};
use mssql_mock_tds::{
    ColumnDefinition, ColumnValue, ConnectionStore, MockTdsServer, QueryRegistry, QueryResponse, Row,
    SqlDataType, TerminalError,
};
use tokio::sync::Mutex;

/// A mock that answers until the test is over.
struct Mock {
    port: u16,
    registry: Arc<Mutex<QueryRegistry>>,
    seen: Arc<Mutex<ConnectionStore>>,
}

impl Mock {
    async fn start() -> Self {
        Mock::of(MockTdsServer::new("127.0.0.1:0").await.unwrap()).await
    }

    /// A mock that sends everybody on.
    async fn to(port: u16) -> Self {
        let server = MockTdsServer::new_with_redirection("127.0.0.1:0", "127.0.0.1", port).await;
        Mock::of(server.unwrap()).await
    }

    async fn of(server: MockTdsServer) -> Self {
        let (port, registry) = (server.local_addr().port(), server.query_registry());
        let seen = server.connection_store();
        tokio::spawn(server.run());
        let mock = Mock { port, registry, seen };
        mock.answer(WHAT, what()).await;
        mock
    }

    async fn answer(&self, sql: &str, response: QueryResponse) {
        self.registry.lock().await.register(sql, response);
    }

    async fn fail(&self, sql: &str, number: u32, severity: u8) {
        let error = TerminalError::new(number, severity, format!("this is error {number}"));
        self.answer(sql, QueryResponse::error_only(error)).await;
    }
}

fn target(port: u16, rest: &str) -> MssqlTarget {
    let address = format!("mssql://me:hunter2@127.0.0.1:{port}/shop?encrypt=off{rest}");
    MssqlTarget::new(MssqlSettings::from_url(&address).unwrap()).with_connect_timeout(Duration::from_secs(5))
}

async fn session(port: u16) -> MssqlSession {
    target(port, "").with_statement_deadline(Duration::from_millis(500)).connect().await.unwrap()
}

fn slow() -> QueryResponse {
    number(1).with_delay(Duration::from_secs(20))
}

/// What the session asks first: the mock knows it by these letters, as it looks for capitals only.
const WHAT: &str = "SQL";

fn what() -> QueryResponse {
    let names = ["babelfish", "version", "edition", "engine"];
    let kinds = [SqlDataType::NVarCharMax, SqlDataType::NVarChar, SqlDataType::NVarChar, SqlDataType::Int];
    let columns = names.into_iter().zip(kinds).map(|(name, kind)| ColumnDefinition::new(name, kind));
    let text = |text: &str| ColumnValue::NVarChar(text.to_owned());
    let row =
        Row::new(vec![ColumnValue::NVarCharMaxNull, text("16.0.1000.6"), text("mock"), ColumnValue::Int(3)]);
    QueryResponse::new(columns.collect(), vec![row])
}

fn number(number: i32) -> QueryResponse {
    let column = ColumnDefinition::new("loadgen_done", SqlDataType::Int);
    QueryResponse::new(vec![column], vec![Row::new(vec![ColumnValue::Int(number)])])
}

fn numbers(numbers: [i32; 2]) -> QueryResponse {
    let columns = ["first", "second"].map(|name| ColumnDefinition::new(name, SqlDataType::Int));
    QueryResponse::new(columns.to_vec(), vec![Row::new(numbers.map(ColumnValue::Int).to_vec())])
}
