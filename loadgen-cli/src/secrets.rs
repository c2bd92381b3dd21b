//! Keeps passwords out of what is printed.

/// The text with the password of every address in it replaced: `postgres://user:***@host`.
pub(crate) fn masked(text: &str) -> String {
    rewritten(text, |user| format!("{user}:***"))
}

/// The text with the password of every address in it left out.
pub(crate) fn without_password(text: &str) -> String {
    rewritten(text, str::to_owned)
}

fn rewritten(text: &str, login: impl Fn(&str) -> String) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        result.push_str(before);
        let end = after.find(|c: char| c.is_whitespace() || "\"'/?#".contains(c)).unwrap_or(after.len());
        // A password with an unescaped slash ends beyond the first one; rather hide too much than too little.
        let word = after.find(|c: char| c.is_whitespace() || "\"'".contains(c)).unwrap_or(after.len());
        let login_end = after[..end].rfind('@').or_else(|| after[..word].rfind('@'));
        rest = after;
        if let Some((user, _)) = login_end.and_then(|at| after[..at].split_once(':')) {
            result.push_str(&login(user));
            rest = &after[login_end.unwrap_or(0)..];
        }
    }
    result.push_str(rest);
    without_parameters(result)
}

/// Passwords may also stand behind the question mark: the whole pair goes, an empty one would still be a password.
fn without_parameters(mut text: String) -> String {
    for name in ["password=", "sslpassword="] {
        let mut from = 0;
        while let Some(at) = text[from..].find(name).map(|at| from + at) {
            if !text[..at].ends_with(['?', '&']) {
                from = at + name.len();
                continue;
            }
            let tail = &text[at..];
            let len = tail.find(|c: char| c.is_whitespace() || "&\"'".contains(c)).unwrap_or(tail.len());
            // One of the two marks around the pair goes with it.
            let follows = tail[len..].starts_with('&');
            let range = if follows { at..at + len + 1 } else { at - 1..at + len };
            from = if follows { at } else { at - 1 };
            text.replace_range(range, "");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_masked_wherever_they_stand() {
        for (text, expected) in [
            ("target: postgres://me:pw@db/shop", "target: postgres://me:***@db/shop"),
            ("\"postgres://me:p@ss@db:5/shop\" # x", "\"postgres://me:***@db:5/shop\" # x"),
            ("postgres://me:p/w@db/shop", "postgres://me:***@db/shop"),
            ("postgres://me@db/shop", "postgres://me@db/shop"),
            ("postgres://db:5432/shop", "postgres://db:5432/shop"),
            ("postgres://db/x?user=me&password=pw&a=b", "postgres://db/x?user=me&a=b"),
            ("postgres://db/x?user=me&password=pw", "postgres://db/x?user=me"),
            ("'postgres://db/x?password=pw' # y", "'postgres://db/x' # y"),
            ("postgres://db/x?password=a&password=b&sslpassword=c&d=e", "postgres://db/x?d=e"),
            ("password=pw", "password=pw"),
            ("rate: 200/s", "rate: 200/s"),
        ] {
            assert_eq!(masked(text), expected);
        }
        assert_eq!(without_password("postgres://me:pw@db/shop"), "postgres://me@db/shop");
    }
}
