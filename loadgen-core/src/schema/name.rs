//! Names of tables.

use std::fmt;

use crate::pattern::{is_called, is_pattern};

/// The name of a table with its schema.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableName {
    /// The schema that holds it.
    pub schema: String,
    /// Its own name.
    pub table: String,
}

impl TableName {
    /// `schema.table`.
    pub fn new(schema: impl Into<String>, table: impl Into<String>) -> Self {
        TableName { schema: schema.into(), table: table.into() }
    }

    /// The name that is written like this: what [`Display`](fmt::Display) makes of it, read back.
    pub fn read(written: &str) -> Option<Self> {
        let (schema, rest) = read_part(written)?;
        let (table, rest) = read_part(rest.strip_prefix('.')?)?;
        // One table, one spelling: quotes that need not be would make it another text wherever names are compared.
        Some(TableName { schema, table }).filter(|name| rest.is_empty() && name.to_string() == written)
    }

    /// Whether a name, with or without its schema, is this one. What reads as a schema and a table is never a table alone.
    pub fn is_called(&self, name: &str) -> bool {
        if self.table == name { TableName::read(name).is_none() } else { self.is_written(name) }
    }

    /// Whether this is how it is written with its schema. Nothing is put on the heap where nothing needs quotes.
    fn is_written(&self, name: &str) -> bool {
        if needs_quotes(&self.schema) || needs_quotes(&self.table) {
            return self.to_string() == name;
        }
        let table = name.strip_prefix(&self.schema).and_then(|rest| rest.strip_prefix('.'));
        table == Some(self.table.as_str())
    }

    /// Whether a pattern, with or without a schema, is about this one. A name without wildcards is no pattern.
    pub fn fits(&self, pattern: &str) -> bool {
        is_pattern(pattern) && (is_called(&self.table, pattern) || is_called(&self.to_string(), pattern))
    }
}

/// `schema.table`; a part with a dot in it, or a quote in front, stands in quotes, so that no two tables are written alike.
impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", Part(&self.schema), Part(&self.table))
    }
}

/// One part of a name, as it stands beside the other.
struct Part<'a>(&'a str);

impl fmt::Display for Part<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if needs_quotes(self.0) {
            write!(f, "\"{}\"", self.0.replace('"', "\"\""))
        } else {
            f.write_str(self.0)
        }
    }
}

fn needs_quotes(part: &str) -> bool {
    part.contains('.') || part.starts_with('"')
}

/// The part that stands in front, and what is behind it.
fn read_part(written: &str) -> Option<(String, &str)> {
    let Some(quoted) = written.strip_prefix('"') else {
        let (part, rest) = written.split_at(written.find('.').unwrap_or(written.len()));
        return Some((part.to_owned(), rest));
    };
    let mut part = String::new();
    let mut rest = quoted;
    loop {
        let end = rest.find('"')?;
        part.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('"') {
            Some(after) => (part.push('"'), rest = after),
            None => return Some((part, rest)),
        };
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_names_are_written_alike_and_each_is_read_back() {
        let parts = ["a", "b c", "a.b", "\"", "\".\"", "a\".", ".", "%s 🐘"];
        let mut written = BTreeSet::new();
        for name in parts.iter().flat_map(|schema| parts.map(|table| TableName::new(*schema, table))) {
            assert_eq!(TableName::read(&name.to_string()), Some(name.clone()));
            assert!(written.insert(name.to_string()), "{name}");
        }
        assert_eq!(TableName::new("public", "orders").to_string(), "public.orders");
        assert_eq!(TableName::new("public", "a.t").to_string(), "public.\"a.t\"");
        for other in ["orders", "a.b.c", "\"a.b", "\"a\"b.c", "a.\"b\"c", "\"a\".b", "a.\"b\""] {
            assert_eq!(TableName::read(other), None, "{other}");
        }
    }
}
