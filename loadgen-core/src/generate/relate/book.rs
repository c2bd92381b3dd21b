//! Which columns belong together: the file of relations, read.

use std::collections::BTreeSet;

use crate::{
    TableName,
    generate::words::{singular, words},
};

/// The relations; the file says how they are written.
const TEXT: &str = include_str!("../data/relations.txt");

/// The value of each line of the file that has this head.
fn lines(head: &str) -> impl Iterator<Item = &'static str> {
    TEXT.lines().filter(|line| !line.starts_with('#')).filter_map(move |line| {
        let (own, rest) = line.split_once(" : ")?;
        (own == head).then_some(rest)
    })
}

/// The members of a person or place by their meaning, with the template of those that have one of their own.
pub(super) fn members(kind: &str) -> Vec<(&'static str, Option<&'static str>)> {
    lines(kind)
        .map(|line| line.split_once(" = ").map_or((line, None), |(name, own)| (name, Some(own))))
        .collect()
}

/// The words with which names end besides whose they are.
pub(super) fn own_words(head: &str) -> BTreeSet<&'static str> {
    lines(head).flat_map(str::split_whitespace).collect()
}

/// The phrases of a role, the most usual one first.
pub(super) fn phrases(role: &str) -> impl Iterator<Item = &'static str> {
    lines(role).flat_map(|line| line.split(", "))
}

/// The stage of a chain that a word stands for.
pub(super) fn stage(chain: &str, word: &str) -> Option<usize> {
    lines(chain)
        .flat_map(|line| line.split('|'))
        .position(|stage| stage.split_whitespace().any(|own| own == word))
}

/// What is left of a column's name when the words that say what it is are gone: whose it is. Nothing when it is the
/// row's own.
pub(super) fn whose(table: &TableName, mut name: Vec<String>, own: &BTreeSet<&str>) -> String {
    let is_own = |word: &String| own.contains(word.as_str());
    while name.last().is_some_and(|word| is_own(word) || singular(word).is_some_and(|one| is_own(&one))) {
        name.pop();
    }
    whole(table, &name)
}

/// The words of whose a column is, without the table's own name.
pub(super) fn whole(table: &TableName, name: &[String]) -> String {
    let thing = words(&table.table).pop().map(|word| singular(&word).unwrap_or(word));
    match name {
        [word] if Some(word) == thing.as_ref() => String::new(),
        name => name.join(" "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_of_a_name_says_whose_it_is() {
        let check = |column: &str, expected: &str| {
            let own = own_words("place word");
            assert_eq!(whose(&TableName::new("s", "stores"), words(column), &own), expected, "{column}");
        };
        check("city", "");
        check("billing_postal_code", "billing");
        check("ShippingCity", "shipping");
        check("store_country_code", "");
    }

    #[test]
    fn every_member_is_a_meaning() {
        let known: BTreeSet<&str> = crate::generate::meaning::all().iter().map(|rule| rule.name).collect();
        for (name, _) in members("person").iter().chain(&members("place")) {
            assert!(known.contains(name), "{name}");
        }
        assert!(stage("history", "created") < stage("history", "shipped"));
        assert_eq!((stage("span", "start"), stage("span", "until")), (Some(0), Some(1)));
        assert_eq!(phrases("price").next(), Some("unit price"));
    }
}
