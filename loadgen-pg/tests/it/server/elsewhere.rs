//! A server that takes its time holds up nobody else on the same thread.

use std::{fs, os::unix::fs::PermissionsExt, path::Path, time::Duration};

use loadgen_pg::server::{Server, ServerError};
use tokio::time::{Instant, interval};

use super::traces::Traces;

/// A program that says nothing for a second.
fn slow(path: &Path) {
    fs::write(path, "#!/bin/sh\nsleep 1\n").unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// The longest that another task of this thread has to wait for its turn while something is done.
async fn longest_wait(something: impl Future<Output = ()>) -> Duration {
    let (mut ticks, mut last, mut longest) =
        (interval(Duration::from_millis(5)), Instant::now(), Duration::ZERO);
    let mut something = std::pin::pin!(something);
    loop {
        tokio::select! {
            () = &mut something => return longest.max(last.elapsed()),
            _ = ticks.tick() => {
                longest = longest.max(last.elapsed());
                last = Instant::now();
            }
        }
    }
}

#[tokio::test]
async fn a_program_that_takes_its_time_to_answer_holds_up_nobody() {
    let bin = Traces::new();
    for program in ["postgres", "initdb"] {
        slow(&bin.path().join(program));
    }
    let began = Instant::now();
    let start = async {
        let error = Server::builder().bin_dir(bin.path()).start().await.unwrap_err();
        assert!(matches!(error, ServerError::Unusable { .. }), "{error}");
    };
    let longest = longest_wait(start).await;
    assert!(began.elapsed() >= Duration::from_secs(1));
    assert!(longest < Duration::from_millis(800), "{longest:?}");
}
