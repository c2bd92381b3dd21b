//! What a column means, from its name.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::LazyLock,
};

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
    Thing,
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
    fit: impl FnMut(&Meaning) -> Option<T>,
) -> Option<T> {
    ranked(table, column).iter().map(|(_, meaning)| meaning).find_map(fit)
}

/// The rules for a name, those that agree with most words first, each with where its phrase starts: at 0, where the table
/// is part of it.
pub(super) fn ranked(table: Option<&str>, column: &str) -> Vec<(usize, Meaning)> {
    let name = Name::new(table, column);
    let mut starts: BTreeMap<usize, usize> = BTreeMap::new();
    for (line, phrase) in name.ends().into_iter().filter_map(|end| BY_END.get(&end)).flatten() {
        if let Some(start) = name.start_of(phrase) {
            starts.entry(*line).and_modify(|least| *least = start.min(*least)).or_insert(start);
        }
    }
    let meaning = |(line, start): (usize, usize)| {
        let (phrases, rest) = LINES[line];
        Some((start, rule(phrases, rest)?))
    };
    let mut found: Vec<(usize, Meaning)> = starts.into_iter().filter_map(meaning).collect();
    found.sort_by_key(|(start, _)| *start);
    found
}

/// The rules: phrases, and what follows them.
static LINES: LazyLock<Vec<(&str, &str)>> =
    LazyLock::new(|| RULES.lines().filter_map(|line| line.split_once(':')).collect());

/// The phrases by their last letter, each with the number of its rule, so that few are compared with a name.
static BY_END: LazyLock<HashMap<u8, Vec<(usize, &str)>>> = LazyLock::new(|| {
    let mut ends: HashMap<u8, Vec<(usize, &str)>> = HashMap::new();
    for (line, (phrases, _)) in LINES.iter().enumerate() {
        for phrase in phrases.split(',') {
            let end = phrase.bytes().rev().find(|byte| *byte != b' ');
            ends.entry(end.unwrap_or_default()).or_default().push((line, phrase));
        }
    }
    ends
});

/// Units that a name may end with besides what it says.
const UNITS: [&str; 20] = [
    "kg",
    "g",
    "mg",
    "lb",
    "lbs",
    "oz",
    "t",
    "mm",
    "cm",
    "m",
    "km",
    "mi",
    "c",
    "f",
    "celsius",
    "fahrenheit",
    "usd",
    "eur",
    "gbp",
    "sqm",
];

/// The words of a name without anything between them.
pub(super) struct Name {
    joined: String,
    /// The same with the last word in the singular.
    singular: Option<String>,
    /// The same without a unit at the end.
    bare: Option<String>,
    /// Where each word starts.
    starts: Vec<usize>,
    /// The first of several words of the column.
    first: Option<String>,
}

impl Name {
    pub(super) fn new(table: Option<&str>, column: &str) -> Self {
        let column = words(column);
        let thing = table.and_then(|table| words(table).pop()).map(|word| singular(&word).unwrap_or(word));
        let mut starts = Vec::new();
        let mut joined = String::new();
        for word in thing.iter().chain(&column) {
            starts.push(joined.len());
            joined.push_str(word);
        }
        let last = starts.last().copied().unwrap_or(0);
        let one = column.last().and_then(|word| singular(word));
        let singular = one.map(|word| joined[..last].to_owned() + &word);
        let first = if column.len() > 1 { column.first().cloned() } else { None };
        let unit = column.last().filter(|word| column.len() > 1 && UNITS.contains(&word.as_str()));
        let bare = unit.map(|_| joined[..last].to_owned());
        Name { joined, singular, bare, starts, first }
    }

    /// What phrases that fit may end with; those for the first word end with an asterisk.
    fn ends(&self) -> BTreeSet<u8> {
        let names = [Some(&self.joined), self.singular.as_ref(), self.bare.as_ref()];
        let lasts = names.into_iter().flatten().filter_map(|name| name.bytes().next_back());
        lasts.chain([b'*', 0]).collect()
    }

    /// Where the phrase starts in the name, blanks aside, if the name ends with it; the far end for one like `is *`
    /// that the name starts with.
    pub(super) fn start_of(&self, phrase: &str) -> Option<usize> {
        if let Some(first) = phrase.trim_start().strip_suffix(" *") {
            return (self.first.as_deref() == Some(first)).then_some(usize::MAX);
        }
        let start = |name: &str| {
            let mut left = name.bytes().rev();
            let whole =
                phrase.bytes().rev().filter(|byte| *byte != b' ').all(|byte| left.next() == Some(byte));
            (whole && self.starts.contains(&left.len())).then_some(left.len())
        };
        let other = || self.singular.as_deref().and_then(start);
        start(&self.joined).or_else(other).or_else(|| self.bare.as_deref().and_then(start))
    }
}

fn rule(phrases: &'static str, rest: &'static str) -> Option<Meaning> {
    let (kind, spec) = rest.split_once(':')?;
    let kind = match kind.trim() {
        "text" => Kind::Text,
        "unique" => Kind::Unique,
        "thing" => Kind::Thing,
        "prose" => Kind::Prose,
        "number" => Kind::Number,
        "date" => Kind::Date,
        "bool" => Kind::Bool,
        _ => return None,
    };
    Some(Meaning { name: phrases.split(',').next()?.trim(), kind, spec: spec.trim() })
}

/// All rules.
#[cfg(test)]
pub(super) fn all() -> Vec<Meaning> {
    let lines = RULES.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| line.split_once(':').and_then(|(phrases, rest)| rule(phrases, rest)).expect(line))
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
        check("parcels", "weight_kg", Kind::Number, Some("weight"));
        check("patients", "weight_kg", Kind::Number, Some("patient weight"));
        check("t", "price_usd", Kind::Number, Some("price"));
    }

    #[test]
    fn a_table_gives_its_columns_meaning() {
        check("products", "name", Kind::Text, Some("product"));
        check("customers", "name", Kind::Text, Some("full name"));
        check("cities", "name", Kind::Text, Some("city"));
        check("t", "tags", Kind::Text, Some("category"));
        check("movies", "title", Kind::Text, Some("film title"));
        check("film", "title", Kind::Text, Some("film title"));
        check("tenants", "name", Kind::Text, Some("tenant"));
        check("things", "name", Kind::Text, Some("title"));
        check("users", "full_name", Kind::Text, Some("full name"));
    }

    #[test]
    fn the_type_chooses_among_rules_of_one_name() {
        check("t", "phone", Kind::Number, Some("phone"));
        check("t", "active", Kind::Bool, Some("active"));
    }
}
