//! Keeps passwords out of what is printed.

#[cfg(test)]
mod tests;

/// The parameters of an address that are secrets.
const SECRETS: [&str; 2] = ["password", "sslpassword"];

/// An address without its passwords: cut where whoever connects to it cuts it, so whatever is accepted as a password
/// is left out, quotes, blanks and colons included.
pub(crate) fn without_password(address: &str) -> String {
    let start = address.find("://").map_or(0, |at| at + 3);
    let (scheme, rest) = address.split_at(start);
    let (authority, tail) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let (login, at_host) = authority.split_at(authority.rfind('@').unwrap_or(0));
    let user = login.split_once(':').map_or(login, |(user, _)| user);
    let (path, query) = tail.split_once('?').map_or((tail, None), |(path, query)| (path, Some(query)));
    let is_open = |pair: &&str| pair.split_once('=').is_none_or(|(name, _)| !SECRETS.contains(&name));
    let open: Vec<&str> = query.into_iter().flat_map(|query| query.split('&')).filter(is_open).collect();
    let mark = if open.is_empty() { "" } else { "?" };
    format!("{scheme}{user}{at_host}{path}{mark}{}", open.join("&"))
}

/// A text that may hold addresses anywhere, each line with what could be a password replaced: `postgres://user:***@host`.
/// Nobody knows where in a line an address ends; so it hides rather too much than too little.
pub(crate) fn masked(text: &str) -> String {
    text.split('\n').map(masked_line).collect::<Vec<_>>().join("\n")
}

fn masked_line(line: &str) -> String {
    let Some(start) = line.find("://").map(|at| at + 3) else { return line.to_owned() };
    let mut line = line.to_owned();
    for name in SECRETS {
        let mut from = start;
        while let Some(at) = line[from..].find(&format!("{name}=")).map(|at| from + at) {
            from = at + name.len() + 1;
            if line[..at].ends_with(['?', '&']) {
                let end = line[from..].find('&').map_or(line.len(), |len| from + len);
                line.replace_range(from..end, "***");
            }
        }
    }
    if let (Some(colon), Some(at)) = (line[start..].find(':'), line[start..].rfind('@'))
        && colon < at
    {
        line.replace_range(start + colon + 1..start + at, "***");
    }
    line
}
