//! Opening sessions, within a deadline.

use std::time::Duration;

use crate::{Action, Failure, Target};

/// Opens a session, and gives up after `deadline`.
pub(crate) async fn open<T: Target>(target: &T, deadline: Duration) -> Result<T::Session, Failure> {
    let connected = tokio::time::timeout(deadline, target.connect()).await;
    connected.unwrap_or_else(|_| {
        Err(Failure::aborted(Action::Reconnect, DEADLINE_CODE, silence("connection", deadline)))
    })
}

/// The code of failures over answers that did not come in time.
pub(crate) const DEADLINE_CODE: &str = "deadline";

/// What was waited for has not come.
pub(crate) fn deadline_passed(what: &str, deadline: Duration) -> Failure {
    Failure::indeterminate(Action::Resolve, DEADLINE_CODE, silence(what, deadline))
}

fn silence(what: &str, deadline: Duration) -> String {
    format!("no {what} within {deadline:?}: the target or the network hangs, or the deadline is too short")
}
