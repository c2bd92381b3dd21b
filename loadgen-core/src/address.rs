//! Addresses of databases, taken apart without ever quoting what may be secret.

use std::fmt;

use percent_encoding::percent_decode_str;

/// What follows the scheme of an address, `[user[:password]@][host[:port]][/database][?name=value&...]`: the parts that
/// were given, decoded.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Address {
    /// The user.
    pub user: Option<String>,
    /// The password.
    pub password: Option<String>,
    /// The host, in brackets if it was.
    pub host: Option<String>,
    /// The port.
    pub port: Option<u16>,
    /// The database.
    pub database: Option<String>,
    /// Names and values after the question mark, in order.
    pub parameters: Vec<(String, String)>,
    /// Whether what looks like the name of a parameter may be the rest of a password with a bare `&`, `?` or `@`.
    may_hold_secrets: bool,
}

/// Why an address cannot be read. No part of it is quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AddressError {
    /// A part makes no sense.
    #[error("the {0} in the address of the database cannot be read")]
    Unreadable(&'static str),
    /// A bracket without its counterpart, or not around the whole host.
    #[error(
        "the brackets around the host in the address of the database do not match: an IPv6 address is written [::1]"
    )]
    Brackets,
    /// A password with special characters.
    #[error(
        "an `@` after the host: a slash, a question mark or a percent sign in a user or password is written %2F, \
         %3F or %25"
    )]
    Unescaped,
    /// A list of hosts.
    #[error(
        "several hosts in the address of the database: give the one to write to, with its port after a colon"
    )]
    SeveralHosts,
}

impl Address {
    /// Reads what follows the scheme.
    ///
    /// # Errors
    /// When a part of it makes no sense, or may be part of a password that is not encoded.
    pub fn read(rest: &str) -> Result<Self, AddressError> {
        let (authority, tail) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let (login, place) = authority.rsplit_once('@').unwrap_or(("", authority));
        let (path, query) = tail.split_once('?').unwrap_or((tail, ""));
        let has_host = authority.contains('@') && !place.is_empty();
        if !authority.is_empty() && (path.contains('@') || !has_host && query.contains('@')) {
            // The password may hold a bare slash or question mark: what follows is part of a secret then, and may not be quoted.
            return Err(AddressError::Unescaped);
        }
        let (user, password) = login.split_once(':').map_or((login, None), |(user, pass)| (user, Some(pass)));
        let (host, port) = host_and_port(place)?;
        let parameters = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').ok_or(AddressError::Unreadable("query"))?;
            Ok((name.to_owned(), decode(value, "query")?))
        });
        let parameters: Vec<(String, String)> = parameters.collect::<Result<_, AddressError>>()?;
        Ok(Address {
            user: given(user, "user")?,
            password: password.map(|text| decode(text, "password")).transpose()?,
            host: given(host, "host")?,
            port,
            database: given(path.trim_start_matches('/'), "database")?,
            may_hold_secrets: query.contains('@') || parameters.iter().any(|(name, _)| is_password(name)),
            parameters,
        })
    }

    /// The name of a parameter as it may be shown.
    pub fn shown<'a>(&self, name: &'a str) -> &'a str {
        if self.may_hold_secrets { "..." } else { name }
    }
}

/// Neither the user nor what may be secret.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Address { host, port, database, .. } = self;
        let mut parts = f.debug_struct("Address");
        parts.field("host", host).field("port", port).field("database", database).finish_non_exhaustive()
    }
}

/// A host without the brackets that an IPv6 address stands in.
///
/// # Errors
/// When they are not a pair around the whole host.
pub fn without_brackets(host: &str) -> Result<&str, AddressError> {
    let inner = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    if inner.contains(['[', ']']) { Err(AddressError::Brackets) } else { Ok(inner) }
}

/// The number of a port.
///
/// # Errors
/// When it is none.
pub fn port(text: &str) -> Result<u16, AddressError> {
    text.trim().parse().ok().filter(|port| *port > 0).ok_or(AddressError::Unreadable("port"))
}

fn host_and_port(place: &str) -> Result<(&str, Option<u16>), AddressError> {
    if place.contains(',') {
        return Err(AddressError::SeveralHosts);
    }
    let host_end = place.rfind(']').map_or(0, |bracket| bracket + 1);
    let (host, number) = match place[host_end..].find(':') {
        Some(at) => (&place[..host_end + at], &place[host_end + at + 1..]),
        None => (place, ""),
    };
    without_brackets(host)?;
    Ok((host, if number.is_empty() { None } else { Some(port(number)?) }))
}

fn is_password(name: &str) -> bool {
    ["password", "pwd"].iter().any(|known| name.eq_ignore_ascii_case(known))
}

fn given(text: &str, what: &'static str) -> Result<Option<String>, AddressError> {
    if text.is_empty() { Ok(None) } else { decode(text, what).map(Some) }
}

fn decode(text: &str, what: &'static str) -> Result<String, AddressError> {
    let decoded = percent_decode_str(text).decode_utf8().map_err(|_| AddressError::Unreadable(what))?;
    Ok(decoded.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_parts_are_read_and_decoded() {
        let address = Address::read("me%40home:a%2Fb@[::1]:99/my%20shop?x=%26&y=").unwrap();
        let text = |text: &str| Some(text.to_owned());
        assert_eq!((address.user.clone(), address.password.clone()), (text("me@home"), text("a/b")));
        assert_eq!((address.host.clone(), address.port), (text("[::1]"), Some(99)));
        assert_eq!(address.database, text("my shop"));
        let pairs = [("x", "&"), ("y", "")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(address.parameters, pairs);
        assert_eq!(Address::read("").unwrap(), Address::default());
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let check = |rest: &str, expected| assert_eq!(Address::read(rest), Err(expected), "{rest}");
        check("u:a/b@db", AddressError::Unescaped);
        check("u:a?b@db", AddressError::Unescaped);
        check("one,two/x", AddressError::SeveralHosts);
        check("[::1/x", AddressError::Brackets);
        check("db:0/x", AddressError::Unreadable("port"));
        check("u%FF@db", AddressError::Unreadable("user"));
        check("db/x?y", AddressError::Unreadable("query"));
    }

    #[test]
    fn what_may_be_the_rest_of_a_password_is_not_shown() {
        let shown = |rest: &str| Address::read(rest).unwrap().shown("name").to_owned();
        assert_eq!(shown("u:p@db?name=x"), "name");
        assert_eq!(shown("u@db?Password=a&name=x"), "...");
        assert_eq!(shown("u:p@db?name=x@y"), "...");
        let address = Address::read("me:hunter2@db/x?password=hunter2").unwrap();
        assert_eq!(
            format!("{address:?}"),
            r#"Address { host: Some("db"), port: None, database: Some("x"), .. }"#
        );
    }
}
