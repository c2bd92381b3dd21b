//! What happens one after the other in the rows of a table.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Relation,
    book::{ChainRule, chains, own_words, stage, whole},
    chain::{CLOCK, Chain, Gaps, Link},
    find::Ground,
};
use crate::{
    Column, Table,
    generate::{form::Form, words::words},
};

pub(super) fn find(ground: &Ground<'_>, all: &mut Vec<Box<dyn Relation>>) {
    if !has_several(ground.table) {
        return;
    }
    let moments = moments(ground.table);
    for rule in chains() {
        let known = ground.columns(all).into_iter().filter(|(.., origin)| origin.is_there());
        let open: BTreeMap<usize, bool> = known.map(|(at, _, origin)| (at, origin.is_open())).collect();
        for (clock, links) in groups(ground.table, &moments, &rule, &|column| open.get(&column).copied()) {
            let links = led(links);
            let gaps = gaps(&rule, clock, &links);
            all.extend(Chain::new(links, gaps).map(|chain| Box::new(chain) as Box<dyn Relation>));
        }
    }
}

/// Nothing but the first may be given: the others follow them.
fn led(mut links: Vec<Link>) -> Vec<Link> {
    links.sort_by_key(|link| link.stage);
    let first = links.first().map(|link| link.stage);
    let given = links.iter().take_while(|link| !link.open).count();
    let mut at = 0..;
    links.retain(|link| at.next().is_some_and(|at| at < given) || link.open || Some(link.stage) == first);
    links
}

/// A column that holds a moment.
struct Moment {
    column: usize,
    form: Form,
    /// The words of its name that say whose moment it is, and which.
    name: Vec<String>,
}

fn moments(table: &Table) -> Vec<Moment> {
    let said = own_words("time word");
    let moment = |(column, definition): (usize, &Column)| {
        let form = Link::form(&definition.ty)?;
        let mut name = words(&definition.name);
        while name.last().is_some_and(|word| said.contains(word.as_str())) && name.len() > 1 {
            name.pop();
        }
        let empty = |word: &&String| ["date", "last", "time"].contains(&word.as_str());
        name.drain(..name.iter().take_while(empty).count());
        Some(Moment { column, form, name })
    };
    table.columns.iter().enumerate().filter_map(moment).collect()
}

/// The moments of a table that have to do with each other by a chain, times of day apart. `open` says whether a relation may
/// write a column, and nothing of a column that takes no part.
fn groups(
    table: &Table,
    moments: &[Moment],
    rule: &ChainRule,
    open: &dyn Fn(usize) -> Option<bool>,
) -> Vec<(bool, Vec<Link>)> {
    let mut groups: BTreeMap<(bool, String), Vec<Link>> = BTreeMap::new();
    for Moment { column, form, name } in moments {
        let (column, form) = (*column, *form);
        let Some((open, (stage, words))) = open(column).zip(stage(rule.name, name)) else { continue };
        let clock = matches!(form, Form::Time { .. });
        let link = Link { column, form, stage, open, name: table.columns[column].name.clone() };
        let whose = &name[..name.len() - words];
        let whose = if rule.any && stage > 0 { String::new() } else { whole(&table.name, whose) };
        groups.entry((clock, whose)).or_default().push(link);
    }
    groups.into_iter().map(|((clock, _), links)| (clock, links)).collect()
}

/// The columns whose moments have to do with that of a column, by their names, at first or second hand: the column itself and
/// others, or nothing.
pub(crate) fn beside(table: &Table, column: usize) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    if !has_several(table) {
        return found;
    }
    let moments = moments(table);
    let mut groups: Vec<Vec<Link>> = chains()
        .flat_map(|rule| groups(table, &moments, &rule, &|_| Some(true)))
        .map(|(_, links)| links)
        .filter(|links| links.iter().any(|link| link.stage != links[0].stage))
        .collect();
    loop {
        let is_near = |link: &Link| link.column == column || found.contains(&link.column);
        let (near, far): (Vec<_>, Vec<_>) = groups.into_iter().partition(|links| links.iter().any(is_near));
        if near.is_empty() {
            return found;
        }
        found.extend(near.into_iter().flatten().map(|link| link.column));
        groups = far;
    }
}

/// Whether a table has moments enough for a chain.
fn has_several(table: &Table) -> bool {
    table.columns.iter().filter(|column| Link::form(&column.ty).is_some()).count() > 1
}

fn gaps(rule: &ChainRule, clock: bool, links: &[Link]) -> Gaps {
    match () {
        () if clock => CLOCK,
        () if links.iter().any(|link| link.form == Form::Date) => rule.days,
        () => rule.times,
    }
}
