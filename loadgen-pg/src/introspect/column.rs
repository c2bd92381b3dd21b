//! One column: its type, and who fills it.

use loadgen_core::{Check, Column, Fill, NativeType, Obstacle, Table};
use sqlx::{
    Row,
    postgres::{PgRow, types::Oid},
};

use super::{
    resolve::{Resolved, Resolver, condition_of, condition_of_items},
    types::Part,
};

/// A column of `columns.sql`, and what its type asks for besides.
pub(super) fn read(row: &PgRow, resolver: &mut Resolver<'_>) -> sqlx::Result<(Column, Resolved)> {
    let Oid(id) = row.try_get(12)?;
    let type_of = Part { id, modifier: row.try_get(14)?, dimensions: row.try_get(15)? };
    let resolved = resolver.resolve(type_of);
    let (id, array_id, equals) = (resolved.id, resolved.array_id, resolved.equals.clone());
    let native =
        NativeType { name: row.try_get(13)?, words: row.try_get(17)?, id, array_id, equals, ascii: false };
    let column = Column {
        name: row.try_get(6)?,
        ty: resolved.ty.clone(),
        native,
        nullable: row.try_get::<bool, _>(7)? && !resolved.not_null,
        fill: fill(row)?,
    };
    Ok((column, resolved))
}

/// Adds what the type of the column at `index` asks for to its table.
pub(super) fn add_conditions(table: &mut Table, index: usize, resolved: Resolved) {
    let (name, columns) = (&table.columns[index].name, vec![index]);
    let may_do_without = table.columns[index].nullable || table.columns[index].fill != Fill::None;
    for (check, condition) in resolved.checks {
        let condition = condition_of(name, &condition);
        table.checks.push(Check::new(check, condition, columns.clone()));
    }
    for (check, condition) in resolved.items {
        let condition = condition_of_items(name, &condition);
        table.special.of_items.push(check.clone());
        table.checks.push(Check::new(check, condition, columns.clone()));
    }
    for condition in resolved.conditions {
        if may_do_without {
            let inside = table.special.inside.entry(index).or_default();
            *inside = if inside.is_empty() { condition } else { format!("{inside}; {condition}") };
            continue;
        }
        let what = format!("{condition} inside column {name}");
        table.obstacles.push(Obstacle { what, columns: columns.clone() });
    }
}

/// How many values a sequence has left, of a number that may be below zero or have a fraction.
pub(super) fn left(number: &str) -> u64 {
    let whole = number.split('.').next().unwrap_or_default();
    if whole.starts_with('-') { 0 } else { whole.parse().unwrap_or(u64::MAX) }
}

fn fill(row: &PgRow) -> sqlx::Result<Fill> {
    let identity: &str = row.try_get(8)?;
    if !identity.is_empty() {
        return Ok(Fill::Sequence { always: identity == "a" });
    }
    if row.try_get(9)? {
        return Ok(Fill::Generated);
    }
    let Some(default) = row.try_get::<Option<String>, _>(10)? else { return Ok(Fill::None) };
    let differs = row.try_get::<Option<bool>, _>(11)?.unwrap_or(true);
    Ok(if default.starts_with("nextval('") && default.ends_with("::regclass)") {
        Fill::Sequence { always: false }
    } else if differs {
        Fill::Volatile(default)
    } else {
        Fill::Constant(default)
    })
}
