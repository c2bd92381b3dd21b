//! `run --slot`, `verify --sink slot:NAME`, `cleanup`.

use std::path::Path;

use loadgen_core::SqlSession;
use loadgen_pg::{PgSession, server::Server};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tempfile::TempDir;

use crate::support::{CREATED_AT, Ran, Shops, file, loadgen, not_compared, run, session, text};

fn traced(url: &str, slot: &str, operations: &str, more: &[&str]) -> (TempDir, Ran) {
    let out = tempfile::tempdir().unwrap();
    let args = ["run", "--url", url, "--ledger", "--out", text(out.path()), "--slot", slot, "-q"];
    let load = ["--operations", operations, "--seed", "5", "--connections", "4"];
    let ran = run(&[&args[..], &load, more].concat());
    (out, ran)
}

fn verify(out: &TempDir, slot: &str, more: &[&str]) -> Ran {
    run(&[&["verify", text(out.path()), "--sink", &format!("slot:{slot}")][..], more].concat())
}

fn cleanup(out: &Path) -> Ran {
    run(&["cleanup", text(out)])
}

async fn one<T>(session: &mut PgSession, sql: &'static str) -> T
where
    T: for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres> + Send + Unpin,
{
    sqlx::query_scalar(sql).fetch_one(session.driver().unwrap()).await.unwrap()
}

/// Slots, publications, and whether the marker table is there.
async fn made(session: &mut PgSession) -> (Vec<String>, Vec<String>, bool) {
    let slots = "select array(select slot_name::text from pg_replication_slots order by 1)";
    let publications = "select array(select pubname::text from pg_publication order by 1)";
    let marker = "select to_regclass('loadgen_lane') is not null";
    (one(session, slots).await, one(session, publications).await, one(session, marker).await)
}

fn nothing() -> (Vec<String>, Vec<String>, bool) {
    (Vec::new(), Vec::new(), false)
}

#[track_caller]
fn finds(out: &TempDir, slot: &str, check: &str) {
    let ran = verify(out, slot, &["--format", "json"]);
    let json = ran.json();
    assert_eq!((ran.code, &json["verdict"]), (Some(111), &"FAIL".into()), "{check}: {ran:?}");
    assert!(json["checks"][check].as_u64().is_some_and(|count| count > 0), "{check} is not among {json}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slot_shows_everything_that_was_done_and_is_left_as_it_was() {
    let shops = Shops::start().await;
    let url = shops.open("shop").await;
    let (out, ran) = traced(&url, "cdc", "3000", &[]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    for _ in 0..2 {
        let ran = verify(&out, "cdc", &["--format", "json"]);
        let json = ran.json();
        assert_eq!((ran.code, &json["verdict"]), (Some(0), &"PASS".into()), "{ran:?}");
        assert_eq!(not_compared(&json), [CREATED_AT], "everything else is compared");
    }
    let mut session = session(&url).await;
    session
        .execute("update products set name = name || '!' where ctid = (select min(ctid) from products)")
        .await
        .unwrap();
    finds(&out, "cdc", "foreign row");
    let ran = verify(&out, "cdc", &["--consume"]);
    assert_eq!(ran.code, Some(111), "what was read counts once more: {ran:?}");
    let ran = verify(&out, "cdc", &[]);
    assert!(ran.code == Some(112) && ran.stdout.contains("has shown nothing"), "{ran:?}");
    let ran = cleanup(out.path());
    assert_eq!((ran.code, made(&mut session).await), (Some(0), nothing()), "{ran:?}");
    assert!(ran.stdout.contains("removed the slot cdc\n"), "{ran:?}");
    let ran = cleanup(out.path());
    assert!(ran.code == Some(0) && ran.stdout.contains("is there any more"), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_did_to_the_rows_of_a_run_is_found_in_its_slot() {
    let shops = Shops::start().await;
    for (name, meddle, check) in [
        (
            "deleted",
            "delete from order_items where ctid = (select min(ctid) from order_items)",
            "foreign row",
        ),
        (
            "inserted",
            "insert into customers (email, first_name, last_name) values ('new', 'x', 'y')",
            "foreign row",
        ),
        ("emptied", "truncate order_items", "foreign row"),
    ] {
        let url = shops.open(name).await;
        let (out, ran) = traced(&url, name, "500", &[]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert_eq!(verify(&out, name, &[]).code, Some(0), "{name}");
        session(&url).await.execute(meddle).await.unwrap();
        finds(&out, name, check);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slot_that_was_made_too_late_is_no_verdict() {
    let shops = Shops::start().await;
    let url = shops.open("shop").await;
    let (out, ran) = traced(&url, "early", "500", &[]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let mut session = session(&url).await;
    session.execute("create publication late for all tables").await.unwrap();
    session.execute("select pg_create_logical_replication_slot('late', 'pgoutput')").await.unwrap();
    let ran = verify(&out, "late", &[]);
    assert!(ran.code == Some(1) && ran.stderr.contains("--publication"), "{ran:?}");
    let ran = verify(&out, "late", &["--publication", "late"]);
    assert_eq!(ran.code, Some(112), "the slot has nothing of the run: {ran:?}");
    let ran = run(&["verify", text(out.path()), "--sink", "slot:none"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slot_that_nobody_reads_does_not_fill_the_disk() {
    let shops = Shops::start().await;
    let url = shops.open("shop").await;
    let mut session = session(&url).await;
    session.execute("select pg_create_logical_replication_slot('foreign', 'pgoutput')").await.unwrap();
    let more = ["--max-slot-wal", "200KB", "--format", "json"];
    let (out, ran) = traced(&url, "full", "-1", &more);
    assert!(ran.code == Some(1) && ran.stderr.contains("more than the 200000 that it may"), "{ran:?}");
    assert!(ran.stderr.contains("the slot was dropped"), "{ran:?}");
    let summary = ran.json();
    assert!(summary["jobs"][0]["completed"].as_u64().unwrap() > 0 && summary["ok"] == false, "{summary}");
    assert_eq!(made(&mut session).await.0, ["foreign"]);
    // The ledger has its end, so what was done is known all the same.
    assert_eq!(run(&["verify", text(out.path()), "--sink", "source"]).code, Some(0));
    let ran = cleanup(out.path());
    let left = (vec!["foreign".to_owned()], Vec::new(), false);
    assert_eq!((ran.code, made(&mut session).await), (Some(0), left), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_in_the_way_of_a_slot_is_said_before_anything_is_made() {
    let shops = Shops::start().await;
    let url = shops.open("shop").await;
    let mut session = session(&url).await;
    session.execute("select pg_create_logical_replication_slot('taken', 'pgoutput')").await.unwrap();
    session.execute("create publication used for all tables").await.unwrap();
    let before = made(&mut session).await;
    for (slot, words) in [
        ("taken", "there is a slot taken already"),
        ("used", "there is a publication used already"),
        ("No", "is no name of a slot"),
    ] {
        let (_out, ran) = traced(&url, slot, "10", &[]);
        assert!(ran.code == Some(1) && ran.stderr.contains(words), "{slot}: {ran:?}");
        assert_eq!(made(&mut session).await, before, "{slot}");
    }
    session
        .execute(
            "create role plain login; grant all on all tables in schema public to plain;
             grant all on schema public to plain; grant usage on all sequences in schema public to plain",
        )
        .await
        .unwrap();
    let plain = url.replacen("postgres@", "plain@", 1);
    let (_out, ran) = traced(&plain, "mine", "10", &[]);
    assert!(ran.code == Some(1) && ran.stderr.contains("plain may not replicate"), "{ran:?}");
    session.execute("alter role plain replication; grant create on database shop to plain").await.unwrap();
    let (_out, ran) = traced(&plain, "mine", "10", &[]);
    assert!(ran.code == Some(1) && ran.stderr.contains("is not that of plain"), "{ran:?}");
    assert_eq!(made(&mut session).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_logical_decoding_has_no_slots() {
    let server = Server::builder().setting("wal_level", "replica").start().await.unwrap();
    let shops = Shops(server);
    let url = shops.open("shop").await;
    let (_out, ran) = traced(&url, "cdc", "10", &[]);
    assert!(ran.code == Some(1) && ran.stderr.contains("wal_level = logical"), "{ran:?}");
    assert_eq!(made(&mut session(&url).await).await, nothing());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_whose_updates_cannot_be_published_is_left_out_by_name() {
    let shops = Shops::start().await;
    let url = shops.open("shop").await;
    let mut session = session(&url).await;
    let odd = "create table visits (page text not null unique, seconds int not null);
        create table quick (id bigint primary key, note text); alter table quick set unlogged;
        create table whole (code text not null unique, blob text); alter table whole replica identity full;
        create table hosts (id bigint generated always as identity primary key, ip inet not null, ips inet[], b box,
            span interval, due tstzrange, mood text[], big text);
        alter table hosts alter column big set storage external;
        create table parts (id bigint, day int, note text, primary key (id, day)) partition by range (day);
        create table parts_low partition of parts for values from (minvalue) to (100);
        create table parts_high partition of parts for values from (100) to (maxvalue)";
    session.execute(odd).await.unwrap();
    let (out, ran) = traced(&url, "cdc", "4000", &["--format", "json"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let warnings = ran.json()["warnings"].to_string();
    assert!(warnings.contains("public.visits is not in the publication of the slot cdc"), "{warnings}");
    assert!(warnings.contains("public.quick is not in the publication of the slot cdc"), "{warnings}");
    let ran = verify(&out, "cdc", &["--format", "json"]);
    let json = ran.json();
    assert_eq!((ran.code, &json["verdict"]), (Some(0), &"PASS".into()), "{json:#}");
    let tables: Vec<&str> =
        json["coverage"].as_array().unwrap().iter().map(|left| left["table"].as_str().unwrap()).collect();
    assert_eq!(tables, ["public.customers", "public.quick", "public.visits"], "{json:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn values_that_an_update_does_not_send_again_are_those_of_before() {
    let shops = Shops::start().await;
    let url = shops.0.create_database("papers").await.unwrap();
    let tables = "create table papers (id bigint generated always as identity primary key, body text not null, n int not null);
        alter table papers alter column body set storage external;
        create table pages (like papers including all); alter table pages replica identity full";
    session(&url).await.execute(tables).await.unwrap();
    let rows = "{papers: {row_size: 4KB}, pages: {row_size: 4KB}}";
    let plan = format!("jobs:\n- name: papers\n  target: {url}\n  workload: {{crud: {{tables: {rows}}}}}\n");
    let (_plans, plan) = file("plan.yaml", &plan);
    let out = tempfile::tempdir().unwrap();
    let args = ["run", text(&plan), "--ledger", "--out", text(out.path()), "--slot", "cdc", "-q"];
    let ran = run(&[&args[..], &["--operations", "1500"]].concat());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let ran = verify(&out, "cdc", &["--format", "json"]);
    let json = ran.json();
    assert_eq!(
        (ran.code, &json["verdict"], &json["coverage"]),
        (Some(0), &"PASS".into(), &serde_json::json!([]))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_run_has_made_is_removed_once_it_is_settled() {
    let shops = Shops::start().await;
    let (url, out) = (shops.open("shop").await, tempfile::tempdir().unwrap());
    let out = out.path();
    let args = ["run", "--url", &url, "--ledger", "--out", text(out), "--slot", "cdc", "-q"];
    let mut child = loadgen(&args).spawn().unwrap();
    let mut session = session(&url).await;
    while !made(&mut session).await.0.contains(&"cdc".to_owned())
        || one::<i64>(&mut session, "select coalesce(sum(last_seq), 0)::int8 from loadgen_lane").await < 10
    {
    }
    let ran = cleanup(out);
    assert!(ran.code == Some(1) && ran.stderr.contains("has not ended"), "{ran:?}");
    child.kill().unwrap();
    child.wait().unwrap();
    let ran = cleanup(out);
    assert!(ran.code == Some(1) && ran.stderr.contains("loadgen resolve"), "{ran:?}");
    let ran = run(&["verify", text(out), "--sink", "slot:cdc"]);
    assert_eq!(ran.code, Some(112), "there is no watermark yet: {ran:?}");
    assert_eq!(run(&["resolve", text(out)]).code, Some(0));
    let ran = run(&["verify", text(out), "--sink", "slot:cdc"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    // Others have rows in the marker table, and a publication of that name.
    session.execute("drop publication cdc; create publication cdc for all tables").await.unwrap();
    session.execute("insert into loadgen_lane values ('other', 0, 0, 0)").await.unwrap();
    let ran = cleanup(out);
    assert!(ran.code == Some(0) && ran.stdout.contains("other runs have rows"), "{ran:?}");
    assert!(ran.stdout.contains("the publication cdc stays"), "{ran:?}");
    assert_eq!(made(&mut session).await, (Vec::new(), vec!["cdc".to_owned()], true));
    assert_eq!(one::<i64>(&mut session, "select count(*) from loadgen_lane").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_waits_for_its_slot_can_be_stopped_and_says_what_may_be_left() {
    let shops = Shops::start().await;
    let (url, out) = (shops.open("shop").await, tempfile::tempdir().unwrap());
    let out = out.path();
    // A slot is made when all transactions have ended that have a number.
    let mut other = session(&url).await;
    other.execute("create table t (); begin; create table u ()").await.unwrap();
    let child =
        loadgen(&["run", "--url", &url, "--ledger", "--out", text(out), "--slot", "cdc"]).spawn().unwrap();
    let mut session = session(&url).await;
    while made(&mut session).await.0.is_empty() {}
    kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), Signal::SIGINT).unwrap();
    let ended = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(
        ended.status.code() == Some(0) && said.contains("stopped before the first operation; what it may"),
        "{said}"
    );
    other.execute("commit").await.unwrap();
    let ran = cleanup(out);
    // The server has gone on with the slot, and nobody saw that it came of this run.
    assert!(ran.code == Some(0) && ran.stdout.contains("pg_drop_replication_slot('cdc')"), "{ran:?}");
    assert_eq!(made(&mut session).await, (vec!["cdc".to_owned()], Vec::new(), false), "{ran:?}");
    session.execute("select pg_drop_replication_slot('cdc')").await.unwrap();
    let again =
        ["run", "--url", &url, "--ledger", "--out", text(out), "--slot", "cdc", "--operations", "10", "-q"];
    let again = run(&again);
    assert_eq!(again.code, Some(0), "there is no ledger in the way: {again:?}");
}
