//! Failures to connect say why and what would help.

use std::time::Duration;

use loadgen_core::{Action, Failure, Target};
use loadgen_mssql::{MssqlSettings, MssqlTarget};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::support;

async fn failure(address: &str) -> Failure {
    let target = MssqlTarget::new(MssqlSettings::from_url(address).unwrap());
    let failure = target.with_connect_timeout(Duration::from_secs(5)).connect().await.unwrap_err();
    assert!(!failure.indeterminate && !failure.message.contains("hunter2"), "{failure}");
    assert!(!failure.message.contains('\n') && !failure.message.contains("Config::"), "{failure}");
    failure
}

#[track_caller]
fn check(failure: &Failure, code: &str, action: Action, words: &str) {
    assert_eq!((failure.code.as_ref(), failure.action), (code, action), "{failure}");
    assert!(failure.message.contains(words), "{failure}");
}

#[tokio::test]
async fn each_reason_has_its_words() {
    let Some(url) = support::url() else { return };
    let settings = MssqlSettings::from_url(&url).unwrap();
    let here = format!("{}:{}", settings.host(), settings.port());
    let login = url.split_once("://").unwrap().1.split_once('@').unwrap().0;
    let rows = [
        (
            format!("mssql://nosuch:hunter2@{here}/master?encrypt=off"),
            "18456",
            Action::Fatal,
            "SQLCMDPASSWORD",
        ),
        (
            format!("mssql://nosuch:hunter2@{here}/master?encrypt=false&trust_server_certificate=true"),
            "18456",
            Action::Fatal,
            "password",
        ),
        (
            format!("mssql://nosuch@{here}/master?encrypt=off"),
            "18456",
            Action::Fatal,
            "no password was given",
        ),
        (format!("mssql://{login}@{here}/nosuch?encrypt=off"), "4060", Action::Fatal, "name another"),
    ];
    for (address, code, action, words) in rows {
        let failure = failure(&address).await;
        // Babelfish has the number of USE.
        let code = if failure.code == "911" { "911" } else { code };
        check(&failure, code, action, words);
    }
}

#[tokio::test]
async fn what_is_not_there_is_said_to_be_missing() {
    let rows = [
        (
            "mssql://u:hunter2@127.0.0.1:1/x",
            "connection refused",
            Action::Reconnect,
            "nothing listens on port 1;",
        ),
        ("mssql://u:hunter2@no-such-host.invalid/x", "unknown host", Action::Fatal, "no-such-host.invalid"),
        ("mssql://u:hunter2@127.0.0.1\\nosuch/x", "unknown instance", Action::Reconnect, "instance nosuch"),
        ("mssql://u:hunter2@127.0.0.1:1/x?ca=/nowhere/ca.pem", "tls", Action::Fatal, "/nowhere/ca.pem"),
    ];
    for (address, code, action, words) in rows {
        let failure = failure(address).await;
        // Where no name server answers, the name may be right.
        let action = if failure.action == Action::Reconnect { Action::Reconnect } else { action };
        check(&failure, code, action, words);
    }
}

/// Answers whatever it is sent with the same words, or by closing the connection.
async fn stranger(answer: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 512]).await;
            let _ = stream.write_all(answer.as_bytes()).await;
            if !answer.is_empty() {
                // Held open until the other side has read it.
                tokio::spawn(async move { stream.read_to_end(&mut Vec::new()).await });
            }
        }
    });
    port
}

#[tokio::test]
async fn what_is_no_sql_server_is_said_to_be_none() {
    for (answer, words) in [
        (
            "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n",
            "it answers like a web server; are the host",
        ),
        ("E\0\0\0\u{7f}SFATAL\0", "it answers like PostgreSQL"),
        ("-ERR unknown command\r\n", "it answered the greeting with '-'"),
        ("no\r\n", "it answered the greeting with 'n'"),
        ("", "it closed the connection when it was greeted"),
    ] {
        let port = stranger(answer).await;
        for query in ["", "?encrypt=off", "?encrypt=false"] {
            let failure = failure(&format!("mssql://u:hunter2@127.0.0.1:{port}/x{query}")).await;
            check(&failure, "protocol", Action::Reconnect, words);
            assert!(failure.message.contains(&format!("port {port} is no SQL Server")), "{failure}");
        }
    }
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    for query in ["", "?encrypt=off", "?encrypt=strict", "?encrypt=false"] {
        let settings = MssqlSettings::from_url(&format!("mssql://u:p@127.0.0.1:{port}/x{query}")).unwrap();
        let target = MssqlTarget::new(settings).with_connect_timeout(Duration::from_millis(200));
        check(
            &target.connect().await.unwrap_err(),
            "deadline",
            Action::Reconnect,
            "within 0.2 s; is the address",
        );
    }
}

#[tokio::test]
async fn a_server_without_tls_is_no_server_to_send_a_password_to() {
    let Some(url) = support::url() else { return };
    let settings = MssqlSettings::from_url(&url).unwrap();
    let here = format!("{}:{}", settings.host(), settings.port());
    let failure = failure(&format!("mssql://u:hunter2@{here}/master")).await;
    check(&failure, "tls", Action::Fatal, "");
    let remedies = ["trust_server_certificate=true", "encrypt=off"];
    assert!(remedies.iter().any(|remedy| failure.message.contains(remedy)), "{failure}");
}

/// The server of the tests may have a certificate of an authority of its own, which is in a file then.
#[tokio::test]
async fn a_certificate_is_verified_unless_any_is_to_be_trusted() {
    let Some(url) = support::url() else { return };
    let Ok(ca) = std::env::var("LOADGEN_MSSQL_CA") else {
        eprintln!("skipped: LOADGEN_MSSQL_CA is not set");
        return;
    };
    let settings = MssqlSettings::from_url(&url).unwrap();
    let login = url.split_once("://").unwrap().1.split_once('@').unwrap().0;
    let here = format!("mssql://{login}@{}:{}/master", settings.host(), settings.port());
    for good in
        [format!("ca={ca}"), "trust_server_certificate=true".to_owned(), format!("ca={ca}&encrypt=false")]
    {
        let settings = MssqlSettings::from_url(&format!("{here}?{good}")).unwrap();
        MssqlTarget::new(settings).connect().await.unwrap_or_else(|failure| panic!("{good}: {failure}"));
    }
    for bad in ["encrypt=true".to_owned(), format!("ca={ca}&hostname_in_certificate=other.example.com")] {
        let failure = failure(&format!("{here}?{bad}")).await;
        check(&failure, "tls", Action::Fatal, "certificate was rejected");
        assert!(failure.message.contains("ca=<file>, or say trust_server_certificate=true"), "{failure}");
    }
}
