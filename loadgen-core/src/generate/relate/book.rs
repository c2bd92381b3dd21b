//! Which columns belong together: the file of relations, read.

use std::{
    collections::{BTreeSet, HashMap},
    sync::LazyLock,
};

use super::chain::Gaps;
use crate::{
    TableName,
    generate::words::{singular, words},
};

/// The relations; the file says how they are written.
const TEXT: &str = include_str!("../data/relations.txt");

/// The lines of the file by their heads, read once: many columns ask for the same.
static LINES: LazyLock<HashMap<&str, Vec<&str>>> = LazyLock::new(|| {
    let mut lines: HashMap<&str, Vec<&str>> = HashMap::new();
    let said = TEXT.lines().filter(|line| !line.starts_with('#'));
    for (head, rest) in said.filter_map(|line| line.split_once(" : ")) {
        lines.entry(head).or_default().push(rest);
    }
    lines
});

/// The value of each line of the file that has this head.
fn lines(head: &str) -> impl Iterator<Item = &'static str> {
    LINES.get(head).into_iter().flatten().copied()
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

/// The two lists of each line, with a bar between them.
pub(super) fn pairs(head: &str) -> impl Iterator<Item = [&'static str; 2]> {
    lines(head).filter_map(|line| line.split_once(" | ").map(|(one, other)| [one, other]))
}

/// What is said of a chain of moments.
pub(super) struct ChainRule {
    pub(super) name: &'static str,
    /// Gaps between days, and between times.
    pub(super) days: Gaps,
    pub(super) times: Gaps,
    /// Whether the stages after the first may be whosever's.
    pub(super) any: bool,
}

/// The chains, those that know best first.
pub(super) fn chains() -> impl Iterator<Item = ChainRule> {
    lines("chain").filter_map(|line| {
        let words: Vec<&'static str> = line.split_whitespace().collect();
        let [name, days, day_doublings, times, time_doublings, ref said @ ..] = words[..] else {
            return None;
        };
        let past = said.contains(&"past");
        let gaps = |least: &str, doublings: &str| {
            Some(Gaps { least: micros(least)?, doublings: doublings.parse().ok()?, past })
        };
        let (days, times) = (gaps(days, day_doublings)?, gaps(times, time_doublings)?);
        Some(ChainRule { name, days, times, any: said.contains(&"any") })
    })
}

/// `15m`, `6h`, `1d` in microseconds.
fn micros(text: &str) -> Option<i64> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let minutes = match unit {
        "m" => 1,
        "h" => 60,
        "d" => 24 * 60,
        _ => return None,
    };
    number.parse::<i64>().ok()?.checked_mul(minutes * 60_000_000)
}

/// The stage of a chain that a name ends with, and how many of its words say so.
pub(super) fn stage(chain: &str, name: &[String]) -> Option<(usize, usize)> {
    (0..name.len()).find_map(|start| {
        let tail = name[start..].join("_");
        let mut stages = lines(chain).flat_map(|line| line.split('|'));
        let found = stages.position(|stage| stage.split_whitespace().any(|own| own == tail))?;
        Some((found, name.len() - start))
    })
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
        let stage = |chain: &str, name: &str| stage(chain, &words(name));
        assert!(stage("history", "created") < stage("history", "shipped"));
        assert_eq!((stage("span", "start"), stage("span", "valid_until")), (Some((0, 1)), Some((1, 1))));
        assert_eq!(stage("delay", "flight_actual_departure"), Some((1, 2)));
        assert!(chains().count() == lines("chain").count() && chains().all(|c| lines(c.name).count() == 1));
        assert_eq!(phrases("price").next(), Some("unit price"));
    }
}
