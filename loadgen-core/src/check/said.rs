//! What the plan file says of a column that conditions tie to others.

use std::{cmp::Ordering, collections::BTreeMap};

use super::{expr::Op, item::Item, limits::Limits};
use crate::{
    Column, Table,
    generate::{ColumnConfig, Scalar, constant},
};

/// What the plan file says of the values of a column, which conditions have no say in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    Nothing,
    /// Between two ends, wherever conditions want it.
    Range,
    /// These values, or values of this kind.
    Values,
}

impl Said {
    pub(super) fn of(config: &ColumnConfig) -> Self {
        let ends =
            ColumnConfig { min: config.min.clone(), max: config.max.clone(), ..ColumnConfig::default() };
        let others = ColumnConfig { min: None, max: None, ..config.clone() };
        match (ends.names_values(), others.names_values()) {
            (_, true) => Said::Values,
            (true, false) => Said::Range,
            (false, false) => Said::Nothing,
        }
    }
}

/// The ends of what the plan file names, so that other columns can keep to them.
pub(super) fn limits(
    columns: &[usize],
    table: &Table,
    configs: &BTreeMap<String, ColumnConfig>,
) -> BTreeMap<usize, Limits> {
    let own = |column: &usize| {
        let definition = &table.columns[*column];
        Some((*column, ends(definition, configs.get(&definition.name)?)?))
    };
    columns.iter().filter_map(own).collect()
}

fn ends(column: &Column, config: &ColumnConfig) -> Option<Limits> {
    let item = |text: &Scalar| Some(Item::from(&constant::literal(text.as_str(), &column.ty)?));
    let constant = config.constant.as_ref().map(std::slice::from_ref);
    let (low, high) = match config.choice.as_deref().or(constant) {
        Some(listed) => {
            let items: Vec<Item> = listed.iter().map(item).collect::<Option<_>>()?;
            (end(&items, Ordering::Less), end(&items, Ordering::Greater))
        }
        None => (config.min.as_ref().and_then(item), config.max.as_ref().and_then(item)),
    };
    let mut limits = Limits::default();
    for (op, item) in [(Op::Ge, &low), (Op::Le, &high)] {
        if let Some(item) = item {
            limits.bound(op, &[item.clone(), item.clone()]);
        }
    }
    (low.is_some() || high.is_some()).then_some(limits)
}

/// The least or the greatest, of items that have an order.
fn end(items: &[Item], wanted: Ordering) -> Option<Item> {
    let mut best = items.first()?;
    for item in items {
        if item.order(best).ok()?? == wanted {
            best = item;
        }
    }
    Some(best.clone())
}
