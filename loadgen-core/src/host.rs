//! Where a server listens, and how far away that is.

use std::{
    fmt,
    net::IpAddr,
    path::{Path, PathBuf},
};

/// The host of a connection.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Host {
    /// The directory of a unix socket.
    Socket(PathBuf),
    /// A name or an address, IPv6 without brackets.
    Name(String),
}

impl Host {
    /// What begins with a slash is the directory of a socket, as libpq has it.
    pub fn new(text: &str) -> Self {
        if text.starts_with('/') {
            Host::Socket(PathBuf::from(text))
        } else {
            Host::Name(text.trim_matches(['[', ']']).to_owned())
        }
    }

    /// Whether it is this machine by its very name: a socket, `localhost` or a loopback address.
    pub fn is_local(&self) -> bool {
        match self {
            Host::Socket(_) => true,
            Host::Name(name) => match name.parse::<IpAddr>() {
                Ok(address) => address.to_canonical().is_loopback(),
                Err(_) => name.eq_ignore_ascii_case("localhost"),
            },
        }
    }

    /// Whether the host is this machine or in a private network: a socket, or an address that [`is_private`] accepts,
    /// or a name of which all `resolved` addresses are such. A name that resolves to nothing is not.
    pub fn is_private(&self, resolved: &[IpAddr]) -> bool {
        let Host::Name(name) = self else { return true };
        match name.parse::<IpAddr>() {
            Ok(address) => is_private(address),
            Err(_) => !resolved.is_empty() && resolved.iter().copied().all(is_private),
        }
    }

    /// What a password file may call it.
    pub fn names(&self) -> Vec<String> {
        match self {
            Host::Socket(directory) => vec![directory.display().to_string(), "localhost".to_owned()],
            Host::Name(name) => vec![name.clone()],
        }
    }

    /// The directory of the socket, if it is one.
    pub fn socket(&self) -> Option<&Path> {
        match self {
            Host::Socket(directory) => Some(directory),
            Host::Name(_) => None,
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Host::Socket(directory) => directory.display().fmt(f),
            Host::Name(name) if name.contains(':') => write!(f, "[{name}]"),
            Host::Name(name) => name.fmt(f),
        }
    }
}

/// Whether an address cannot be on the public internet: loopback, private (RFC 1918), link-local or unique local
/// (RFC 4193).
pub fn is_private(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private() || v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slash_makes_a_socket() {
        assert_eq!(Host::new("/tmp"), Host::Socket("/tmp".into()));
        assert_eq!(Host::new("[::1]"), Host::Name("::1".into()));
        assert_eq!(Host::new("[::1]").to_string(), "[::1]");
    }

    #[test]
    fn local_is_what_its_name_says() {
        for local in ["/tmp", "localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] {
            assert!(Host::new(local).is_local(), "{local}");
        }
        for remote in ["db", "10.0.0.1", "localhost.example.com", "::2"] {
            assert!(!Host::new(remote).is_local(), "{remote}");
        }
    }

    #[test]
    fn private_addresses_are_told_from_public_ones() {
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        for private in ["127.0.0.1", "10.1.2.3", "172.31.0.1", "192.168.1.1", "169.254.0.1", "::1", "fd00::1"]
        {
            assert!(Host::new(private).is_private(&[]), "{private}");
            assert!(Host::new("db").is_private(&[address(private)]), "{private}");
        }
        for public in ["8.8.8.8", "172.32.0.1", "2001:4860:4860::8888", "::ffff:8.8.8.8"] {
            assert!(!Host::new(public).is_private(&[address("10.0.0.1")]), "{public}");
            assert!(!Host::new("db").is_private(&[address("10.0.0.1"), address(public)]), "{public}");
        }
        assert!(!Host::new("db").is_private(&[]));
        assert!(Host::new("/tmp").is_private(&[]));
    }
}
