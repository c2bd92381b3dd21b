//! What a column means, from its name.

use super::words::{singular, words};

/// The rules, one a line; the file says how they are written.
const RULES: &str = include_str!("data/meanings.txt");

/// What a rule says of the columns whose names it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Meaning {
    /// The first of the rule's phrases.
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// What to write, in the language of the kind.
    pub(super) spec: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Unique,
    Prose,
    Number,
    Date,
    Bool,
}

/// What `fit` makes of the first meaning that it takes, from the one that agrees with most words of the name.
///
/// The last words of an English name say what it is (`billing_postal_code`), so phrases are compared with the ends of
/// the name, the table's name in front of it; then with its first word (`is *`).
pub(super) fn find<T>(
    table: Option<&str>,
    column: &str,
    mut fit: impl FnMut(&Meaning) -> Option<T>,
) -> Option<T> {
    let column = words(column);
    let mut name: Vec<String> = table.and_then(|table| words(table).pop()).into_iter().collect();
    if let Some(plural) = name.first_mut() {
        *plural = singular(plural).unwrap_or_else(|| plural.clone());
    }
    name.extend(column.iter().cloned());
    let last = column.last().and_then(|word| singular(word));
    for start in 0..name.len() {
        let end = name[start..].concat();
        if start == 0 && table.is_some() && column.is_empty() {
            continue;
        }
        if let Some(found) = matching(&end).find_map(|rule| fit(&rule)) {
            return Some(found);
        }
        if let Some(last) = &last {
            let end = name[start..name.len() - 1].concat() + last;
            if let Some(found) = matching(&end).find_map(|rule| fit(&rule)) {
                return Some(found);
            }
        }
    }
    let start = column.first().filter(|_| column.len() > 1)?.clone() + "*";
    matching(&start).find_map(|rule| fit(&rule))
}

/// The rules with that phrase, in their order.
fn matching(phrase: &str) -> impl Iterator<Item = Meaning> {
    RULES.lines().filter_map(move |line| {
        let (phrases, rest) = line.split_once(" : ")?;
        phrases.split(',').find(|candidate| same(candidate, phrase))?;
        rule(phrases, rest)
    })
}

fn same(candidate: &str, phrase: &str) -> bool {
    candidate.bytes().filter(|byte| *byte != b' ').eq(phrase.bytes())
}

fn rule(phrases: &'static str, rest: &'static str) -> Option<Meaning> {
    let (kind, spec) = rest.split_once(" : ")?;
    let kind = match kind {
        "text" => Kind::Text,
        "unique" => Kind::Unique,
        "prose" => Kind::Prose,
        "number" => Kind::Number,
        "date" => Kind::Date,
        "bool" => Kind::Bool,
        _ => return None,
    };
    Some(Meaning { name: phrases.split(',').next()?, kind, spec })
}

/// All rules.
#[cfg(test)]
pub(super) fn all() -> Vec<Meaning> {
    let lines = RULES.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| line.split_once(" : ").and_then(|(phrases, rest)| rule(phrases, rest)).expect(line))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(table: &str, column: &str, kind: Kind, expected: Option<&str>) {
        let found = find(Some(table), column, |rule| (rule.kind == kind).then_some(rule.name));
        assert_eq!(found, expected, "{table}.{column}");
    }

    #[test]
    fn the_same_words_mean_the_same_however_they_are_written() {
        for name in ["first_name", "FirstName", "customer first name", "FIRSTNAME", "firstname"] {
            check("t", name, Kind::Text, Some("first name"));
        }
    }

    #[test]
    fn the_end_of_a_name_says_what_it_is() {
        check("t", "billing_postal_code", Kind::Text, Some("zip"));
        check("t", "email_verified_at", Kind::Text, None);
        check("t", "IPAddress", Kind::Text, Some("ip"));
        check("t", "address", Kind::Text, Some("street"));
        check("t", "is_visible_to_all", Kind::Number, Some("is *"));
        check("t", "this", Kind::Number, None);
    }

    #[test]
    fn a_table_gives_its_columns_meaning() {
        check("products", "name", Kind::Text, Some("product"));
        check("customers", "name", Kind::Text, Some("full name"));
        check("cities", "name", Kind::Text, Some("city"));
        check("t", "tags", Kind::Text, Some("category"));
    }

    #[test]
    fn the_type_chooses_among_rules_of_one_name() {
        check("t", "phone", Kind::Number, Some("phone"));
        check("t", "active", Kind::Bool, Some("active"));
    }
}
