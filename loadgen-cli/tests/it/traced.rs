//! Traced runs from end to end, verified against their sources and slots.

mod altered;
mod copied;
mod ends;
mod grouped;
mod several;
mod touched;

use std::path::Path;

use loadgen_core::SqlSession;
use loadgen_pg::PgSession;

use crate::support::{Ran, run, text};

fn verify(out: &Path, sink: &str, more: &[&str]) -> Ran {
    run(&[&["verify", text(out), "--sink", sink, "--format", "json"][..], more].concat())
}

/// What is not compared, as table and words.
#[track_caller]
fn passes(out: &Path, sink: &str) -> Vec<String> {
    let ran = verify(out, sink, &[]);
    let json = ran.json();
    let first: Vec<_> = json["findings"].as_array().unwrap().iter().take(5).collect();
    assert_eq!(
        (ran.code, &json["verdict"]),
        (Some(0), &"PASS".into()),
        "{sink}: {first:?} {}",
        json["doubts"]
    );
    let words = |not: &serde_json::Value| {
        format!("{}: {}", not["table"].as_str().unwrap(), not["words"].as_str().unwrap())
    };
    json["coverage"].as_array().unwrap().iter().map(words).collect()
}

#[track_caller]
fn fails(out: &Path, sink: &str, check: &str) {
    let ran = verify(out, sink, &[]);
    let json = ran.json();
    assert_eq!((ran.code, &json["verdict"]), (Some(111), &"FAIL".into()), "{check}: {ran:?}");
    assert!(json["checks"][check].as_u64().is_some_and(|count| count > 0), "{check}: {}", json["checks"]);
}

async fn ask(session: &mut PgSession, sql: &str) -> i64 {
    let query = sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned()));
    query.fetch_one(session.driver().unwrap()).await.unwrap()
}

async fn execute(session: &mut PgSession, sql: &str) {
    session.execute(sql).await.unwrap();
}
