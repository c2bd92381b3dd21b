//! Everything at once, for as long as it takes, and not one wrong verdict.

use std::time::Duration;

use loadgen_core::Rng;
use loadgen_pg::PgSession;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use sqlx::{AssertSqlSafe, Executor};
use tokio::time::{Instant, sleep};

use super::{
    proxy::{Fate, Sent},
    trial::{Trial, number},
};

/// Has commits wait for a standby of this name; for none if it is empty.
pub(super) async fn settle_for(session: &mut PgSession, standby: &str) {
    let set = format!("alter system set synchronous_standby_names = '{standby}'");
    let driver = session.driver().unwrap();
    driver.execute(sqlx::raw_sql(AssertSqlSafe(set))).await.unwrap();
    driver.execute("select pg_reload_conf()").await.unwrap();
}

/// In every fourth case what commits is cut before or after it, be it COMMIT or a statement that does so by itself, and now and
/// then some other message.
fn plan(sent: Sent) -> Fate {
    let (way, nth) = match sent {
        Sent::Other(nth) => (0, nth),
        Sent::Commit(nth) => (1, nth),
        Sent::Whole(nth) => (2, nth),
    };
    let drawn = Rng::keyed(loadgen_core::Seed(11), [way, nth, 0]).below(1000);
    match (way > 0, drawn) {
        (true, 0..150) | (false, 0..1) => Fate::Forward,
        (true, 150..250) | (false, 1..2) => Fate::Swallow,
        _ => Fate::Pass,
    }
}

/// Those that carry the traffic.
const OTHERS: &str = "from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";

async fn terminate(trial: &Trial) {
    for _ in 0..5 {
        let sql = format!("select count(pg_terminate_backend(pid)) {OTHERS}");
        trial.observer().await.driver().unwrap().execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.unwrap();
        sleep(Duration::from_millis(30)).await;
    }
}

/// Has commits wait for nobody, ends them there, and lets the rest go on.
async fn stall(trial: &Trial) {
    let mut session = trial.observer().await;
    settle_for(&mut session, "nobody").await;
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_millis(400) {
        let sql = format!("select count(pg_terminate_backend(pid)) {OTHERS} and wait_event = 'SyncRep'");
        session.driver().unwrap().execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.unwrap();
        sleep(Duration::from_millis(10)).await;
    }
    settle_for(&mut session, "").await;
}

/// Longer than the run waits for an answer.
async fn pause(trial: &Trial) {
    trial.server.pause().unwrap();
    sleep(DEADLINE * 3 / 2).await;
    trial.server.resume().unwrap();
}

/// SIGKILL of one backend, after which the server ends all others and recovers.
async fn crash(trial: &Trial) -> bool {
    let mut witness = trial.observer().await;
    // One that has ended by itself meanwhile is not there to be killed.
    let sql = format!("select pid {OTHERS} order by random() limit 1");
    let begun = Instant::now();
    loop {
        if begun.elapsed() > Duration::from_secs(5) {
            return false;
        }
        let victim: Option<i32> = sqlx::query_scalar(AssertSqlSafe(sql.as_str()))
            .fetch_optional(witness.driver().unwrap())
            .await
            .unwrap();
        if victim.is_some_and(|victim| kill(Pid::from_raw(victim), Signal::SIGKILL).is_ok()) {
            break;
        }
        sleep(Duration::from_millis(2)).await;
    }
    let begun = Instant::now();
    while witness.driver().unwrap().execute("select 1").await.is_ok() {
        // One that was just ending takes the signal, and nobody minds.
        if begun.elapsed() > Duration::from_secs(5) {
            return false;
        }
        sleep(Duration::from_millis(2)).await;
    }
    true
}

const DEADLINE: Duration = Duration::from_millis(800);

/// LOADGEN_CHAOS says how many commits are to be unclear; for 500 of them the server crashes once, and twice at least.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_verdict_is_wrong_whatever_happens() {
    let wanted = number("LOADGEN_CHAOS", 500);
    let crashes = (wanted / 500).max(2);
    let trial = Trial::new(plan).await;
    let durable = "select current_setting('synchronous_commit')";
    let mut observer = trial.observer().await;
    let durable: String = sqlx::query_scalar(durable).fetch_one(observer.driver().unwrap()).await.unwrap();
    assert_eq!(durable, "on");
    let (enough, reached) = tokio::sync::oneshot::channel::<()>();
    let run = trial.run(DEADLINE).stop_on(async { reached.await.unwrap_or_default() });
    let (run, begun, mut crashed) = (tokio::spawn(run.execute()), Instant::now(), 0);
    trial.is_under_way().await;
    let unclear = || trial.proxy.forwarded() + trial.proxy.swallowed();
    while !run.is_finished() && (unclear() < wanted * 11 / 10 || crashed < crashes) {
        terminate(&trial).await;
        stall(&trial).await;
        pause(&trial).await;
        if crashed < crashes && crash(&trial).await {
            crashed += 1;
        }
        println!("{crashed} crashes, {} unclear, {:?}", unclear(), begun.elapsed());
        // A server that is down cannot be written to.
        drop(trial.observer().await);
        sleep(Duration::from_millis(500)).await;
    }
    let _ = enough.send(());
    let report = run.await.unwrap().unwrap_or_else(|error| panic!("{error:?}"));
    assert_eq!((report.fatal.as_ref(), report.outcomes().indeterminate, report.cut), (None, 0, false));
    let book = trial.book().await;
    let (committed, aborted) = book.found;
    println!(
        "{crashed} crashes, {} reconnects, {} transactions; {} commits unclear, of which {committed} were committed and \
         {aborted} aborted; {:?}, {:?}",
        report.counts.reconnects,
        book.committed(),
        committed + aborted,
        report.outcomes(),
        begun.elapsed(),
    );
    assert!(committed + aborted >= wanted, "too few were unclear: {committed} and {aborted}");
}
