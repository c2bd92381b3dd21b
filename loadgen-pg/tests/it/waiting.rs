//! Waiting until something has happened, rather than for some time in the hope that it has.

use std::time::Duration;

use loadgen_pg::PgSession;
use tokio::time::{Instant, sleep};

/// How long anything may take on the slowest of machines.
const PATIENCE: Duration = Duration::from_secs(60);

/// Asks until it is so.
///
/// # Panics
/// When it has not come about after a minute, with what was waited for.
pub(crate) async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so().await {
        assert!(Instant::now() < deadline, "not within {PATIENCE:?}: {what}");
        sleep(Duration::from_millis(5)).await;
    }
}

/// Whether a query answers true.
pub(crate) async fn holds(session: &mut PgSession, question: &str) -> bool {
    sqlx::query_scalar(sqlx::AssertSqlSafe(question)).fetch_one(session.driver().unwrap()).await.unwrap()
}

/// Until the backend waits for something of this kind, such as `Lock`, or for this very event.
pub(crate) async fn until_waiting(observer: &mut PgSession, process: i32, event: &str) {
    let question = format!(
        "select coalesce((select '{event}' in (wait_event_type, wait_event) from pg_stat_activity where pid = {process}), false)"
    );
    until(&format!("{process} waits for {event}"), async || holds(observer, &question).await).await;
}

/// How many transactions a session has begun so far, this question's own among them. Statements outside of transactions
/// are some, too.
pub(crate) async fn transactions(session: &mut PgSession) -> u64 {
    let sql = "select split_part(virtualtransaction, '/', 2)::int8 from pg_locks where pid = pg_backend_pid() limit 1";
    let number: i64 = sqlx::query_scalar(sql).fetch_one(session.driver().unwrap()).await.unwrap();
    u64::try_from(number).unwrap()
}

/// How many transactions the session needs for something, done once before so that every statement is known.
pub(crate) async fn transactions_of(
    session: &mut PgSession,
    mut something: impl AsyncFnMut(&mut PgSession),
) -> u64 {
    something(session).await;
    transactions(session).await;
    let before = transactions(session).await;
    something(session).await;
    transactions(session).await - before - 1
}
