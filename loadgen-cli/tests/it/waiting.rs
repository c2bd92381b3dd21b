//! Waiting until something has happened, rather than for some time in the hope that it has.

use std::{
    io::Read,
    process::Child,
    time::{Duration, Instant},
};

use loadgen_core::SqlSession;
use loadgen_pg::PgSession;

use crate::support::session;

/// How long anything may take on the slowest of machines.
const PATIENCE: Duration = Duration::from_secs(60);

/// Asks until it is so; for a minute at most.
pub(crate) async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so().await {
        assert!(Instant::now() < deadline, "not within {PATIENCE:?}: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Until a condition in SQL holds in a database.
pub(crate) async fn until_holds(url: &str, condition: &str) {
    let mut session = session(url).await;
    until(condition, async || holds(&mut session, condition).await).await;
}

/// Until the traffic has left so many rows in tables that were empty.
pub(crate) async fn until_rows(url: &str, rows: u32) {
    let condition = format!("(select count(*) from customers) + (select count(*) from products) >= {rows}");
    until_holds(url, &condition).await;
}

async fn holds(session: &mut PgSession, condition: &str) -> bool {
    let sql = format!("do $$ begin if not ({condition}) then raise 'not yet'; end if; end $$");
    session.execute(&sql).await.is_ok()
}

/// Reads what a command says on its standard error, and no letter more, until these words have come.
pub(crate) fn until_said(child: &mut Child, words: &str) {
    let (mut said, mut letter) = (Vec::new(), [0]);
    let stderr = child.stderr.as_mut().unwrap();
    while !said.ends_with(words.as_bytes()) {
        stderr.read_exact(&mut letter).unwrap_or_else(|error| {
            panic!("{words:?} was not said ({error}): {}", String::from_utf8_lossy(&said))
        });
        said.push(letter[0]);
    }
}
