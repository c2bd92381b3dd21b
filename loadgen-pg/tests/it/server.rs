//! The throw-away server: it is there, it does as it is told, and it leaves nothing behind.

mod elsewhere;
mod traces;

use std::{
    env,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use loadgen_pg::server::{Server, ServerBuilder, ServerError, Shutdown, fetch};
use sqlx::{Connection, PgConnection};
use tokio::time::{sleep, timeout};

use self::traces::Traces;
use crate::waiting::until;

/// Set for the process that is killed: the parent of its directory.
const VICTIM: &str = "LOADGEN_PG_TEST_VICTIM";

async fn ask(url: &str, question: &str) -> String {
    let mut connection = PgConnection::connect(url).await.unwrap();
    let answer = sqlx::query_scalar(sqlx::AssertSqlSafe(question)).fetch_one(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    answer
}

fn in_parent(traces: &Traces) -> ServerBuilder {
    Server::builder().parent(traces.path())
}

#[tokio::test]
async fn answers_over_the_socket_and_over_tcp() {
    let server = Server::builder().tcp(true).setting("work_mem", "12345kB").start().await.unwrap();
    let tcp = server.tcp_url().unwrap();
    assert!(ask(&tcp, "SELECT inet_server_addr()::text").await.starts_with("127.0.0.1"));
    for url in [server.url(), tcp] {
        assert_eq!(ask(&url, "SHOW work_mem").await, "12345kB");
        assert_eq!(ask(&url, "SHOW wal_level").await, "logical");
        assert_eq!(ask(&url, "SHOW fsync").await, "off");
        assert_eq!(ask(&url, "SHOW synchronous_commit").await, "on");
        assert_eq!(ask(&url, "SHOW timezone").await, "UTC");
        assert_eq!(ask(&url, "SHOW server_version").await.split(' ').next(), Some(server.version()));
    }
    server.stop().await.unwrap();
}

#[tokio::test]
async fn two_servers_live_side_by_side() {
    let (one, two) = tokio::join!(Server::start(), Server::builder().durable(true).start());
    let (one, two) = (one.unwrap(), two.unwrap());
    one.create_database("only_here").await.unwrap();
    let count = "SELECT count(*)::text FROM pg_database WHERE datname = 'only_here'";
    assert_eq!(ask(&one.url(), count).await, "1");
    drop(one);
    assert_eq!(ask(&two.url(), count).await, "0");
    assert_eq!(ask(&two.url(), "SHOW fsync").await, "on");
}

#[tokio::test]
async fn a_database_may_be_called_anything() {
    let server = Server::start().await.unwrap();
    for name in ["plain", r#"it's "so" odd/100%? & ü"#] {
        let url = server.create_database(name).await.unwrap();
        assert_eq!(url, server.database_url(name));
        assert_eq!(ask(&url, "SELECT current_database()::text").await, name);
    }
    let error = server.create_database("plain").await.unwrap_err();
    assert!(matches!(error, ServerError::Database { .. }), "{error}");
}

#[tokio::test]
async fn a_drop_leaves_nothing() {
    let traces = Traces::new();
    let server = in_parent(&traces).start().await.unwrap();
    let mut connection = PgConnection::connect(&server.url()).await.unwrap();
    let busy =
        tokio::spawn(async move { sqlx::raw_sql("SELECT pg_sleep(60)").execute(&mut connection).await });
    assert!(!traces.found().is_empty());
    drop(server);
    assert_eq!(traces.found(), [""; 0]);
    assert!(busy.await.unwrap().is_err());
}

#[tokio::test]
async fn a_paused_server_can_be_dropped() {
    let traces = Traces::new();
    let server = in_parent(&traces).start().await.unwrap();
    server.pause().unwrap();
    drop(server);
    assert_eq!(traces.found(), [""; 0]);
}

#[tokio::test]
async fn a_start_that_is_given_up_leaves_nothing() {
    let traces = Traces::new();
    tokio::select! {
        started = in_parent(&traces).start() => panic!("not given up in time: {started:?}"),
        () = until("there is something to leave", async || !traces.found().is_empty()) => {}
    }
    assert_eq!(traces.found(), [""; 0]);
}

#[tokio::test]
async fn a_start_that_fails_tells_why_and_leaves_nothing() {
    let traces = Traces::new();
    let error = in_parent(&traces).setting("no_such_setting", "1").start().await.unwrap_err();
    assert!(
        error.to_string().contains(r#"unrecognized configuration parameter "no_such_setting""#),
        "{error}"
    );
    let late = in_parent(&traces).deadline(Duration::from_millis(50)).start().await.unwrap_err();
    assert!(matches!(late, ServerError::Timeout { .. }), "{late}");
    let error = in_parent(&traces).bin_dir("/nowhere").start().await.unwrap_err();
    assert!(matches!(error, ServerError::Unusable { .. }), "{error}");
    assert_eq!(traces.found(), [""; 0]);
}

#[tokio::test]
async fn a_paused_server_is_silent_until_it_goes_on() {
    let server = Server::start().await.unwrap();
    let mut connection = PgConnection::connect(&server.url()).await.unwrap();
    server.pause().unwrap();
    let mut question = Box::pin(sqlx::raw_sql("SELECT 1").execute(&mut connection));
    assert!(timeout(Duration::from_millis(300), &mut question).await.is_err());
    let newcomer = timeout(Duration::from_millis(300), PgConnection::connect(&server.url()));
    assert!(newcomer.await.is_err());
    server.resume().unwrap();
    timeout(Duration::from_secs(10), question).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_restart_keeps_the_data_and_the_address() {
    let server = Server::builder().tcp(true).start().await.unwrap();
    let (url, tcp) = (server.url(), server.tcp_url());
    let mut count = 0;
    for shutdown in [Shutdown::Fast, Shutdown::Immediate] {
        let mut connection = PgConnection::connect(&url).await.unwrap();
        sqlx::raw_sql("CREATE TABLE IF NOT EXISTS t (i int); INSERT INTO t VALUES (1)")
            .execute(&mut connection)
            .await
            .unwrap();
        count += 1;
        if shutdown == Shutdown::Immediate {
            server.pause().unwrap();
        }
        server.restart(shutdown).await.unwrap();
        assert!(sqlx::raw_sql("SELECT 1").execute(&mut connection).await.is_err());
        assert_eq!(ask(&url, "SELECT count(*)::text FROM t").await, count.to_string());
    }
    assert_eq!((server.url(), server.tcp_url()), (url, tcp));
    server.stop().await.unwrap();
}

/// Not a test: what the next one kills. Starts a server in the given directory, pauses it after a while, and stays.
#[tokio::test]
async fn victim() {
    if let Some(parent) = env::var_os(VICTIM) {
        let server = Server::builder().parent(parent).start().await.unwrap();
        let _connection = PgConnection::connect(&server.url()).await.unwrap();
        sleep(Duration::from_millis(200)).await;
        server.pause().unwrap();
        sleep(Duration::from_secs(120)).await;
    }
}

/// Kills a process of ours after so long, and returns what is left of it in the end.
async fn killed_after(delay: Duration, test: &str, traces: &Traces) -> Vec<String> {
    let mut victim = Command::new(env::current_exe().unwrap());
    victim.args(["--exact", test, "--nocapture"]).env(VICTIM, traces.path());
    let mut victim = victim.stdout(Stdio::null()).spawn().unwrap();
    sleep(delay).await;
    victim.kill().unwrap();
    victim.wait().unwrap();
    traces.settled(Duration::from_secs(12)).await
}

#[tokio::test]
async fn a_sigkill_at_any_moment_leaves_nothing() {
    let began = Instant::now();
    drop(Server::start().await.unwrap());
    let start = began.elapsed();
    println!("a start and a drop take {start:?}");
    for instant in 0..16 {
        let delay = start * instant / 10;
        let left = killed_after(delay, "server::victim", &Traces::new()).await;
        assert_eq!(left, [""; 0], "killed after {delay:?}");
    }
}

/// Not a test: what the next one kills. Fetches into the given directory.
#[tokio::test]
async fn fetching_victim() {
    if let Some(cache) = env::var_os(VICTIM) {
        fetch(Path::new(&cache), |line| println!("{line}")).await.unwrap();
    }
}

#[tokio::test]
async fn a_fetched_server_works_and_a_killed_fetch_leaves_nothing() {
    let traces = Traces::new();
    let began = Instant::now();
    let bin = match fetch(traces.path(), |line| println!("{line}")).await {
        Ok(bin) => bin,
        Err(error @ (ServerError::NotFound { .. } | ServerError::Fetch { .. })) => {
            println!("skipped, nothing can be fetched here: {error}");
            return;
        }
        Err(error) => panic!("{error}"),
    };
    println!("a fetch takes {:?}", began.elapsed());
    assert_eq!(fetch(traces.path(), |line| panic!("again: {line}")).await.unwrap(), bin);
    let server = Server::builder().bin_dir(bin).start().await.unwrap();
    assert_eq!(ask(&server.url(), "SHOW server_version").await, server.version());
    server.stop().await.unwrap();
    // From its cache npm is faster.
    for delay in [50, 200, 400, 700, 1000, 1500].map(Duration::from_millis) {
        let traces = Traces::new();
        let left = killed_after(delay, "server::fetching_victim", &traces).await;
        let whole =
            |name: &String| name.starts_with("postgresql-") && traces.path().join(name).join("bin").exists();
        assert!(left.iter().all(whole), "killed after {delay:?}: {left:?}");
    }
}
