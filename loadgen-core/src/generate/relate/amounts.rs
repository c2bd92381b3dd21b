//! The amounts of a table that are computed from each other.

use std::collections::BTreeMap;

use super::{
    Relation,
    book::{phrases, whole},
    find::{Ground, Origin},
    sum::{Cell, Sum},
};
use crate::{
    Column, Table, Type,
    check::parse,
    generate::{standing, words::words},
};

/// What an amount can be, the more special first.
const ROLES: [&str; 9] =
    ["quantity", "price", "tax rate", "tax percent", "tax", "shipping", "discount", "net", "gross"];

/// The columns of one role, the likeliest first.
type Roles = BTreeMap<&'static str, Vec<(usize, Cell, Origin)>>;

pub(super) fn find(ground: &Ground<'_>, all: &mut Vec<Box<dyn Relation>>) {
    let mut groups: BTreeMap<String, Roles> = BTreeMap::new();
    for (at, column, origin) in ground.columns(all) {
        let Some(cell) = Cell::new(at, &column.ty, origin.is_open()).filter(|_| origin.is_known()) else {
            continue;
        };
        let Some((role, rank, rest)) = role(&words(&column.name)) else { continue };
        let role = if role == "tax rate" && is_percent(column) { "tax percent" } else { role };
        let whose = whole(&ground.table.name, &rest);
        groups.entry(whose).or_default().entry(role).or_default().push((rank, cell, origin));
    }
    for roles in groups.values_mut() {
        roles.values_mut().for_each(|cells| cells.sort_by_key(|(rank, ..)| *rank));
        let sum = sum(roles, ground.table);
        if sum.is_useful() {
            all.push(Box::new(sum));
        }
    }
}

/// Whether a rate is 19 rather than 0.19: by its default, or as it is a whole number.
fn is_percent(column: &Column) -> bool {
    matches!(column.ty, Type::Int(_)) || standing(column).is_some_and(|default| default > 1.0)
}

/// The role that a name ends with, how usual it is to call it that, and the words before it.
fn role(name: &[String]) -> Option<(&'static str, usize, Vec<String>)> {
    (0..name.len()).find_map(|start| {
        let tail = name[start..].concat();
        let is_tail = |phrase: &str| phrase.bytes().filter(|byte| *byte != b' ').eq(tail.bytes());
        ROLES.into_iter().find_map(|role| {
            let rank = phrases(role).position(is_tail)?;
            Some((role, rank, name[..start].to_vec()))
        })
    })
}

fn sum(roles: &Roles, table: &Table) -> Sum {
    let first = |role| roles.get(role).and_then(|cells| cells.first()).copied();
    let known = |role| first(role).map(|(_, cell, _)| cell);
    let open = |role| first(role).filter(|(.., origin)| origin.is_open()).map(|(_, cell, _)| cell);
    let product = known("quantity").is_some() && known("price").is_some();
    let percent = known("tax rate").is_none() && known("tax percent").is_some();
    let discount = known("discount");
    // What a discount does to the total is known only where a check computes one of the other.
    let is_subtracted = |discount: Cell, gross: Cell| {
        let both = [discount.column, gross.column];
        let own =
            table.checks.iter().filter(|check| both.iter().all(|column| check.columns.contains(column)));
        own.filter_map(|check| parse(&check.condition, table).ok()).any(|check| check.computes(&both))
    };
    let gross = open("gross").filter(|gross| discount.is_none_or(|discount| is_subtracted(discount, *gross)));
    let net = if product { open("net") } else { known("net") };
    let taxed = gross.is_some() || net.is_some();
    let is_priced = product && (net.is_some() || gross.is_some());
    Sum {
        quantity: known("quantity").filter(|_| is_priced),
        price: known("price").filter(|_| is_priced),
        net: net.filter(|_| is_priced || gross.is_some()),
        rate: known(if percent { "tax percent" } else { "tax rate" }).filter(|_| taxed),
        percent,
        tax: known("tax").filter(|_| taxed),
        shipping: known("shipping").filter(|_| gross.is_some()),
        discount: discount.filter(|_| gross.is_some()),
        gross,
    }
}
