//! `run --ledger`, SIGKILL, `resolve`.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Read,
    path::Path,
    process::Child,
    time::{Duration, Instant},
};

use loadgen_core::{
    ChangeKind,
    ledger::{Header, LedgerReader, Record, TransactionRecord},
};
use loadgen_pg::PgSession;

use crate::support::{Shops, loadgen, run, session, text};

/// What is there after everything that was committed: by table, the keys.
#[derive(Default)]
pub(crate) struct Keys {
    header: Header,
    keys: BTreeMap<u32, BTreeSet<Vec<String>>>,
    pub(crate) committed: u64,
}

impl Keys {
    pub(crate) fn read(directory: &Path) -> Keys {
        let reader = LedgerReader::open(directory).unwrap();
        let mut keys = Keys { header: reader.header().unwrap(), ..Keys::default() };
        let mut open: BTreeMap<u32, TransactionRecord> = BTreeMap::new();
        for record in reader.records() {
            match record.unwrap() {
                Record::Transaction(next) => {
                    // The end of the one before may have been lost with the process.
                    let before = open.insert(next.lane, next.clone());
                    keys.apply(before.filter(|before| before.seq < next.seq));
                }
                Record::Result(ended) | Record::Resolution(ended) => {
                    keys.apply(open.remove(&ended.lane).filter(|_| ended.committed));
                }
                Record::Header(_) | Record::Watermark(_) | Record::End(_) => {}
            }
        }
        assert!(open.is_empty(), "everything is settled: {open:?}");
        keys
    }

    fn apply(&mut self, transaction: Option<TransactionRecord>) {
        self.committed += u64::from(transaction.is_some());
        for entry in transaction.into_iter().flat_map(|transaction| transaction.entries) {
            let keys = self.keys.entry(entry.table).or_default();
            match entry.kind {
                ChangeKind::Insert => assert!(keys.insert(entry.key)),
                ChangeKind::Update => assert!(keys.contains(&entry.key)),
                ChangeKind::Delete => assert!(keys.remove(&entry.key)),
            }
        }
    }

    pub(crate) async fn are_in(&self, session: &mut PgSession) {
        for (number, table) in &self.header.tables {
            let columns = table.key.iter().map(|name| format!("\"{name}\"::text")).collect::<Vec<_>>();
            let sql =
                format!("select array[{}] from \"{}\".\"{}\"", columns.join(", "), table.schema, table.table);
            let found: Vec<Vec<String>> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
                .fetch_all(session.driver().unwrap())
                .await
                .unwrap();
            let found: BTreeSet<Vec<String>> = found.into_iter().collect();
            assert_eq!(found, self.keys.get(number).cloned().unwrap_or_default(), "{}", table.table);
        }
    }
}

pub(crate) async fn committed(session: &mut PgSession) -> i64 {
    let there = "select to_regclass('loadgen_lane') is not null";
    if !sqlx::query_scalar::<_, bool>(there).fetch_one(session.driver().unwrap()).await.unwrap() {
        return 0;
    }
    let sql = "select coalesce(sum(last_seq), 0)::bigint from loadgen_lane";
    sqlx::query_scalar(sql).fetch_one(session.driver().unwrap()).await.unwrap()
}

/// Waits for so many transactions of a run.
async fn has_committed(session: &mut PgSession, transactions: i64, run: &mut Child) {
    let begun = Instant::now();
    loop {
        let there = committed(session).await;
        if there >= transactions {
            return;
        }
        let ended = run.try_wait().unwrap();
        assert!(ended.is_none(), "the run has ended: {ended:?} {}", said(run));
        assert!(begun.elapsed() < Duration::from_secs(60), "{there} of {transactions} are committed");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// What a run that has ended wrote to its standard error.
fn said(run: &mut Child) -> String {
    let mut said = String::new();
    if let Some(stderr) = &mut run.stderr {
        stderr.read_to_string(&mut said).unwrap();
    }
    said
}

/// How often the process is killed; LOADGEN_KILLS says otherwise.
fn kills() -> u64 {
    std::env::var("LOADGEN_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(4)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_was_killed_at_any_moment_can_be_resolved() {
    let shops = Shops::start().await;
    for kill in 0..kills() {
        let (url, out) = (shops.open(&format!("shop_{kill}")).await, tempfile::tempdir().unwrap());
        let (seed, out) = (kill.to_string(), text(out.path()).to_owned());
        let args =
            ["run", "--url", &url, "--ledger", "--out", &out, "--seed", &seed, "--connections", "8", "-q"];
        let mut child = loadgen(&args).spawn().unwrap();
        let mut session = session(&url).await;
        has_committed(&mut session, (1 + kill * 37 % 400) as i64, &mut child).await;
        tokio::time::sleep(Duration::from_micros(kill * 997 % 5000)).await;
        child.kill().unwrap();
        child.wait().unwrap();
        let ran = run(&["resolve", &out, "--format", "json"]);
        assert_eq!((ran.code, &ran.json()["had_ended"]), (Some(0), &false.into()), "{ran:?}");
        let keys = Keys::read(&Path::new(&out).join("ledger"));
        keys.are_in(&mut session).await;
        assert_eq!(keys.committed, committed(&mut session).await.unsigned_abs(), "kill {kill}");
        let verified = run(&["verify", &out, "--sink", "source"]);
        assert!(verified.code == Some(0) && verified.stdout.ends_with("PASS\n"), "kill {kill}: {verified:?}");
        let again = run(&["resolve", &out]);
        assert!(again.code == Some(0) && again.stdout.contains("nothing is left to settle"), "{again:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn resolving_needs_the_right_database_and_a_run_that_is_over() {
    let shops = Shops::start().await;
    let (url, other) = (shops.open("shop").await, shops.open("other").await);
    let out = tempfile::tempdir().unwrap();
    let args = ["run", "--url", &url, "--ledger", "--out", text(out.path()), "-q", "--rate", "50/s"];
    let mut child = loadgen(&args).spawn().unwrap();
    let mut session = session(&url).await;
    has_committed(&mut session, 10, &mut child).await;
    let ran = run(&["resolve", text(out.path())]);
    assert!(ran.code == Some(1) && ran.stderr.contains("is being written by another process"), "{ran:?}");
    child.kill().unwrap();
    child.wait().unwrap();
    let ran = run(&["resolve", text(out.path()), "--url", &other]);
    assert!(ran.code == Some(1) && ran.stderr.contains("give the address of that database"), "{ran:?}");
    let nothing = tempfile::tempdir().unwrap();
    let ran = run(&["resolve", text(nothing.path())]);
    assert!(ran.code == Some(2) && ran.stderr.contains("holds no ledger"), "{ran:?}");
    let plan = std::fs::read_to_string(out.path().join("plan.yaml")).unwrap();
    for ledger in [&["--ledger"][..], &[]] {
        let args = [&["run", "--url", &other, "--operations", "1", "--out", text(out.path()), "-q"], ledger];
        let ran = run(&args.concat());
        assert!(ran.code == Some(1) && ran.stderr.contains("is the ledger of another run"), "{ran:?}");
    }
    let left = std::fs::read_to_string(out.path().join("plan.yaml")).unwrap();
    assert_eq!(left, plan, "where to resolve is still known");
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_many_lanes_takes_longer_than_one_answer_may_and_is_not_late() {
    let shops = Shops::start().await;
    let (url, out) = (shops.open("shop").await, tempfile::tempdir().unwrap());
    let plan = out.path().join("many.yaml");
    std::fs::write(
        &plan,
        "jobs: [{lanes: 24000, operations: 24000, deadline: 1s, connections: 4, workload: {crud: {tables: {customers: {}}}}}]",
    )
    .unwrap();
    let out = out.path().join("out");
    let ran =
        run(&["run", text(&plan), "--url", &url, "--ledger", "--out", text(&out), "--format", "json", "-q"]);
    let json = ran.json();
    assert_eq!((ran.code, &json["jobs"][0]["outcomes"]["indeterminate"]), (Some(0), &0.into()), "{ran:?}");
    let ran = run(&["resolve", text(&out), "--format", "json"]);
    assert_eq!((ran.code, &ran.json()["had_ended"]), (Some(0), &true.into()), "{ran:?}");
}
