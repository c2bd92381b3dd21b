//! Primary keys and unique indexes.

use loadgen_core::{Collision, Partial, Table};
use sqlparser::ast::{BinaryOperator, Expr};

use super::{Cells, Draft, Drafts, Result};
use crate::translate::{parse, translate, unnested};

/// A unique index, with the numbers of its columns.
pub(super) struct Key {
    table: i32,
    index: i32,
    name: String,
    numbers: Vec<i32>,
    is_primary: bool,
    condition: Option<String>,
    ignores: bool,
}

/// Adds a row of `indexes.sql` to the index before it, or begins a new one.
pub(super) fn gather(keys: &mut Vec<Key>, cells: &Cells<'_>) -> Result<()> {
    let (table, index, number) = (cells.number(0)?, cells.number(1)?, cells.number(3)?);
    if let Some(last) = keys.last_mut().filter(|last| (last.table, last.index) == (table, index)) {
        last.numbers.push(number);
        return Ok(());
    }
    keys.push(Key {
        table,
        index,
        name: cells.text(2)?,
        numbers: vec![number],
        is_primary: cells.flag(4)?,
        condition: cells.maybe(5)?.map(str::to_owned),
        ignores: cells.flag(6)?,
    });
    Ok(())
}

/// Adds a unique index to its table.
pub(super) fn add(drafts: &mut Drafts, key: Key) {
    let Some(draft) = drafts.get_mut(&key.table) else { return };
    let found: Option<Vec<usize>> = key.numbers.iter().map(|number| draft.column(*number)).collect();
    let Some(columns) = found else { return };
    if key.ignores {
        let what = format!("index {} passes over rows that it has already", key.name);
        draft.table.special.rewrites.get_or_insert(what);
    }
    if key.is_primary {
        draft.table.primary_key = columns;
        return;
    }
    let plain: Vec<usize> = columns.iter().map(|column| under(draft, *column).unwrap_or(*column)).collect();
    let Some(condition) = key.condition else {
        collide(draft, &columns);
        // What is computed from a column is as distinct as the column, if the computation is.
        let list =
            if plain == columns { &mut draft.table.uniques } else { &mut draft.table.special.loose_keys };
        list.push(plain);
        return;
    };
    let present = present(&condition, &draft.table);
    // Without the rows that have NULL somewhere, NULL collides with nothing: such a key is what it is in other databases.
    if let Some(all) = &present.only
        && columns.iter().all(|column| present.columns.contains(column))
        && all.iter().all(|column| columns.contains(column))
    {
        draft.table.uniques.push(columns);
        return;
    }
    let colliding: Vec<usize> =
        columns.iter().copied().filter(|column| !present.columns.contains(column)).collect();
    if !colliding.is_empty() {
        collide(draft, &columns);
    }
    let special = &mut draft.table.special;
    special.definitions.push(format!("UNIQUE {} WHERE {condition}", key.name));
    let condition = translate(&condition, &draft.table).sql;
    draft.table.special.partial.push(Partial { columns: columns.clone(), condition });
    draft.table.special.loose_keys.push(columns);
}

/// The column of texts that a computed one is, but for the case of its letters.
fn under(draft: &Draft, column: usize) -> Option<usize> {
    let expr = parse(draft.computed.get(&column)?)?;
    let Expr::Function(function) = unnested(&expr) else { return None };
    let name = function.name.to_string().to_lowercase();
    if !["lower", "upper"].contains(&name.as_str()) {
        return None;
    }
    let columns = translate(&function.to_string(), &draft.table).columns;
    let is_plain = function.to_string().matches('(').count() == 1;
    columns.first().copied().filter(|_| is_plain && columns.len() == 1)
}

/// Columns that a condition says are not NULL.
struct Present {
    columns: Vec<usize>,
    /// Those of which it says nothing else, if it says nothing else at all.
    only: Option<Vec<usize>>,
}

fn present(condition: &str, table: &Table) -> Present {
    let mut found = Present { columns: Vec::new(), only: Some(Vec::new()) };
    let parsed = parse(condition);
    let mut rest: Vec<&Expr> = parsed.iter().collect();
    while let Some(expr) = rest.pop() {
        match unnested(expr) {
            Expr::BinaryOp { left, op: BinaryOperator::And, right } => rest.extend([&**left, &**right]),
            Expr::IsNotNull(inner) => {
                let columns = translate(&inner.to_string(), table).columns;
                found.columns.extend(&columns);
                found.only.iter_mut().for_each(|only| only.extend(&columns));
            }
            other => {
                // What is compared is not NULL, or the row is not in the index.
                if let Expr::BinaryOp { left, .. } = other {
                    found.columns.extend(translate(&left.to_string(), table).columns);
                }
                found.only = None;
            }
        }
    }
    if found.columns.is_empty() {
        found.only = None;
    }
    found
}

/// NULL is a value like any other here: one row at most could have it, so nobody may, unless the others of the key keep rows
/// apart.
fn collide(draft: &mut Draft, columns: &[usize]) {
    let table = &mut draft.table;
    let was_nullable = |column: &usize| {
        let before = table.special.colliding.iter().any(|other| other.nullable.contains(column));
        table.columns[*column].nullable || before
    };
    let nullable: Vec<usize> = columns.iter().copied().filter(was_nullable).collect();
    if !nullable.is_empty() {
        nullable.iter().for_each(|column| table.columns[*column].nullable = false);
        table.special.colliding.push(Collision { key: columns.to_vec(), nullable });
    }
}
