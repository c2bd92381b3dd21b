use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

/// Numbers its tokens.
struct Counted(AtomicUsize, Duration);

#[async_trait]
impl TokenSource for Counted {
    async fn token(&self) -> Result<AccessToken, Failure> {
        tokio::task::yield_now().await;
        let text = self.0.fetch_add(1, Ordering::Relaxed).to_string();
        Ok(AccessToken { text, expires: Some(SystemTime::now() + self.1) })
    }
}

fn tokens(lasting: Duration) -> Tokens {
    Tokens::of(Arc::new(Counted(AtomicUsize::new(0), lasting)))
}

#[tokio::test]
async fn sessions_that_connect_at_once_share_a_token() {
    let tokens = tokens(Duration::from_secs(3600));
    let all = futures_util::future::join_all((0..8).map(|_| tokens.get())).await;
    assert!(all.iter().all(|token| token.as_ref().unwrap().as_deref() == Some("0")));
    tokens.refused().await;
    assert_eq!(tokens.get().await.unwrap().as_deref(), Some("1"));
}

#[tokio::test]
async fn a_token_is_replaced_five_minutes_before_it_expires() {
    let soon = tokens(Duration::from_secs(299));
    let later = tokens(Duration::from_secs(310));
    for expected in ["0", "1"] {
        assert_eq!(soon.get().await.unwrap().as_deref(), Some(expected));
        assert_eq!(later.get().await.unwrap().as_deref(), Some("0"));
    }
}

#[tokio::test]
async fn a_file_is_read_each_time_and_a_missing_one_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("token");
    let tokens = Tokens::new(&Login::TokenFile(path.clone()));
    let missing = tokens.get().await.unwrap_err();
    assert!(missing.message.contains("access_token_file") && missing.action == Action::Fatal, "{missing}");
    for text in ["one", "two"] {
        std::fs::write(&path, format!("{text}\n")).unwrap();
        assert_eq!(tokens.get().await.unwrap().as_deref(), Some(text));
    }
    std::fs::write(&path, "\n").unwrap();
    assert!(tokens.get().await.unwrap_err().message.contains("it is empty"));
}

#[tokio::test]
async fn a_password_needs_no_token_and_no_token_is_shown() {
    let login = Login::Sql { user: "sa".to_owned(), password: "hunter2".to_owned() };
    assert_eq!(Tokens::new(&login).get().await.unwrap(), None);
    let token = AccessToken { text: "hunter2".to_owned(), expires: None };
    let shown = format!("{token:?} {login:?} {:?}", tokens(Duration::ZERO));
    assert!(!shown.contains("hunter2"), "{shown}");
}
