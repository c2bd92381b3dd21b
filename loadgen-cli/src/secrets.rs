//! Keeps passwords out of what is printed.

mod target;
#[cfg(test)]
mod tests;

/// The parameters of an address that are secrets.
const SECRETS: [&str; 2] = ["password", "sslpassword"];

/// An address without its passwords: cut where whoever connects to it cuts it, so whatever is accepted as a password
/// is left out, quotes, blanks and colons included.
pub(crate) fn without_password(address: &str) -> String {
    match loadgen_mssql::is_address(address) {
        true => without_mask(&loadgen_mssql::without_password(address)),
        false => without_secrets(address, |(name, _)| SECRETS.contains(&name)),
    }
}

/// What stands for a password.
const MASK: &str = "***";

/// An address of SQL Server, or a connection string, without what is masked in it: then the environment has the password.
fn without_mask(masked: &str) -> String {
    if masked.contains("://") {
        return without_secrets(masked, |(_, value)| value == MASK);
    }
    let is_open = |pair: &&str| pair.split_once('=').is_none_or(|(_, value)| value.trim() != MASK);
    masked.split(';').filter(is_open).collect::<Vec<_>>().join(";")
}

fn without_secrets(address: &str, is_secret: impl Fn((&str, &str)) -> bool) -> String {
    let start = address.find("://").map_or(0, |at| at + 3);
    let (scheme, rest) = address.split_at(start);
    let (authority, tail) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let (login, at_host) = authority.split_at(authority.rfind('@').unwrap_or(0));
    let user = login.split_once(':').map_or(login, |(user, _)| user);
    let (path, query) = tail.split_once('?').map_or((tail, None), |(path, query)| (path, Some(query)));
    let is_open = |pair: &&str| pair.split_once('=').is_none_or(|pair| !is_secret(pair));
    let open: Vec<&str> = query.into_iter().flat_map(|query| query.split('&')).filter(is_open).collect();
    let mark = if open.is_empty() { "" } else { "?" };
    format!("{scheme}{user}{at_host}{path}{mark}{}", open.join("&"))
}

/// A text that may hold addresses anywhere, each line with what could be a password replaced: `postgres://user:***@host`.
/// Nobody knows where in a line an address ends; so it hides rather too much than too little.
pub(crate) fn masked(text: &str) -> String {
    text.split('\n').map(masked_line).collect::<Vec<_>>().join("\n")
}

/// Whether a line says that it has an address.
pub(crate) fn names_target(line: &str) -> bool {
    target::value_at(line).is_some()
}

fn masked_line(line: &str) -> String {
    masked_pairs(&masked_url(&target::masked(line).unwrap_or_else(|| line.to_owned())))
}

/// A line that may have an address in it.
fn masked_url(line: &str) -> String {
    let mut line = line.to_owned();
    let Some(start) = line.find("://").map(|at| at + 3) else { return line };
    for name in SECRETS {
        let mut from = start;
        while let Some(at) = line[from..].find(&format!("{name}=")).map(|at| from + at) {
            from = at + name.len() + 1;
            if line[..at].ends_with(['?', '&']) {
                let end = line[from..].find('&').map_or(line.len(), |len| from + len);
                line.replace_range(from..end, MASK);
            }
        }
    }
    if let (Some(colon), Some(at)) = (line[start..].find(':'), line[start..].rfind('@'))
        && colon < at
    {
        line.replace_range(start + colon + 1..start + at, MASK);
    }
    line
}

/// A line that may have a connection string in it: whatever follows the name of a password is hidden.
fn masked_pairs(line: &str) -> String {
    let lower = line.to_ascii_lowercase();
    let ends =
        ["password", "pwd"].iter().flat_map(|name| lower.match_indices(name).map(|(at, _)| at + name.len()));
    let is_open = |end: &usize| {
        let value = lower[*end..].trim_start().strip_prefix('=');
        value.is_some_and(|value| !value.trim_start().starts_with(MASK))
    };
    match ends.filter(is_open).min() {
        Some(end) => format!("{}={MASK}", &line[..end]),
        None => line.to_owned(),
    }
}
