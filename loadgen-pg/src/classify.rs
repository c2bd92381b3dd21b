//! What an error of the server or the driver means: what to do, and whether the work may have been done.

use std::{borrow::Cow, io};

use loadgen_core::{Action, Failure};
use sqlx::postgres::{PgDatabaseError, PgSeverity};

/// Where in the life of a transaction something failed.
///
/// A transaction becomes durable inside the server while it works on COMMIT, or on a statement that is a transaction
/// of its own. So a failure means "certainly not done" before the first byte of those could have left, and whatever
/// the server says to a statement of an open transaction: the COMMIT that it needs was never sent.
///
/// Once the server may have been at it, an ordinary ERROR still means "not done": the server turns any error behind
/// the commit record into a PANIC. A FATAL or PANIC does not: `57P01` was seen in answer to a COMMIT that had
/// succeeded, raised while the session waited for a standby. Nor does silence: an answer that does not come, or a
/// connection that breaks. Classes 08, 40003 and 08007 say by themselves that nobody knows, and proxies send them
/// with severity ERROR. For COMMIT itself the rule is narrower still, in case a proxy or a fork answers: only
/// conflicts, violated constraints, what deferred triggers refuse (RAISE, or data that they cannot work with) and a
/// transaction that had failed before count as "not done".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Nothing that could be lost: connecting, reading, or a statement of an open transaction.
    Harmless,
    /// A statement that is a transaction of its own.
    Autocommit,
    /// COMMIT.
    Commit,
}

/// What to do after an error with this SQLSTATE. The routine of the server that raised it tells the two meanings of 0A000
/// apart, as messages are translated; those of XX000 are not.
///
/// Besides tables and columns that are gone (42P01, 42703, 3F000 for schemas, 42704 for types), what a statement of before
/// meets after a change is an expression or operand of another type (42804, 42883), a column that the server fills by
/// itself now (428C9), and something else under the name of a table (42809). A statement that is being planned while
/// something is dropped finds it gone half-way: XX000.
pub(crate) fn action(sqlstate: &str, routine: Option<&str>, message: &str) -> Action {
    match sqlstate {
        "40001" | "40P01" | "55006" => Action::Retry,
        "55P03" | "57014" => Action::RetryThenSkip,
        "40003" | "08007" => Action::Resolve,
        "25P02" => Action::Defect,
        "0A000" if routine == Some("RevalidateCachedQuery") => Action::RereadSchema,
        "XX000" if HALF_GONE.iter().any(|words| message.contains(words)) => Action::RereadSchema,
        "42703" | "42P01" | "42804" | "26000" => Action::RereadSchema,
        "42883" | "42704" | "42809" | "428C9" | "3F000" => Action::RereadSchema,
        // The end of a sequence: another try would take nothing else.
        "2200H" => Action::Skip,
        "42501" | "55000" | "0A000" | "42701" | "42P07" => Action::Skip,
        "57P01" | "57P02" | "57P03" | "57P05" | "25P03" | "25P04" | "25006" => Action::Reconnect,
        "53300" | "53100" | "53200" | "58030" => Action::PauseThenFatal,
        "23505" | "23P01" | "23503" | "23514" | "23502" => Action::NewValues,
        _ => match sqlstate.get(..2) {
            Some("08") => Action::Reconnect,
            // Data, a constraint, a view's CHECK OPTION, and limits such as the size of an index entry.
            Some("22" | "23" | "44" | "54") => Action::NewValues,
            // The rest of class 40 says that the server rolled back, and 53 that it is short of something.
            Some("40") => Action::Retry,
            Some("53") => Action::PauseThenFatal,
            // As a check would.
            _ if is_raised(sqlstate, routine) => Action::NewValues,
            _ => Action::Fatal,
        },
    }
}

/// Whether a trigger or function refused the row: by RAISE, which may have any code, or as those of other languages than SQL's do.
fn is_raised(sqlstate: &str, routine: Option<&str>) -> bool {
    is_of_routine(sqlstate) || routine == Some(RAISE)
}

/// Whether the code itself says so.
fn is_of_routine(sqlstate: &str) -> bool {
    ["38", "P0"].iter().any(|class| sqlstate.starts_with(class))
}

/// Where the server is when a trigger or function says RAISE.
const RAISE: &str = "exec_stmt_raise";

/// What the server says when it looks up something that has just been dropped.
const HALF_GONE: [&str; 2] = ["cache lookup failed for", "could not open relation with OID"];

/// Turns an error of the driver into a failure.
pub(crate) fn classify(error: &sqlx::Error, place: Place) -> Failure {
    match error {
        sqlx::Error::Database(error) => match error.try_downcast_ref::<PgDatabaseError>() {
            Some(error) => server_failure(error, place),
            None => lost(place, "connection lost", error.message().to_owned()),
        },
        sqlx::Error::Io(error) => lost(place, io_code(error), io_message(error)),
        sqlx::Error::Tls(error) => lost_for(Action::Fatal, place, "tls", error.to_string()),
        // Nothing was sent.
        sqlx::Error::Encode(error) => Failure::aborted(Action::Defect, "encode", error),
        sqlx::Error::InvalidArgument(text) => Failure::aborted(Action::Defect, "encode", text),
        // Ours, of a value that was read: the server did its part.
        sqlx::Error::Decode(error) if place == Place::Harmless => {
            Failure::aborted(Action::Defect, "decode", error)
        }
        sqlx::Error::Configuration(_) => {
            Failure::aborted(Action::Fatal, "settings", "the connection settings cannot be used")
        }
        sqlx::Error::Protocol(text) => {
            lost(place, "protocol", format!("the server's answer is not understood: {}", said(text)))
        }
        other => lost(place, "protocol", other.to_string()),
    }
}

/// What the driver says of a protocol error, without the places in its source: ` (sqlx_postgres::message:176)`.
pub(crate) fn said(text: &str) -> String {
    let mut parts = text.split(" (sqlx_");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |said, part| said + part.split_once(')').map_or("", |(_, rest)| rest))
}

/// The failure when an answer did not come in time.
pub(crate) fn deadline(place: Place, seconds: f64) -> Failure {
    lost(
        place,
        "deadline",
        format!(
            "no answer from the server within {seconds} s; raise `deadline` in the plan file if it may take longer"
        ),
    )
}

/// The failure of whoever wants to write where nobody can.
pub(crate) fn read_only() -> Failure {
    let why = "no write access: the server is read-only; name the primary, or look at default_transaction_read_only";
    Failure::aborted(Action::Fatal, "25006", why)
}

fn lost(place: Place, code: &'static str, message: String) -> Failure {
    lost_for(Action::Reconnect, place, code, message)
}

fn lost_for(harmless: Action, place: Place, code: &'static str, message: String) -> Failure {
    match place {
        Place::Harmless => Failure::aborted(harmless, code, message),
        Place::Autocommit | Place::Commit => Failure::indeterminate(Action::Resolve, code, message),
    }
}

fn server_failure(error: &PgDatabaseError, place: Place) -> Failure {
    let (code, message) = (error.code(), error.message());
    let plain = !matches!(error.severity(), PgSeverity::Fatal | PgSeverity::Panic);
    // The server is about to close the connection, so another statement cannot follow on it.
    let fit = |action| if plain || action == Action::Fatal { action } else { Action::Reconnect };
    if is_aborted(code, plain, place) {
        let action = fit(harmless(action(code, error.routine(), message)));
        let failure = Failure::aborted(action, known(code), message);
        match action {
            Action::NewValues if is_raised(code, error.routine()) => failure.by_veto(),
            _ if is_taken(code) => failure.over_taken_value(),
            _ => failure,
        }
    } else {
        Failure::indeterminate(Action::Resolve, known(code), message)
    }
}

/// Whether another row has a value that is unique, or excludes this one.
fn is_taken(code: &str) -> bool {
    matches!(code, "23505" | "23P01")
}

/// Nothing is left to find out about work that was certainly not done.
fn harmless(action: Action) -> Action {
    if action == Action::Resolve { Action::Reconnect } else { action }
}

/// Whether an answer means that the work was certainly not done; see [`Place`].
fn is_aborted(code: &str, plain: bool, place: Place) -> bool {
    match place {
        Place::Harmless => true,
        Place::Commit => {
            let refused = ["22", "23"].iter().any(|class| code.starts_with(class));
            plain && (refused || is_of_routine(code) || matches!(code, "40001" | "40P01" | "25P02"))
        }
        Place::Autocommit => {
            let unclear = code.starts_with("08") || matches!(code, "40003" | "57P01" | "57P02" | "57P03");
            plain && !unclear
        }
    }
}

/// The code without an allocation where it is one that traffic meets.
fn known(code: &str) -> Cow<'static, str> {
    const CODES: [&str; 12] = [
        "23505", "40001", "40P01", "23503", "23514", "23502", "55P03", "57014", "42501", "57P01", "25P02",
        "53300",
    ];
    CODES.iter().find(|known| **known == code).map_or_else(|| code.to_owned().into(), |known| (*known).into())
}

fn io_code(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "connection refused",
        io::ErrorKind::TimedOut => "deadline",
        _ => "connection lost",
    }
}

fn io_message(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "the server closed the connection".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests;
