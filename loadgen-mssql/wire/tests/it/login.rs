//! Signing in.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, SystemTime},
};

use async_trait::async_trait;
use loadgen_core::{Action, Failure, Target};
use loadgen_mssql::{AccessToken, MssqlSettings, MssqlTarget, TokenSource};
use mssql_mock_tds::{LOGIN_DELAY_KEY, MockTdsServer};

use super::{Mock, doorkeeper, slow, target};

#[tokio::test]
async fn a_token_is_what_signs_in_and_a_new_one_is_read_from_its_file() {
    let mock = Mock::start().await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("token");
    let address =
        format!("mssql://127.0.0.1:{}/my shop?encrypt=off&access_token_file={}", mock.port, path.display());
    let target = MssqlTarget::new(MssqlSettings::from_url(&address).unwrap());
    for token in ["first", "second"] {
        std::fs::write(&path, token).unwrap();
        target.connect().await.unwrap();
        let seen = mock.seen.lock().await;
        let connection = seen.all().values().last().unwrap();
        assert_eq!(connection.received_token_as_string().as_deref(), Some(token));
        assert_eq!(connection.received_database.as_deref(), Some("my shop"));
    }
}

/// A port that nothing listens on.
fn free() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[tokio::test]
async fn a_gateway_sends_us_on_and_not_for_ever() {
    let mock = Mock::start().await;
    let gateway = Mock::to(mock.port).await;
    target(gateway.port, "").connect().await.unwrap();
    assert_eq!(mock.seen.lock().await.count(), 1);
    let first = Mock::to(gateway.port).await;
    target(first.port, "").connect().await.unwrap();
    let port = free();
    let (one, failure) = (Mock::to(port).await, target(port, "").connect().await.unwrap_err());
    assert_eq!(failure.code, "connection refused", "{failure}");
    let nowhere = target(one.port, "").connect().await.unwrap_err();
    assert!(nowhere.message.contains(&format!("nothing listens on port {port};")), "{nowhere}");
}

#[tokio::test]
async fn gateways_that_send_us_round_in_circles_are_left() {
    let port = free();
    let here = format!("127.0.0.1:{port}");
    let circle = MockTdsServer::new_with_redirection(&here, "127.0.0.1", port).await;
    let circle = Mock::of(circle.unwrap()).await;
    let failure = target(circle.port, "").connect().await.unwrap_err();
    assert_eq!((failure.code.as_ref(), failure.action), ("routing", Action::Reconnect), "{failure}");
    assert!(failure.message.contains("another one 4 times"), "{failure}");
}

#[tokio::test]
async fn a_sign_in_that_takes_too_long_is_given_up() {
    let mock = Mock::start().await;
    mock.answer(LOGIN_DELAY_KEY, slow()).await;
    let target = target(mock.port, "").with_connect_timeout(Duration::from_millis(300));
    let failure = target.connect().await.unwrap_err();
    assert_eq!((failure.code.as_ref(), failure.action), ("deadline", Action::Reconnect), "{failure}");
}

/// Error, severity, action and what the message says after the server's own words.
const REFUSALS: [(u32, u8, Action, &str); 9] = [
    (18_456, 14, Action::Fatal, "give the right user and password"),
    (18_488, 14, Action::Fatal, "the password has expired"),
    (4060, 11, Action::Fatal, "is there such a database"),
    (916, 14, Action::Fatal, "make the login a user of this database"),
    (40_615, 14, Action::Fatal, "firewall rules"),
    (40_613, 17, Action::Reconnect, "it may be paused"),
    (10_928, 16, Action::PauseThenFatal, "use fewer connections"),
    (40_532, 11, Action::Fatal, "<name>.database.windows.net"),
    (49_918, 16, Action::PauseThenFatal, "try again later"),
];

#[tokio::test]
async fn whoever_is_not_let_in_is_told_why_and_what_would_help() {
    for (number, severity, action, words) in REFUSALS {
        let port = doorkeeper::refuse(number, severity).await;
        let failure = target(port, "").connect().await.unwrap_err();
        let code = number.to_string();
        assert_eq!((failure.code.as_ref(), failure.action), (code.as_str(), action), "{failure}");
        assert!(
            failure.message.starts_with("you may not come in; ") && failure.message.contains(words),
            "{failure}"
        );
        assert!(!failure.indeterminate && !failure.message.contains("hunter2"), "{failure}");
        assert_eq!(failure.absent, number == 4060, "{failure}");
    }
}

#[tokio::test]
async fn an_expired_token_is_called_so() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("token");
    std::fs::write(&path, "hunter2").unwrap();
    let port = doorkeeper::refuse(18_456, 14).await;
    let address = format!("mssql://127.0.0.1:{port}/x?encrypt=off&access_token_file={}", path.display());
    let failure = MssqlTarget::new(MssqlSettings::from_url(&address).unwrap()).connect().await.unwrap_err();
    assert_eq!((failure.code.as_ref(), failure.action), ("18456", Action::Fatal), "{failure}");
    assert!(failure.message.contains("has the access token expired?"), "{failure}");
    assert!(!failure.message.contains("hunter2"), "{failure}");
}

/// Numbers its tokens, which are good for an hour.
struct Counted(AtomicU32);

#[async_trait]
impl TokenSource for Counted {
    async fn token(&self) -> Result<AccessToken, Failure> {
        let text = format!("token {}", self.0.fetch_add(1, Ordering::Relaxed));
        Ok(AccessToken { text, expires: Some(SystemTime::now() + Duration::from_secs(3600)) })
    }
}

fn identity(port: u16, source: &Arc<Counted>) -> MssqlTarget {
    let address = format!("mssql://127.0.0.1:{port}/x?encrypt=off&authentication=managed_identity");
    let source: Arc<dyn TokenSource> = Arc::clone(source) as _;
    MssqlTarget::new(MssqlSettings::from_url(&address).unwrap()).with_tokens(source)
}

#[tokio::test]
async fn sessions_share_a_token_until_the_server_refuses_it() {
    let mock = Mock::start().await;
    let source = Arc::new(Counted(AtomicU32::new(0)));
    let target = identity(mock.port, &source);
    for _ in 0..3 {
        target.clone().connect().await.unwrap();
        let seen = mock.seen.lock().await;
        let token = seen.all().values().last().unwrap().received_token_as_string();
        assert_eq!(token.as_deref(), Some("token 0"));
    }
    let closed = identity(doorkeeper::refuse(18_456, 14).await, &source);
    for asked in [2, 3] {
        let failure = closed.connect().await.unwrap_err();
        assert!(failure.message.contains("make the identity a user of the database"), "{failure}");
        assert_eq!(source.0.load(Ordering::Relaxed), asked);
    }
}

#[tokio::test]
async fn a_server_that_lets_in_and_then_hangs_is_waited_for_no_longer_than_for_others() {
    let mock = Mock::start().await;
    mock.answer(super::WHAT, super::what().with_delay(Duration::from_secs(20))).await;
    let target = target(mock.port, "").with_connect_timeout(Duration::from_secs(1));
    let began = std::time::Instant::now();
    let failure = target.connect().await.unwrap_err();
    assert_eq!((failure.action, failure.indeterminate), (Action::Reconnect, false), "{failure}");
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}
