//! Addresses as they may be shown.

use super::{ado, parts::plain, url};

/// What stands for a secret.
const MASK: &str = "***";

/// The address or the connection string without its password: `***` stands for it. A text that is neither, or that cannot be taken
/// apart, is masked as a whole.
pub(super) fn without_password(text: &str) -> String {
    match url::without_scheme(text) {
        Some(rest) => masked_url(&text[..text.len() - rest.len()], rest),
        None if ado::is_one(text) => masked_ado(text),
        None => MASK.to_owned(),
    }
}

fn masked_url(scheme: &str, rest: &str) -> String {
    let Ok(_) = url::parse(rest) else { return format!("{scheme}{MASK}") };
    let (authority, tail) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let authority = match authority.rsplit_once('@') {
        Some((login, place)) => match login.split_once(':') {
            Some((user, _)) => format!("{user}:{MASK}@{place}"),
            None => authority.to_owned(),
        },
        None => authority.to_owned(),
    };
    let (path, query) = tail.split_once('?').map_or((tail, None), |(path, query)| (path, Some(query)));
    let shown = |pair: &str| match pair.split_once('=') {
        Some((name, _)) if is_secret(name) => format!("{name}={MASK}"),
        _ => pair.to_owned(),
    };
    let query = query.map(|query| query.split('&').map(shown).collect::<Vec<_>>().join("&"));
    format!("{scheme}{authority}{path}{}", query.map(|query| format!("?{query}")).unwrap_or_default())
}

fn masked_ado(text: &str) -> String {
    let (Ok(_), (pairs, true)) = (ado::parse(text), ado::pairs(text)) else { return MASK.to_owned() };
    let (mut shown, mut at) = (String::new(), 0);
    for pair in pairs.iter().filter(|pair| is_secret(pair.name)) {
        shown.push_str(&text[at..pair.range.start]);
        shown.push_str(MASK);
        at = pair.range.end;
    }
    shown + &text[at..]
}

fn is_secret(name: &str) -> bool {
    matches!(plain(name).as_str(), "password" | "pwd")
}
