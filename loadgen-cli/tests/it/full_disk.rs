//! A ledger that cannot be written any more.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use crate::{
    ledger::{Keys, committed},
    support::{Ran, Shops, run, session, text},
};

/// A file cannot grow beyond some blocks, which is what a full disk looks like. The signal that comes with it is of no
/// concern, as there is none with a full disk.
const LIMITED: &str = r#"trap "" XFSZ; ulimit -f 64; exec "$0" "$@""#;

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_that_cannot_be_written_stops_the_traffic_before_it_is_committed() {
    let (shops, out) = (Shops::start().await, tempfile::tempdir().unwrap());
    let url = shops.open("shop").await;
    let args = ["run", "--url", &url, "--ledger", "--out", text(out.path()), "--connections", "4", "-q"];
    let mut command = Command::new("sh");
    command.args(["-c", LIMITED, env!("CARGO_BIN_EXE_loadgen")]).args(args).stdin(Stdio::null());
    let ran = Ran::from(command.args(["--duration", "60s"]).output().unwrap());
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("failed to write to") && ran.stderr.contains(".log"), "{ran:?}");
    let ran = run(&["resolve", text(out.path())]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let (keys, mut session) = (Keys::read(&Path::new(out.path()).join("ledger")), session(&url).await);
    assert!(keys.committed > 100, "{}", keys.committed);
    assert_eq!(keys.committed, committed(&mut session).await.unsigned_abs());
    keys.are_in(&mut session).await;
}
