//! What `test_decoding` says of the log of the server.

/// A change of a row, with the texts of its columns.
#[derive(Clone, Debug)]
pub(crate) struct Decoded {
    pub(crate) transaction: u64,
    pub(crate) table: String,
    /// `c`, `u` or `d`.
    pub(crate) op: &'static str,
    /// Name and text of each column that was sent.
    pub(crate) columns: Vec<(String, Option<String>)>,
}

/// All changes, in the order of their commits.
pub(crate) fn changes(lines: &[String]) -> Vec<Decoded> {
    let (mut transaction, mut changes) = (0, Vec::new());
    for line in lines {
        if let Some(number) = line.strip_prefix("BEGIN ") {
            transaction = number.parse().unwrap();
        }
        let Some((table, rest)) = line.strip_prefix("table public.").and_then(|rest| rest.split_once(": "))
        else {
            continue;
        };
        let (op, columns) = rest.split_once(": ").unwrap();
        let op = match op {
            "INSERT" => "c",
            "UPDATE" => "u",
            "DELETE" => "d",
            op => panic!("{op} in {line}"),
        };
        changes.push(Decoded { transaction, table: table.to_owned(), op, columns: columns_of(columns) });
    }
    changes
}

/// `name[type]:'text'`, one behind the other; texts double their quotes, and types may have brackets.
fn columns_of(mut text: &str) -> Vec<(String, Option<String>)> {
    let mut columns = Vec::new();
    while !text.is_empty() {
        let (name, rest) = text.split_once('[').unwrap();
        let at = rest.find("]:").unwrap() + 2;
        let rest = rest[at..].strip_prefix('B').unwrap_or(&rest[at..]);
        let (value, rest) = match rest.strip_prefix('\'') {
            Some(rest) => quoted(rest),
            None => {
                let (value, rest) = rest.split_once(' ').unwrap_or((rest, ""));
                ((value != "null").then(|| value.to_owned()), rest)
            }
        };
        columns.push((name.to_owned(), value));
        text = rest.trim_start();
    }
    columns
}

fn quoted(text: &str) -> (Option<String>, &str) {
    let mut at = 0;
    loop {
        at += text[at..].find('\'').unwrap();
        if !text[at + 1..].starts_with('\'') {
            return (Some(text[..at].replace("''", "'")), &text[at + 1..]);
        }
        at += 2;
    }
}
