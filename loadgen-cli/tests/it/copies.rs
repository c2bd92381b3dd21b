//! `verify` of copies that are not quite like their source, and of what is hidden or left out.

use std::fs;

use loadgen_core::SqlSession;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Ran, Shops, run, session, text};

const TABLE: &str =
    "create table things (id bigint generated always as identity primary key, cents numeric(12,2) not null,
    free numeric not null, small real not null, day date not null, at timestamp not null, code uuid not null,
    is_new bool not null, raw bytea not null, doc jsonb not null, span interval not null, n int not null,
    clock time not null, stamp timestamptz default now())";

/// What says in another way what it was, and what does not.
const LIKE: &str = "alter table things alter cents type double precision, alter small type double precision,
    alter day type timestamp, alter at type text, alter code type text, alter is_new type int using is_new::int,
    alter raw type text using '\\x' || encode(raw, 'hex'), alter doc type text, alter n type numeric(20,4), alter clock type text";
const LESS: &str = "alter table things alter free type double precision, alter span type text";

fn traced(url: &str, more: &[&str]) -> (TempDir, Ran) {
    let out = tempfile::tempdir().unwrap();
    let args = ["run", "--url", url, "--ledger", "--out", text(out.path()), "--operations", "400"];
    let ran = run(&[&args[..], &["--seed", "5", "--format", "json", "-q"], more].concat());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    (out, ran)
}

fn verify(out: &TempDir, sink: &str, more: &[&str]) -> Ran {
    run(&[&["verify", text(out.path()), "--sink", sink], more].concat())
}

fn words(json: &Value) -> Vec<&str> {
    json["coverage"].as_array().unwrap().iter().map(|left| left["words"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_with_other_types_is_compared_or_listed_with_both_types() {
    let shops = Shops::start().await;
    let url = shops.0.create_database("source").await.unwrap();
    let other = shops.0.create_database("other").await.unwrap();
    session(&url).await.execute(TABLE).await.unwrap();
    let (out, _) = traced(&url, &[]);
    session(&other).await.execute("create database copy template source").await.unwrap();
    let copy = shops.0.database_url("copy");
    let mut there = session(&copy).await;
    there.execute(LIKE).await.unwrap();
    let passed = verify(&out, &copy, &["--format", "json"]);
    let json = passed.json();
    assert_eq!((passed.code, &json["verdict"]), (Some(0), &"PASS".into()), "{json:#}");
    assert_eq!(words(&json), ["the column stamp, whose values the ledger does not have"]);
    assert!(json["counts"]["compared"].as_u64().unwrap() > 100, "{json:#}");
    for meddle in [
        "update things set cents = cents + 0.01 where id = (select max(id) from things)",
        "update things set cents = cents - 0.01, at = '2001-01-01 00:00:00' where id = (select max(id) from things)",
    ] {
        there.execute(meddle).await.unwrap();
        let ran = verify(&out, &copy, &["--format", "json"]);
        let json = ran.json();
        assert_eq!((ran.code, &json["checks"]["value"]), (Some(111), &1.into()), "{json:#}");
    }
    there.execute(LESS).await.unwrap();
    let json = verify(&out, &copy, &["--format", "json"]).json();
    assert_eq!(json["checks"]["value"], 0, "{json:#}");
    let words = words(&json);
    for both in [
        "values of free, which is numeric in the ledger and double precision in the sink",
        "values of span, which is interval in the ledger and text in the sink",
    ] {
        assert!(words.contains(&both), "{words:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_whose_key_the_copy_does_not_have_as_it_was_is_listed_and_nothing_of_it_lost() {
    let shops = Shops::start().await;
    let url = shops.0.create_database("source").await.unwrap();
    let other = shops.0.create_database("other").await.unwrap();
    let tables = "create table readings (at timestamp primary key, n int not null);
        create table notes (id int primary key, n int not null)";
    session(&url).await.execute(tables).await.unwrap();
    let (out, _) = traced(&url, &[]);
    session(&other).await.execute("create database copy template source").await.unwrap();
    let copy = shops.0.database_url("copy");
    let mut there = session(&copy).await;
    for (change, said) in [
        ("alter table readings alter at type timestamp(0)", "the sink cannot give its key exactly: at"),
        ("alter table readings drop at", "its key is not there to be read: at"),
    ] {
        there.execute(change).await.unwrap();
        let ran = verify(&out, &copy, &["--format", "json"]);
        let json = ran.json();
        assert_eq!((ran.code, &json["verdict"]), (Some(0), &"PASS".into()), "{json:#}");
        let left = &json["coverage"][0];
        assert_eq!(left["words"], format!("the whole table: {said}"), "{json:#}");
        assert!(left["table"] == "public.readings" && left["count"].as_u64() > Some(50), "{json:#}");
        assert!(json["counts"]["compared"].as_u64() > Some(50), "{json:#}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_a_policy_hides_are_an_error_and_nothing_lost() {
    let shops = Shops::start().await;
    let url = shops.0.create_database("source").await.unwrap();
    let mut owner = session(&url).await;
    owner.execute(TABLE).await.unwrap();
    let (out, _) = traced(&url, &[]);
    owner
        .execute("create role reader login; grant select on all tables in schema public to reader")
        .await
        .unwrap();
    let reader =
        format!("postgres://reader@/source?host={}&port={}", shops.0.socket_dir().display(), shops.0.port());
    let ran = verify(&out, &reader, &[]);
    assert!(ran.code == Some(0) && ran.stdout.ends_with("PASS\n"), "{ran:?}");
    owner.execute("alter table things enable row level security").await.unwrap();
    let ran = verify(&out, &reader, &[]);
    let is_said =
        ran.stderr.contains("not all rows of public.things are shown") && ran.stderr.contains("row security");
    assert!(ran.code == Some(1) && is_said, "{ran:?}");
    let ran = verify(&out, "source", &["--url", &reader]);
    assert!(ran.code == Some(1) && ran.stderr.contains("row security"), "{ran:?}");
    let ran = verify(&out, "source", &[]);
    assert!(ran.code == Some(0), "the owner sees everything: {ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_checked_late_tells_no_rows_apart_in_a_slot() {
    let shops = Shops::start().await;
    let url = shops.open("shop").await;
    let late = "create table late (k int primary key deferrable initially deferred, v text);
        create table whole (k int primary key deferrable initially deferred, v text); alter table whole replica identity full";
    session(&url).await.execute(late).await.unwrap();
    let (out, ran) = traced(&url, &["--slot", "cdc"]);
    let json = ran.json();
    let warnings = json["warnings"].to_string();
    assert!(warnings.contains("public.late is not in the publication of the slot cdc"), "{warnings}");
    assert!(!warnings.contains("public.whole"), "{warnings}");
    assert_eq!(json["jobs"][0]["errors"], serde_json::json!({}), "no update was refused: {json:#}");
    let ran = verify(&out, "slot:cdc", &[]);
    assert!(ran.code == Some(0) && ran.stdout.contains("not compared: public.late"), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_verify_is_told_and_what_it_says() {
    let shops = Shops::start().await;
    let url = shops.open("shop").await;
    let (out, _) = traced(&url, &[]);
    let elsewhere = tempfile::tempdir().unwrap();
    let ran = verify(&out, "source", &["--temporary", text(elsewhere.path())]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(fs::read_dir(elsewhere.path()).unwrap().next().is_none(), "it cleans up");
    let missing = elsewhere.path().join("missing");
    let ran = verify(&out, "source", &["--temporary", text(&missing)]);
    assert!(ran.code == Some(1) && ran.stderr.contains("--temporary"), "{ran:?}");
    let ran = verify(&out, &shops.0.database_url("nowhere"), &[]);
    assert!(ran.code == Some(1) && ran.stderr.contains("give its address with --sink"), "{ran:?}");
    // Another run has left its rows and its markers.
    traced(&url, &[]);
    let ran = verify(&out, "source", &[]);
    assert!(ran.code == Some(111) && ran.stdout.contains("markers of other runs"), "{ran:?}");
}
