//! Failures to connect say why and what would help.

use std::time::Duration;

use loadgen_core::{Action, Failure, Target};
use loadgen_pg::{
    PgSettings, PgTarget,
    server::{Server, Shutdown},
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

async fn failure(url: &str) -> Failure {
    let target = PgTarget::new(PgSettings::from_url(url).unwrap());
    let failure = target.with_connect_timeout(Duration::from_secs(5)).connect().await.unwrap_err();
    assert!(!failure.indeterminate && !failure.message.contains("hunter2"), "{failure}");
    failure
}

#[tokio::test]
async fn each_reason_has_its_words() {
    let server = Server::builder().tcp(true).start().await.unwrap();
    let port = server.port();
    let here = format!("127.0.0.1:{port}");
    // The address; the code; the action; what the message has to say.
    let rows = [
        (format!("postgres://postgres:hunter2@{here}/nosuch"), "3D000", Action::Fatal, "createdb"),
        (format!("postgres://nosuch:hunter2@{here}/postgres"), "28000", Action::Fatal, "pg_hba.conf"),
        ("postgres://u:hunter2@127.0.0.1:1/x".into(), "connection refused", Action::Reconnect, "listens"),
        (
            "postgres://u:hunter2@/x?host=/nowhere".into(),
            "no socket",
            Action::Reconnect,
            "/nowhere/.s.PGSQL.5432",
        ),
        (
            format!("postgres://u:hunter2@{here}/x?sslmode=require&sslrootcert=/nowhere/ca.pem"),
            "tls",
            Action::Fatal,
            "the sslrootcert /nowhere/ca.pem cannot be read",
        ),
        (format!("postgres://u:hunter2@{here}/x?sslmode=require"), "tls", Action::Fatal, "sslmode=disable"),
    ];
    for (url, code, action, words) in rows {
        let failure = failure(&url).await;
        assert_eq!((failure.code.as_ref(), failure.action), (code, action), "{failure}");
        assert_eq!(failure.absent, code == "3D000", "{failure}");
        assert!(!failure.message.contains("postgres://"), "{failure}");
        assert!(failure.message.contains(words), "{failure}");
    }
    let unknown = failure("postgres://u:hunter2@no-such-host.invalid/x?sslmode=disable").await;
    assert_eq!(unknown.code, "unknown host", "{unknown}");
    assert!(unknown.message.contains("no-such-host.invalid"), "{unknown}");
}

#[tokio::test]
async fn what_is_no_postgresql_is_said_to_be_none() {
    for (answer, sslmode, words) in [
        (
            "HTTP/1.1 400 Bad Request\r\n\r\n",
            "prefer",
            "it answers like a web server; are the host and the port",
        ),
        ("-ERR unknown command\r\n", "require", "it answered the request for TLS with '-'"),
        ("-ERR unknown command\r\n", "disable", "is no PostgreSQL: unknown message type: '-'; are the host"),
        ("E....", "prefer", "with an error; look at its log"),
        ("R\0\0\0\x08\0\0\0\x07", "disable", "wants a way to sign in that is not known here"),
    ] {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let stranger = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut asked = [0; 8];
            stream.read_exact(&mut asked).await.unwrap();
            stream.write_all(answer.as_bytes()).await.unwrap();
            // Held open until the other side has read it.
            let _ = stream.read_to_end(&mut Vec::new()).await;
        });
        let failure = failure(&format!("postgres://u:hunter2@127.0.0.1:{port}/x?sslmode={sslmode}")).await;
        assert_eq!((failure.code.as_ref(), failure.action), ("protocol", Action::Reconnect), "{failure}");
        assert!(failure.message.contains(words) && !failure.message.contains("sqlx"), "{failure}");
        stranger.abort();
    }
}

#[tokio::test]
async fn a_wrong_password_is_named_and_not_shown() {
    let server = Server::builder().tcp(true).start().await.unwrap();
    let rules = format!("{}/pg_hba.conf", server.data_dir().display());
    std::fs::write(&rules, "local all all trust\nhost all all all scram-sha-256\n").unwrap();
    let mut session = crate::support::target(&server.url()).connect().await.unwrap();
    loadgen_core::SqlSession::execute(
        &mut session,
        "set password_encryption = 'scram-sha-256'; create role me login password 'right'",
    )
    .await
    .unwrap();
    server.restart(Shutdown::Fast).await.unwrap();
    let failure = failure(&format!("postgres://me:hunter2@127.0.0.1:{}/postgres", server.port())).await;
    assert_eq!((failure.code.as_ref(), failure.action), ("28P01", Action::Fatal), "{failure}");
    assert!(failure.message.contains("PGPASSWORD"), "{failure}");
}

#[tokio::test]
async fn what_another_attempt_would_not_mend_is_not_taken_for_a_lost_connection() {
    let server = Server::builder().tcp(true).start().await.unwrap();
    let mut session = crate::support::target(&server.url()).connect().await.unwrap();
    let sql = "create role guest login; revoke connect on database postgres from public";
    loadgen_core::SqlSession::execute(&mut session, sql).await.unwrap();
    let port = server.port();
    let stranger = failure(&format!("postgres://guest:hunter2@127.0.0.1:{port}/postgres")).await;
    assert_eq!((stranger.code.as_ref(), stranger.action), ("42501", Action::Fatal), "{stranger}");
    assert!(stranger.absent && stranger.message.contains("grant the user connect"), "{stranger}");
    for (setting, code) in [("no_such_setting%3D1", "42704"), ("work_mem%3Dmuch", "22023")] {
        let at = format!("postgres://postgres@127.0.0.1:{port}/postgres?options=-c%20{setting}");
        let misled = failure(&at).await;
        assert_eq!((misled.code.as_ref(), misled.action), (code, Action::Fatal), "{misled}");
        assert!(misled.message.contains("PGOPTIONS"), "{misled}");
    }
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_given_up() {
    let server = Server::start().await.unwrap();
    server.pause().unwrap();
    let target = crate::support::target(&server.url()).with_connect_timeout(Duration::from_millis(200));
    let failure = target.connect().await.unwrap_err();
    assert_eq!((failure.code.as_ref(), failure.action), ("deadline", Action::Reconnect), "{failure}");
}
