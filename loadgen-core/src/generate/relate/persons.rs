//! The persons, places and addresses of a table.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Relation,
    book::{members, own_words, whose},
    facts::Facts,
    find::{Ground, Origin},
    place::{FACTS, places},
    saying::Saying,
    told::{Tail, Told},
};
use crate::{
    Column, Type,
    generate::{
        ColumnConfig, Locale, by_meaning, by_type,
        meaning::{Kind, find as find_meaning},
        words::words,
    },
};

/// What is known of a person.
const NAMES: [&str; 2] = ["first", "last"];

/// What is known of an address.
const NUMBER: [&str; 1] = ["number"];

/// What is looked for: what it is called in the file, and what is known of it.
struct Search<'a> {
    facts: &'a [&'a str],
    members: Vec<(&'static str, Option<&'static str>)>,
    own: BTreeSet<&'static str>,
}

pub(super) fn find(ground: &Ground<'_>, all: &mut Vec<Box<dyn Relation>>) {
    if ground.columns(all).len() < 2 {
        return;
    }
    let search = Search { facts: &NAMES, members: members("person"), own: own_words("person word") };
    for (locale, told) in search.groups(ground) {
        if let Some(people) = Facts::people(told, &locale.firsts(), &locale.lasts()) {
            all.push(Box::new(people));
        }
    }
    let search = Search { facts: &FACTS, members: members("place"), own: own_words("place word") };
    for (locale, told) in search.groups(ground) {
        if let Some(places) = Facts::places(told, places(locale.country())) {
            all.push(Box::new(places));
        }
    }
    let search = Search { facts: &NUMBER, members: members("address"), own: own_words("address word") };
    for (_, told) in search.groups(ground) {
        if let Some(addresses) = Facts::addresses(told) {
            all.push(Box::new(addresses));
        }
    }
}

impl Search<'_> {
    /// Columns that tell of the same, two or more each.
    fn groups(&self, ground: &Ground<'_>) -> Vec<(Locale, Vec<Told>)> {
        let mut groups: BTreeMap<(String, String), (Locale, Vec<Told>)> = BTreeMap::new();
        for (at, column, origin) in ground.columns(&[]) {
            if let Some(told) = self.told(ground, at, column, origin) {
                let locale = ground.locale(column);
                let whose = whose(&ground.table.name, words(&column.name), &self.own);
                let group = groups.entry((whose, format!("{locale:?}"))).or_insert((locale, Vec::new()));
                group.1.push(told);
            }
        }
        groups.into_values().filter(|(_, told)| told.len() > 1).collect()
    }

    fn told(&self, ground: &Ground<'_>, at: usize, column: &Column, origin: Origin) -> Option<Told> {
        let told = |meaning, saying: &str, tail| {
            let is_own = self.members.iter().any(|(_, own)| *own == Some(saying));
            let saying = ground.locale(column).ordered(saying).into_owned();
            let saying = Saying::parse(&saying, self.facts)?;
            if !is_own && !saying.tells_anything() {
                return None;
            }
            let (ty, is_plain) = (column.ty.clone(), column.native.ascii);
            Some(Told { column: at, ty, is_plain, meaning, saying, tail })
        };
        match origin {
            Origin::Drawn(Some((meaning, spec))) => {
                let (_, own) = self.members.iter().find(|(name, _)| *name == meaning)?;
                told(meaning, own.unwrap_or(spec), None)
            }
            Origin::Drawn(None) | Origin::Checked | Origin::Tied if self.may_tell(column) => {
                let (meaning, spec) = meant(ground, column)?;
                let (_, own) = self.members.iter().find(|(name, _)| *name == meaning)?;
                told(meaning, own.unwrap_or(spec), None)
            }
            Origin::Distinct if matches!(column.ty, Type::Text { .. }) && !is_referred(ground, column) => {
                let (meaning, spec) = meant_to_differ(column)?;
                self.members.iter().find(|(name, _)| *name == meaning)?;
                let (head, code) = spec.split_once("{code ")?;
                let (width, rest) = code.split_once('}')?;
                let rest = Saying::parse(rest, &[])?.chars(|_, _| 0);
                let width: usize = width.parse().ok()?;
                told(meaning, head, Some(Tail { width, at: rest > 0, chars: width + rest }))
            }
            _ => None,
        }
    }

    /// Whether it is worth while to look at what a name means.
    fn may_tell(&self, column: &Column) -> bool {
        let is_one = matches!(
            column.ty,
            Type::Text { .. } | Type::Int(_) | Type::Decimal { .. } | Type::Real | Type::Double
        );
        is_one && words(&column.name).last().is_some_and(|word| self.own.contains(word.as_str()))
    }
}

fn meant(ground: &Ground<'_>, column: &Column) -> Option<(&'static str, &'static str)> {
    let lengths = by_type::lengths(&column.ty, &ColumnConfig::default()).ok()?;
    find_meaning(Some(&ground.table.name.table), &column.name, |rule| {
        by_meaning::generator(rule, &column.ty, lengths, ground.locale(column))
            .map(|_| (rule.name, rule.spec))
    })
}

/// How the values of a unique column are written.
fn meant_to_differ(column: &Column) -> Option<(&'static str, &'static str)> {
    let lengths = by_type::lengths(&column.ty, &ColumnConfig::default()).ok()?;
    find_meaning(None, &column.name, |rule| {
        let is_unique = rule.kind == Kind::Unique;
        by_meaning::unique(rule, lengths.max).filter(|_| is_unique).map(|_| (rule.name, rule.spec))
    })
}

/// Whether rows of the table refer to its own rows by this column: then it is read before relations are drawn.
fn is_referred(ground: &Ground<'_>, column: &Column) -> bool {
    let table = ground.table;
    table.foreign_keys.iter().any(|key| key.parent == table.name && key.parent_columns.contains(&column.name))
}
