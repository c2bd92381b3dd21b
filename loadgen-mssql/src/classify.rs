//! What an error of the server or the driver means: what to do, and whether the work may have been done.

use std::{borrow::Cow, io};

use loadgen_core::{Action, Failure};
use tiberius::error::Error;

use crate::dialect;

/// Where in the life of a transaction something failed.
///
/// Sessions have XACT_ABORT on, so an ordinary error ends the batch and takes back what it did, whatever the statement. There is
/// one exception: what a trigger or a procedure says with RAISERROR. After it the server goes on, and a statement that
/// commits by itself is committed; nothing in the answer tells that from a THROW, after which it is not. So such an error proves an
/// abort only where a COMMIT of ours, which was not sent, would have been needed, or where the batch catches it
/// and rolls back ([`Place::Caught`]).
///
/// An error of severity 20 and more ends the connection, and may come after the commit record; so may the loss of a
/// connection, and every error by which a service says that it fails over. For COMMIT itself the rule is narrower
/// still: only conflicts, and that there is nothing left to commit, count as "not done".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Nothing that could be lost: connecting, reading, or a statement of an open transaction.
    Harmless,
    /// A statement that is a transaction of its own.
    Autocommit,
    /// A batch that is a transaction of its own, and rolls it back when it catches anything.
    Caught,
    /// COMMIT.
    Commit,
}

/// What to do after an error with this number.
///
/// 3961 is DDL beside a snapshot, 334 a trigger that was not there, 8179 a prepared statement that is forgotten, 2801 one that was
/// compiled for another schema; 13535 is a row of a system-versioned table that somebody changed meanwhile. Numbers
/// from 50000 on are raised by triggers and procedures, as a check would refuse.
pub(crate) fn action(number: u32, message: &str) -> Action {
    match number {
        1205 | 3960 | 41301 | 41302 | 41305 | 41325 | 13535 => Action::Retry,
        1222 | 1204 | 8645 | 8651 | 701 | 3617 => Action::RetryThenSkip,
        // The last identity there is: another try would take nothing else.
        8115 if message.contains("IDENTITY") => Action::Skip,
        11_728 => Action::Skip,
        2627 | 2601 | 547 | 515 | 2628 | 8152 | 8115 | 245 => Action::NewValues,
        // Conversions, overflows, a view's CHECK OPTION, limits of rows and of index entries, predicates of security policies.
        220 | 232 | 241 | 242 | 248 | 295 | 296 | 511 | 512 | 517 | 550 | 1946 | 3606 | 3607 | 6522
        | 8114 => Action::NewValues,
        8134 | 8169 | 8023 | 9803 | 33_504 => Action::NewValues,
        // What cannot be read as XML, and what its schema or JSON's rules refuse.
        9400..=9499 | 6900..=6999 | 13_606..=13_625 => Action::NewValues,
        // The transaction ended in a trigger.
        3609 | 3616 => Action::NewValues,
        207 | 208 | 213 | 3961 | 544 | 271 => Action::RereadSchema,
        206 | 257 | 272 | 273 | 334 | 402 | 1088 | 2706 | 2715 | 2801 | 2812 | 4413 | 4502 | 4902 => {
            Action::RereadSchema
        }
        // The last of them: the schema was changed under a bulk load.
        8101 | 8102 | 8179 | 13_536 | 13_537 | 4891 => Action::RereadSchema,
        // A bulk load that was announced otherwise than its column is; the next one goes another way.
        4022 | 4804 | 4815..=4817 => Action::RereadSchema,
        229 | 230 | 916 | 2714 | 3701 | 262 | 297 | 300 | 371 | 15_151 | 15_247 | 41_333 | 41_368 => {
            Action::Skip
        }
        10_053 | 10_054 | 10_060 | 64 | 121 | 233 | 596 | 6005 => Action::Reconnect,
        40_197 | 40_613 | 40_143 | 40_166 | 40_540 | 42_108 | 42_109 | 615 | 926 | 4221 => Action::Reconnect,
        3906 | 976 | 978 | 979 | 982 | 983 => Action::Reconnect,
        40_501 | 10_928 | 10_929 | 10_936 | 49_918..=49_920 => Action::PauseThenFatal,
        9002 | 1101 | 1105 | 802 | 17_300 | 17_803 | 17_809 => Action::PauseThenFatal,
        40_544 | 40_549..=40_553 | 41_805 | 41_822 | 41_823 | 41_840 => Action::PauseThenFatal,
        // The last: settings of the session that indexed views and computed columns do not allow.
        3930 | 3998 | 266 | 3902 | 3903 | 3988 | 3989 | 1934 => Action::Defect,
        RAISED.. if number != dialect::UNTRANSLATED => Action::NewValues,
        _ => Action::Fatal,
    }
}

/// Whether the server takes the rows of a table by other ways than bulk load alone.
pub(crate) fn is_refused_in_bulk(failure: &Failure) -> bool {
    matches!(failure.code.as_ref(), "4022" | "4804" | "4815" | "4816" | "4817")
}

/// The number of what a service has wrapped in words of its own, where another try would meet the same.
fn unwrapped(number: u32, message: &str) -> u32 {
    let inner =
        || message.rsplit_once("Error code ")?.1.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok();
    let is_lasting =
        |inner: &u32| matches!(action(*inner, ""), Action::RereadSchema | Action::NewValues | Action::Skip);
    if number == WRAPPED { inner().filter(is_lasting).unwrap_or(number) } else { number }
}

/// What Azure says of every error on its side.
const WRAPPED: u32 = 40_197;

/// The first number that the server leaves to triggers and procedures.
const RAISED: u32 = 50_000;

/// Turns an error of the driver into a failure.
pub(crate) fn classify(error: &Error, place: Place) -> Failure {
    match error {
        Error::Server(token) => server_failure(token.code(), token.class(), token.message(), place),
        Error::Io { kind, message } => lost(place, io_code(*kind), io_message(*kind, message)),
        Error::Tls(text) => lost_for(Action::Fatal, place, "tls", text.clone()),
        // Nothing of the row was sent.
        Error::BulkInput(text) => Failure::aborted(Action::Defect, "encode", text),
        // Ours, of a value that was read: the server did its part.
        Error::Conversion(_) | Error::Encoding(_) | Error::Utf8 | Error::Utf16 | Error::ParseInt(_)
            if place == Place::Harmless =>
        {
            Failure::aborted(Action::Defect, "decode", error)
        }
        Error::Protocol(text) => {
            lost(place, "protocol", format!("the server's answer is not understood: {text}"))
        }
        other => lost(place, "protocol", other.to_string()),
    }
}

/// The failure when an answer did not come in time.
pub(crate) fn deadline(place: Place, seconds: f64) -> Failure {
    let message = format!(
        "no answer from the server within {seconds} s; raise `deadline` in the plan file if it may take longer"
    );
    lost(place, "deadline", message)
}

fn lost(place: Place, code: &'static str, message: String) -> Failure {
    lost_for(Action::Reconnect, place, code, message)
}

fn lost_for(harmless: Action, place: Place, code: &'static str, message: String) -> Failure {
    match place {
        Place::Harmless => Failure::aborted(harmless, code, message),
        Place::Autocommit | Place::Caught | Place::Commit => {
            Failure::indeterminate(Action::Resolve, code, message)
        }
    }
}

/// From this severity on the server closes the connection.
const CLOSING: u8 = 20;

fn server_failure(number: u32, severity: u8, message: &str, place: Place) -> Failure {
    let number = dialect::number(number, message);
    let plain = severity < CLOSING;
    if !is_aborted(number, action(number, message), plain, place) {
        return Failure::indeterminate(Action::Resolve, known(number), message);
    }
    let number = unwrapped(number, message);
    let action = action(number, message);
    // Another statement cannot follow on a connection that the server is about to close.
    let action = if plain || action == Action::Fatal { action } else { Action::Reconnect };
    let failure = Failure::aborted(action, known(number), message);
    match number {
        2627 | 2601 => failure.over_taken_value(),
        _ if action == Action::NewValues && is_veto(number) => failure.by_veto(),
        _ => failure,
    }
}

/// Whether a trigger or a policy refused the row.
fn is_veto(number: u32) -> bool {
    number >= RAISED || matches!(number, 3609 | 3616 | 33_504)
}

/// Whether an answer means that the work was certainly not done; see [`Place`].
fn is_aborted(number: u32, action: Action, plain: bool, place: Place) -> bool {
    // Refused before anything began.
    let refused = matches!(number, 3906 | 976 | 978 | 979 | 982 | 983 | 40_613);
    match place {
        Place::Harmless => true,
        Place::Commit => {
            let conflict = matches!(number, 1205 | 3960 | 41301 | 41302 | 41305 | 41325);
            plain && (conflict || matches!(number, 3902 | 3930 | 3998))
        }
        Place::Caught => plain && (refused || action != Action::Reconnect) && number != 266,
        Place::Autocommit => {
            plain && (refused || action != Action::Reconnect) && number != 266 && !goes_on(number)
        }
    }
}

/// Whether the server may go on after it: RAISERROR of ours and of the procedures of the system.
fn goes_on(number: u32) -> bool {
    number >= RAISED && number != dialect::UNTRANSLATED || (14_000..16_000).contains(&number)
}

/// The number without an allocation where it is one that traffic meets.
fn known(number: u32) -> Cow<'static, str> {
    match number {
        2627 => "2627".into(),
        2601 => "2601".into(),
        547 => "547".into(),
        515 => "515".into(),
        1205 => "1205".into(),
        1222 => "1222".into(),
        3960 => "3960".into(),
        50_000 => "50000".into(),
        other => other.to_string().into(),
    }
}

fn io_code(kind: io::ErrorKind) -> &'static str {
    match kind {
        io::ErrorKind::ConnectionRefused => "connection refused",
        io::ErrorKind::TimedOut => "deadline",
        _ => "connection lost",
    }
}

fn io_message(kind: io::ErrorKind, message: &str) -> String {
    match kind {
        io::ErrorKind::UnexpectedEof => "the server closed the connection".to_owned(),
        _ => message.to_owned(),
    }
}

#[cfg(test)]
mod tests;
