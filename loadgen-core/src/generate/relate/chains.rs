//! What happens one after the other in the rows of a table.

use std::collections::BTreeMap;

use super::{
    Relation,
    book::{own_words, stage, whole},
    chain::{CLOCK, Chain, DAYS, Gaps, HISTORY, HOURS, Link},
    find::Ground,
};
use crate::generate::{form::Form, words::words};

pub(super) fn find(ground: &Ground<'_>, all: &mut Vec<Box<dyn Relation>>) {
    let said = own_words("time word");
    for chain in ["history", "span"] {
        let known = ground.columns(all).into_iter().filter(|(.., origin)| origin.is_known());
        let times: Vec<_> = known
            .filter_map(|(at, column, origin)| Some((at, column, origin, Link::form(&column.ty)?)))
            .collect();
        if times.len() < 2 {
            return;
        }
        let mut groups: BTreeMap<(bool, String), Vec<(Link, bool)>> = BTreeMap::new();
        for (column, definition, origin, form) in &times {
            let mut name = words(&definition.name);
            while name.last().is_some_and(|word| said.contains(word.as_str())) && name.len() > 1 {
                name.pop();
            }
            name.drain(
                ..name.iter().take_while(|word| ["date", "last", "time"].contains(&word.as_str())).count(),
            );
            let Some(stage) = name.pop().and_then(|word| stage(chain, &word)) else { continue };
            let clock = matches!(form, Form::Time { .. });
            let link = Link { column: *column, form: *form, stage, name: definition.name.clone() };
            groups
                .entry((clock, whole(&ground.table.name, &name)))
                .or_default()
                .push((link, origin.is_open()));
        }
        for ((clock, _), links) in groups {
            // Nothing but the first may be given: the others follow it.
            let first = links.iter().map(|(link, _)| link.stage).min().unwrap_or(0);
            let links = links.into_iter().filter(|(link, open)| *open || link.stage == first);
            let links: Vec<Link> = links.map(|(link, _)| link).collect();
            let gaps = gaps(chain, clock, &links);
            all.extend(Chain::new(links, gaps).map(|chain| Box::new(chain) as Box<dyn Relation>));
        }
    }
}

fn gaps(chain: &str, clock: bool, links: &[Link]) -> Gaps {
    match chain {
        _ if clock => CLOCK,
        "history" => HISTORY,
        _ if links.iter().any(|link| link.form == Form::Date) => DAYS,
        _ => HOURS,
    }
}
