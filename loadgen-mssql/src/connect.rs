//! Opening connections.

use std::{io::ErrorKind, time::Duration};

use loadgen_core::{Action, Failure};
use tiberius::{Client, SqlBrowser, error::Error};
use tokio::net::TcpStream;
use tokio_util::compat::{Compat, TokioAsyncWriteCompatExt};

use crate::{MssqlSettings, settings::Encrypt};

mod failure;
mod greeting;

pub(crate) use failure::connect_deadline;
use failure::connect_failure;
use greeting::{Greeting, greet};

/// What the driver calls a client.
pub(crate) type Connection = Client<Compat<TcpStream>>;

/// How often a gateway may send us on.
const HOPS: usize = 4;

/// Opens a connection, with an access token if that is what signs in. It carries no deadline.
pub(crate) async fn open(settings: &MssqlSettings, token: Option<&str>) -> Result<Connection, Failure> {
    let mut place = settings.clone();
    for _ in 0..HOPS {
        let opened = tokio::select! {
            opened = open_at(&place, token) => opened,
            other = doubts(&place) => {
                let error = Error::Protocol("no TDS".into());
                return Err(connect_failure(&error, &place, Some(other)));
            }
        };
        match opened {
            Ok(connection) => return Ok(connection),
            Err(Error::Routing { host, port }) => {
                place = settings.at(&host, port);
                place.check_token().map_err(|error| Failure::aborted(Action::Fatal, "token", error))?;
            }
            Err(error) => {
                let other = if is_unclear(&error) { stranger(&place).await } else { None };
                return Err(connect_failure(&error, &place, other));
            }
        }
    }
    Err(failure::sent_on(HOPS))
}

async fn open_at(settings: &MssqlSettings, token: Option<&str>) -> Result<Connection, Error> {
    let mut config = settings.config(token);
    if settings.encrypt() == Encrypt::Login {
        let mut stream = TcpStream::connect_named(&config).await?;
        // The driver would go on in TLS with a server that has just said that it has none.
        if greet(&mut stream).await? == Greeting::Tds(false) {
            config.encryption(tiberius::EncryptionLevel::NotSupported);
        }
    }
    let stream = TcpStream::connect_named(&config).await?;
    Client::connect(config, stream.compat_write()).await
}

/// How long a server may take before it is asked in words of our own what it is.
const PATIENCE: Duration = Duration::from_secs(1);

/// Answers only if something else than a server of TDS listens there: the driver waits for the rest of what it takes for a packet.
async fn doubts(settings: &MssqlSettings) -> Greeting {
    tokio::time::sleep(PATIENCE).await;
    match stranger(settings).await {
        Some(other @ Greeting::Other(_)) => other,
        _ => std::future::pending().await,
    }
}

/// Whether what went wrong may be due to something else that listens there.
fn is_unclear(error: &Error) -> bool {
    match error {
        Error::Protocol(_) => true,
        Error::Io { kind, .. } => {
            // Half a packet is of no kind of its own.
            let unclear = [
                ErrorKind::ConnectionReset,
                ErrorKind::InvalidData,
                ErrorKind::UnexpectedEof,
                ErrorKind::Other,
            ];
            unclear.contains(kind)
        }
        _ => false,
    }
}

/// What listens there, where it can be greeted before TLS.
async fn stranger(settings: &MssqlSettings) -> Option<Greeting> {
    if settings.encrypt() == Encrypt::Strict {
        return None;
    }
    let mut stream = TcpStream::connect_named(&settings.config(None)).await.ok()?;
    greet(&mut stream).await.ok()
}
