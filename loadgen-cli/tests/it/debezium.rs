//! `verify --sink debezium:FILE`: captures made of the log of a server.

mod decoded;
mod event;

use std::{io::Write, process::Stdio};

use loadgen_core::SqlSession;
use loadgen_pg::PgSession;
use tempfile::TempDir;

use self::{
    decoded::{Decoded, changes},
    event::{Shape, lines},
};
use crate::support::{Ran, Shops, loadgen, run, session, text};

/// A traced run, and what the server's log has of it.
async fn traced(shops: &Shops, name: &str) -> (TempDir, Vec<Decoded>) {
    let url = shops.0.create_database(name).await.unwrap();
    let mut session = session(&url).await;
    session.execute(include_str!("debezium.sql")).await.unwrap();
    session
        .execute(&format!("select pg_create_logical_replication_slot('{name}', 'test_decoding')"))
        .await
        .unwrap();
    let out = tempfile::tempdir().unwrap();
    let args =
        ["run", "--url", &url, "--ledger", "--out", text(out.path()), "--operations", "800", "--seed", "7"];
    let ran = run(&[&args[..], &["--connections", "4", "-q"]].concat());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let changes = changes(&log(&mut session, name).await);
    assert!(changes.len() > 500, "{}", changes.len());
    (out, changes)
}

async fn log(session: &mut PgSession, slot: &str) -> Vec<String> {
    session.execute("set intervalstyle = 'iso_8601'; set timezone = 'UTC'").await.unwrap();
    let sql = "select data from pg_logical_slot_get_changes($1, null, null)";
    sqlx::query_scalar(sql).bind(slot).fetch_all(session.driver().unwrap()).await.unwrap()
}

fn capture(changes: &[Decoded], shape: Shape) -> Vec<String> {
    let mut capture: Vec<String> = changes.iter().flat_map(|change| lines(change, shape)).collect();
    capture.insert(3, r#"{"ts_ms":1709209800123}"#.to_owned());
    capture
}

fn verify(out: &TempDir, capture: &str) -> Ran {
    let path = out.path().join("capture.jsonl");
    std::fs::write(&path, capture).unwrap();
    run(&["verify", text(out.path()), "--sink", &format!("debezium:{}", text(&path)), "--format", "json"])
}

#[track_caller]
fn check(ran: &Ran, code: i32, finding: Option<&str>) {
    assert_eq!(ran.code, Some(code), "{finding:?}: {ran:?}");
    let json = ran.json();
    let found = json["checks"].as_object().unwrap().iter().filter(|(_, count)| **count != 0);
    let found: Vec<&str> = found.map(|(check, _)| check.as_str()).collect();
    assert_eq!(found.is_empty(), finding.is_none(), "{json}");
    assert!(finding.is_none_or(|finding| found.contains(&finding)), "{finding:?} is not among {found:?}");
}

/// The place of the change of `things` that is in the middle, among those with such an op.
fn middle(lines: &[String], op: &str) -> usize {
    let is_one =
        |line: &str| line.contains(r#""table":"things""#) && line.contains(&format!(r#""op":"{op}""#));
    let places: Vec<usize> = (0..lines.len()).filter(|at| is_one(&lines[*at])).collect();
    places[places.len() / 2]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_capture_holds_what_the_run_did_in_whatever_shape_it_is() {
    let shops = Shops::start().await;
    let (out, changes) = traced(&shops, "shapes").await;
    for shape in [Shape::Schema, Shape::Bare, Shape::Keyed] {
        let ran = verify(&out, &(capture(&changes, shape).join("\n") + "\n"));
        check(&ran, 0, None);
        let json = ran.json();
        let not_compared = json["coverage"].to_string();
        assert!(!not_compared.contains("public.things"), "{shape:?}: {not_compared}");
        assert!(not_compared.contains("values of shift that the sink cannot give exactly"), "{not_compared}");
        // How many bits there are is in the schema part alone.
        assert_eq!(not_compared.contains("values of bits"), shape != Shape::Schema, "{not_compared}");
        assert!(json["counts"]["compared"].as_u64().unwrap() > 200, "{json}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_capture_lacks_or_has_too_much_of_is_named() {
    let shops = Shops::start().await;
    let (out, changes) = traced(&shops, "mutations").await;
    let whole = capture(&changes, Shape::Schema);
    let text = |lines: &[String]| lines.join("\n") + "\n";
    let mut lines = whole.clone();
    lines.remove(middle(&whole, "u"));
    check(&verify(&out, &text(&lines)), 111, Some("lost"));
    let mut lines = whole.clone();
    let at = middle(&whole, "c");
    lines.insert(at + 60, whole[at].clone());
    check(&verify(&out, &text(&lines)), 111, Some("duplicate"));
    let mut lines = whole.clone();
    let at = middle(&whole, "c");
    let (before, rest) = lines[at].split_once(r#""whole":"#).unwrap();
    lines[at] = format!(r#"{before}"whole":1{}"#, rest.trim_start_matches('-'));
    check(&verify(&out, &text(&lines)), 111, Some("value"));
    let cut = text(&whole);
    let cut = &cut[..cut.len() - 4000];
    let ran = verify(&out, cut);
    check(&ran, 112, None);
    assert!(ran.stdout.contains("give it more time"), "{ran:?}");
    check(&verify(&out, ""), 112, None);
    let ran = verify(&out, &format!("{}\n{{\"id\":1}}\n", whole[0]));
    assert!(ran.code == Some(1) && ran.stderr.contains("line 2 of the capture: there is no op"), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_capture_may_come_by_the_standard_input_and_in_pieces() {
    let shops = Shops::start().await;
    let (out, changes) = traced(&shops, "pieces").await;
    let whole = capture(&changes, Shape::Bare).join("\n");
    let mut child =
        loadgen(&["verify", text(out.path()), "--sink", "debezium:-"]).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(whole.as_bytes()).unwrap();
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert!(ran.code == Some(0) && ran.stdout.contains("the standard input"), "{ran:?}");
    let path = out.path().join("growing.jsonl");
    let (first, second) = whole.split_at(whole.len() / 2);
    std::fs::write(&path, first).unwrap();
    let sink = format!("debezium:{}", text(&path));
    let child = loadgen(&["verify", text(out.path()), "--sink", &sink, "--wait", "30s"]).spawn().unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(400)).await;
    std::fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(second.as_bytes()).unwrap();
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(0), "{ran:?}");
}
