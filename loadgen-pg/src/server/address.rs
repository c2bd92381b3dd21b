//! `Address`: where a server listens, as URLs that sqlx and libpq read alike.

use std::{net::TcpListener, os::unix::ffi::OsStrExt, path::Path};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

use super::ServerError;

/// What a URL may hold as it is.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// PostgreSQL's own port. A socket in a directory of its own can always have it.
const PORT: u16 = 5432;

/// The ways to reach one server.
#[derive(Clone, Debug)]
pub(super) struct Address {
    pub(super) port: u16,
    pub(super) tcp: bool,
}

impl Address {
    /// Picks a port: a free one of 127.0.0.1 when TCP is wanted. It is free now; someone else may be quicker.
    pub(super) fn pick(tcp: bool) -> Result<Address, ServerError> {
        if !tcp {
            return Ok(Address { port: PORT, tcp });
        }
        let probe = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
        let port = probe.map_err(ServerError::file("127.0.0.1"))?.port();
        Ok(Address { port, tcp })
    }

    /// The URL over the socket in `directory`. No TLS there, whatever the environment asks for.
    pub(super) fn socket_url(&self, directory: &Path, database: &str) -> String {
        let directory = percent_encode(directory.as_os_str().as_bytes(), ESCAPED);
        let database = percent_encode(database.as_bytes(), ESCAPED);
        let port = self.port;
        format!("postgres://postgres@localhost:{port}/{database}?host={directory}&sslmode=disable")
    }

    /// The URL over TCP, when the server listens there.
    pub(super) fn tcp_url(&self, database: &str) -> Option<String> {
        let database = percent_encode(database.as_bytes(), ESCAPED);
        let url = format!("postgres://postgres@127.0.0.1:{}/{database}?sslmode=disable", self.port);
        self.tcp.then_some(url)
    }
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use sqlx::postgres::PgConnectOptions;

    use super::*;

    #[test]
    fn sqlx_reads_back_what_was_written() {
        let address = Address { port: 5432, tcp: true };
        let url = address.socket_url(Path::new("/tmp/a b&c"), "we/ird \"ü?");
        let options = PgConnectOptions::from_str(&url).unwrap();
        assert_eq!(options.get_socket(), Some(&"/tmp/a b&c".into()));
        assert_eq!(options.get_port(), 5432);
        assert_eq!(options.get_database(), Some("we/ird \"ü?"));
        let options = PgConnectOptions::from_str(&address.tcp_url("x").unwrap()).unwrap();
        assert_eq!((options.get_host(), options.get_socket()), ("127.0.0.1", None));
    }

    #[test]
    fn there_is_no_tcp_url_without_tcp() {
        assert_eq!(Address::pick(false).unwrap().tcp_url("x"), None);
    }
}
