//! A condition of a table.

use std::collections::BTreeMap;

use super::{
    eval::holds,
    expr::{Expr, Op},
    item::Item,
    limits::NOW,
    restrict::limits,
    ways::{product, ways},
};
use crate::{Table, generate::ColumnConfig};

/// A condition with the text it was read from.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    pub(crate) text: String,
    pub(crate) expr: Expr,
}

/// Whether a condition can come true whatever numbers the database gives to some columns.
pub(crate) fn can_hold(condition: &Expr, fresh: &[usize]) -> bool {
    let is_met = |atom: &Expr| {
        let mut given = atom.clone();
        fresh.iter().for_each(|column| given.substitute(*column, &Expr::Const(Item::Fresh)));
        !atom.columns().iter().any(|column| fresh.contains(column))
            || given.columns().is_empty() && holds(&given, &[], NOW[0])
    };
    ways(condition, true).iter().any(|atoms| atoms.iter().all(is_met))
}

impl Condition {
    /// That a column has a value; `null`: or is NULL with it, where otherwise it need not be.
    pub(crate) fn equal(text: String, column: usize, by: Expr, null: bool) -> Self {
        let column = Expr::Column(column);
        let expr = match null {
            true => Expr::Differ(Box::new(column), Box::new(by)).not(),
            false => Expr::compare(Op::Eq, column, by),
        };
        Condition { text, expr }
    }
}

/// What conditions say of a column whose values must not repeat, for the plan file's part of it: in one list for each
/// way to meet them, the likeliest first.
pub(crate) fn restrictions(
    conditions: &[Condition],
    column: usize,
    table: &Table,
    configs: &BTreeMap<String, ColumnConfig>,
) -> Vec<ColumnConfig> {
    let definition = &table.columns[column];
    let said = configs.get(&definition.name).cloned().unwrap_or_default();
    let reading = conditions.iter().filter(|condition| condition.expr.columns().contains(&column));
    let mut found: Vec<ColumnConfig> = Vec::new();
    for atoms in product(reading.map(|condition| ways(&condition.expr, true))) {
        if let Some(limits) = limits(&atoms, BTreeMap::new()).get(&column)
            && limits.null != Some(true)
        {
            let config = limits.distinct_config(definition, &said);
            if !found.contains(&config) {
                found.push(config);
            }
        }
    }
    found
}
