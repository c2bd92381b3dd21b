//! Failures to connect, in words that say why and what would help. Where it was is said by whoever wanted to connect.

use std::{io, time::Duration};

use loadgen_core::{Action, Failure, Host};
use sqlx::postgres::PgDatabaseError;

use crate::{
    PgSettings,
    classify::{Place, classify, said},
};

/// Turns the driver's error into a failure that names the reason and the remedy.
pub(crate) fn connect_failure(error: &sqlx::Error, settings: &PgSettings) -> Failure {
    let mut failure = classify(error, Place::Harmless);
    let (why, remedy) = match error {
        sqlx::Error::Database(error) => match error.try_downcast_ref::<PgDatabaseError>() {
            Some(error) => {
                failure.absent = matches!(error.code(), "3D000" | "42501");
                failure.action = action(error.code());
                (error.message().to_owned(), server_remedy(error.code()).to_owned())
            }
            None => (failure.message.clone(), String::new()),
        },
        _ if settings.host().socket().is_none()
            && is_about_files(error)
            && unreadable(settings).is_some() =>
        {
            failure.code = "tls".into();
            failure.action = Action::Fatal;
            (unreadable(settings).unwrap_or_default(), "look at the address and at PGSSL*".to_owned())
        }
        sqlx::Error::Io(error) => io_reason(error, settings, &mut failure),
        sqlx::Error::Tls(error) => (format!("TLS: {error}"), tls_remedy(&error.to_string()).to_owned()),
        sqlx::Error::Protocol(text) => protocol_reason(&said(text), settings.port()),
        _ => (failure.message.clone(), String::new()),
    };
    failure.message = sentence(&why, &remedy);
    failure
}

/// No socket is looked for on the way to a host by name.
fn is_about_files(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(error) => {
            matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied)
        }
        error => matches!(error, sqlx::Error::Tls(_)),
    }
}

/// The first file of TLS that cannot be read, and why. The driver says only why.
fn unreadable(settings: &PgSettings) -> Option<String> {
    settings.certificates.iter().find_map(|(name, path)| {
        let error = std::fs::File::open(path).err()?;
        Some(format!("the {name} {} cannot be read: {error}", path.display()))
    })
}

/// The failure when connecting took too long.
pub(crate) fn connect_deadline(after: Duration) -> Failure {
    let why = format!("no answer within {} s", after.as_secs_f64());
    let remedy = "is the address right, and does a firewall drop the packets?";
    Failure::aborted(Action::Reconnect, "deadline", sentence(&why, remedy))
}

fn sentence(why: &str, remedy: &str) -> String {
    if remedy.is_empty() { why.to_owned() } else { format!("{why}; {remedy}") }
}

/// What to do about an answer of the server while a connection is made. All of them are FATAL, so that says nothing about whether
/// another attempt could come to something.
fn action(sqlstate: &str) -> Action {
    match sqlstate.get(..2) {
        // Shutting down or starting; 55 is a database that takes nobody yet.
        Some("08" | "57") => Action::Reconnect,
        Some("53") => Action::PauseThenFatal,
        _ if matches!(sqlstate, "55000" | "55006") => Action::Reconnect,
        _ => Action::Fatal,
    }
}

fn server_remedy(sqlstate: &str) -> &'static str {
    match sqlstate {
        "28P01" => "give the right password in the address, in PGPASSWORD or in ~/.pgpass",
        "28000" => "is the user right, and does pg_hba.conf let it in from here?",
        "3D000" => "create it with createdb, or name another in the address",
        "42501" => "grant the user connect on the database",
        "53300" => "use fewer connections, or raise max_connections",
        "57P03" => "the server is starting or stopping: try again shortly",
        "42704" | "22023" => "look at PGOPTIONS and the options in the address",
        _ => "",
    }
}

fn tls_remedy(text: &str) -> &'static str {
    if text.contains("does not support TLS") {
        "turn ssl on in the server, or say sslmode=disable if the way there is safe"
    } else {
        "name the authority with sslrootcert=<file>, or say sslmode=disable if the way there is safe"
    }
}

/// The driver has only texts for answers that it does not understand.
fn protocol_reason(text: &str, port: u16) -> (String, String) {
    let byte = text.strip_prefix("unexpected response from SSLRequest: 0x");
    let byte = byte.and_then(|hex| u8::from_str_radix(hex, 16).ok()).map(char::from);
    let other = format!("what listens on port {port} is no PostgreSQL");
    let remedy = "are the host and the port right?".to_owned();
    match byte {
        Some('E') => {
            let why = "the server answered the request for TLS with an error".to_owned();
            (why, "look at its log, or say sslmode=disable if the way there is safe".to_owned())
        }
        Some('H') => (format!("{other}: it answers like a web server"), remedy),
        Some(byte) => (format!("{other}: it answered the request for TLS with {byte:?}"), remedy),
        None if text.contains("authentication me") => {
            let why = format!("the server wants a way to sign in that is not known here ({text})");
            (why, "pg_hba.conf says which: scram-sha-256, md5, password, cert and trust work".to_owned())
        }
        None => (format!("{other}: {text}"), remedy),
    }
}

fn io_reason(error: &io::Error, settings: &PgSettings, failure: &mut Failure) -> (String, String) {
    let port = settings.port();
    match (settings.host(), error.kind()) {
        (Host::Socket(directory), io::ErrorKind::NotFound) => {
            failure.code = "no socket".into();
            let socket = directory.join(format!(".s.PGSQL.{port}"));
            let why = format!("there is no socket {}", socket.display());
            (why, "start the server, or look at unix_socket_directories and the port".to_owned())
        }
        (Host::Socket(_), io::ErrorKind::PermissionDenied) => {
            ("the socket may not be opened".to_owned(), "look at unix_socket_permissions".to_owned())
        }
        (_, io::ErrorKind::ConnectionRefused) => {
            let why = format!("nothing listens on port {port}");
            (why, "start the server, or look at listen_addresses and the port".to_owned())
        }
        (Host::Name(name), _) if is_lookup(error) => {
            failure.code = "unknown host".into();
            failure.action = if is_passing(error) { Action::Reconnect } else { Action::Fatal };
            (format!("the host {name} has no address"), "is the name spelled right?".to_owned())
        }
        (_, io::ErrorKind::UnexpectedEof) => {
            let why = "the server closed the connection at once".to_owned();
            (why, "is it PostgreSQL that listens there?".to_owned())
        }
        _ => (error.to_string(), String::new()),
    }
}

/// The standard library has no kind for a failed look-up, only this text.
fn is_lookup(error: &io::Error) -> bool {
    error.to_string().starts_with("failed to lookup address")
}

/// `EAI_AGAIN`: the name server did not answer, which says nothing about the name.
fn is_passing(error: &io::Error) -> bool {
    error.to_string().contains("Temporary failure")
}
