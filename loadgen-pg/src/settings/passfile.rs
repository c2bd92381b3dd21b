//! Passwords from libpq's password file.

use std::{
    fs::{self, File},
    io::Read,
    path::Path,
};

/// What a line of the file is matched against.
pub(super) struct Login<'a> {
    pub(super) hosts: &'a [String],
    pub(super) port: u16,
    pub(super) database: &'a str,
    pub(super) user: &'a str,
}

/// The password that a file has for a login. A file that others may read is passed over, as libpq does.
pub(super) fn read(path: &Path, login: &Login<'_>) -> Option<String> {
    let mut file = File::open(path).ok()?;
    if !file.metadata().is_ok_and(|meta| is_ours_alone(&meta)) {
        tracing::warn!(path = %path.display(), "password file ignored: others may read it, chmod 0600 would help");
        return None;
    }
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    text.lines().find_map(|line| password(line, login))
}

#[cfg(unix)]
fn is_ours_alone(meta: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    meta.permissions().mode() & 0o077 == 0
}

#[cfg(not(unix))]
fn is_ours_alone(_: &fs::Metadata) -> bool {
    true
}

/// `host:port:database:user:password`; a field may be `*`, and a backslash takes the meaning from what follows it.
fn password(line: &str, login: &Login<'_>) -> Option<String> {
    if line.starts_with('#') {
        return None;
    }
    let (fields, password) = fields(line)?;
    let [host, port, database, user] = &fields;
    let is = |field: &str, value: &str| field == "*" || field == value;
    let hit = login.hosts.iter().any(|name| is(host, name))
        && is(port, &login.port.to_string())
        && is(database, login.database)
        && is(user, login.user);
    hit.then_some(password)
}

fn fields(line: &str) -> Option<([String; 4], String)> {
    let mut fields: [String; 5] = Default::default();
    let mut at = 0;
    let mut chars = line.chars();
    while let Some(char) = chars.next() {
        match char {
            '\\' => fields[at].extend(chars.next()),
            ':' if at < 4 => at += 1,
            _ => fields[at].push(char),
        }
    }
    let [host, port, database, user, password] = fields;
    (at == 4).then_some(([host, port, database, user], password))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: Option<&str>) {
        let hosts = ["db".to_owned(), "::1".to_owned(), "localhost".to_owned()];
        let login = Login { hosts: &hosts, port: 5432, database: "shop", user: "me" };
        assert_eq!(password(line, &login).as_deref(), expected, "{line}");
    }

    #[test]
    fn the_first_four_fields_have_to_match() {
        check("db:5432:shop:me:secret", Some("secret"));
        check("*:*:*:*:secret", Some("secret"));
        check("localhost:5432:*:me:a b ", Some("a b "));
        check("db:5433:shop:me:secret", None);
        check("db:5432:shop:you:secret", None);
        check("#*:*:*:*:secret", None);
        check("db:5432:shop:me", None);
        check(":*:*:me:secret", None);
        check(r"\:\:1:5432:shop:me:secret", Some("secret"));
    }

    #[test]
    fn backslashes_escape() {
        check(r"db:5432:shop:me:a\:b\\c", Some(r"a:b\c"));
        check(r"db:5432:shop:me:a:b", Some("a:b"));
    }
}
