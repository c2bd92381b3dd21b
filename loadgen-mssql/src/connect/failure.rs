//! Failures to connect, in words that say why and what would help. Where it was is said by whoever wanted to connect.

use std::{io, time::Duration};

use loadgen_core::{Action, Failure};
use tiberius::error::{Error, TokenError};

use super::greeting::Greeting;
use crate::{
    MssqlSettings,
    classify::{Place, classify},
    dialect,
    settings::{Encrypt, Login},
};

/// Turns the driver's error into a failure that names the reason and the remedy. `other` is what listens there, where that was
/// in doubt.
pub(super) fn connect_failure(error: &Error, settings: &MssqlSettings, other: Option<Greeting>) -> Failure {
    let mut failure = classify(error, Place::Harmless);
    let (why, remedy) = match error {
        Error::Server(token) => {
            // Whoever is not let in has nothing to leave out and nothing to try otherwise.
            if !matches!(failure.action, Action::Reconnect | Action::Retry | Action::PauseThenFatal) {
                failure.action = Action::Fatal;
            }
            failure.absent = matches!(token.code(), 4060 | 911);
            (token.message().to_owned(), server_remedy(token, settings))
        }
        _ if let Some(unreadable) = unreadable(settings) => {
            (failure.code, failure.action) = ("tls".into(), Action::Fatal);
            (unreadable, "look at ca in the address".to_owned())
        }
        Error::Tls(text) => tls_reason(text, settings),
        Error::Conversion(_) if settings.instance().is_some() => {
            (failure.code, failure.action) = ("unknown instance".into(), Action::Reconnect);
            let why = format!("nothing says on which port the instance {} listens", bare_instance(settings));
            (why, "is SQL Server Browser running, and UDP 1434 open? or give the port".to_owned())
        }
        _ if let Some(other) = other.filter(|other| !matches!(other, Greeting::Tds(_))) => {
            failure.code = "protocol".into();
            stranger(other, settings)
        }
        Error::Protocol(text) if text.contains("encryption level") => {
            (failure.code, failure.action) = ("tls".into(), Action::Fatal);
            let why = "the server offers no TLS".to_owned();
            (why, "install a certificate there, or say encrypt=off if the way there is safe".to_owned())
        }
        Error::Io { kind, message } => io_reason(*kind, message, settings, &mut failure),
        Error::Protocol(text) => (format!("the server's answer is not understood: {text}"), String::new()),
        _ => (failure.message.clone(), String::new()),
    };
    failure.message = sentence(&why, &remedy);
    failure
}

/// The failure when connecting took too long.
pub(crate) fn connect_deadline(after: Duration) -> Failure {
    let why = format!("no answer within {} s", after.as_secs_f64());
    let remedy = "is the address right, and does a firewall drop the packets?";
    Failure::aborted(Action::Reconnect, "deadline", sentence(&why, remedy))
}

/// The failure when one gateway sends us to the next.
pub(super) fn sent_on(times: usize) -> Failure {
    let why = format!("the server sent us to another one {times} times");
    Failure::aborted(Action::Reconnect, "routing", sentence(&why, "look at its connection policy"))
}

fn sentence(why: &str, remedy: &str) -> String {
    let why = why.trim_end().trim_end_matches('.');
    if remedy.is_empty() { why.to_owned() } else { format!("{why}; {remedy}") }
}

fn server_remedy(error: &TokenError, settings: &MssqlSettings) -> String {
    let remedy = match (dialect::number(error.code(), error.message()), settings.login()) {
        (18_456, Login::Sql { password, .. }) if password.is_empty() => {
            "no password was given: put one into SQLCMDPASSWORD, or into the address"
        }
        (18_456 | 18_452, Login::Sql { .. }) => {
            "give the right user and password in the address, or in SQLCMDUSER and SQLCMDPASSWORD"
        }
        (18_456 | 18_452, Login::Token(_) | Login::TokenFile(_)) => {
            "has the access token expired? it has to be a new one for https://database.windows.net/, of a user of this database"
        }
        (18_456 | 18_452, _) => {
            "make the identity a user of the database: CREATE USER [name] FROM EXTERNAL PROVIDER"
        }
        (18_487 | 18_488, _) => "the password has expired or must be changed: set a new one",
        (18_470, _) => "the login is disabled: ALTER LOGIN ... ENABLE",
        (4060 | 911, _) => "is there such a database, and may this login use it? name another in the address",
        (916, _) => "make the login a user of this database: CREATE USER",
        (229 | 230 | 262, _) => "grant what is missing",
        (40_615, _) => "add this address to the firewall rules of the server",
        (40_613, _) => "it may be paused and is resuming, or failing over: try again shortly",
        (40_532 | 40_531, _) => "give the full name of the server: <name>.database.windows.net",
        (10_928 | 10_929 | 10_936 | 17_809, _) => "use fewer connections, or raise the limit",
        (49_918..=49_920 | 40_501, _) => "the service is busy: try again later",
        (47_073, _) => "public access is off: connect through the private endpoint",
        _ => "",
    };
    remedy.to_owned()
}

/// The file of the authority, if it cannot be read, and why. The driver says only why.
fn unreadable(settings: &MssqlSettings) -> Option<String> {
    let path = settings.ca()?;
    let error = std::fs::File::open(path).err()?;
    Some(format!("the ca {} cannot be read: {error}", path.display()))
}

/// The driver's text goes on with what its own functions are called.
fn tls_reason(text: &str, settings: &MssqlSettings) -> (String, String) {
    let text = text.split(" To connect anyway").next().unwrap_or(text);
    let remedy = match settings.encrypt() {
        Encrypt::Strict => "encrypt=strict takes SQL Server 2022 or Azure SQL, or else encrypt=true; ",
        _ => "",
    };
    let why = format!("TLS: {}", text.trim_end_matches('.'));
    let trust =
        "name the authority with ca=<file>, or say trust_server_certificate=true if the way there is safe";
    (why, format!("{remedy}{trust}"))
}

fn stranger(other: Greeting, settings: &MssqlSettings) -> (String, String) {
    let port = settings.port();
    let none = format!("what listens on port {port} is no SQL Server");
    let remedy = "are the host and the port right?".to_owned();
    match other {
        Greeting::Other(b'H') => (format!("{none}: it answers like a web server"), remedy),
        Greeting::Other(b'E') => (format!("{none}: it answers like PostgreSQL"), remedy),
        Greeting::Other(byte) => {
            (format!("{none}: it answered the greeting with {:?}", char::from(byte)), remedy)
        }
        _ => (format!("{none}: it closed the connection when it was greeted"), remedy),
    }
}

fn io_reason(
    kind: io::ErrorKind,
    message: &str,
    settings: &MssqlSettings,
    failure: &mut Failure,
) -> (String, String) {
    let message = message.split(" (os error").next().unwrap_or(message);
    match kind {
        io::ErrorKind::ConnectionRefused => {
            let why = format!("nothing listens on port {}", settings.port());
            (why, "start the server, or look at the port and whether TCP/IP is enabled there".to_owned())
        }
        _ if is_lookup(message) => {
            failure.code = "unknown host".into();
            let passing = message.contains("Temporary failure");
            failure.action = if passing { Action::Reconnect } else { Action::Fatal };
            (format!("the host {} has no address", settings.host()), "is the name spelled right?".to_owned())
        }
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset
            if settings.encrypt() == Encrypt::Strict =>
        {
            let why = "the server closed the connection".to_owned();
            (why, "encrypt=strict takes SQL Server 2022 or Azure SQL: say encrypt=true".to_owned())
        }
        io::ErrorKind::UnexpectedEof => {
            let why = "the server closed the connection while signing in".to_owned();
            (why, "its log says why".to_owned())
        }
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
            (format!("there is no way to the host: {message}"), "is the network up?".to_owned())
        }
        io::ErrorKind::InvalidData => {
            (format!("TLS: {message}"), "is encrypt right for this server?".to_owned())
        }
        _ => (message.to_owned(), String::new()),
    }
}

fn bare_instance(settings: &MssqlSettings) -> &str {
    settings.instance().unwrap_or_default()
}

/// The standard library has no kind for a failed look-up, only this text.
fn is_lookup(message: &str) -> bool {
    message.starts_with("failed to lookup address") || message.contains("Could not resolve server host")
}
