//! What is different about a table.

use std::fmt::Display;

use crate::{Check, Column, ForeignKey, Table, TableName, Type};

/// Whether both are one table, whatever it is called.
pub(super) fn is_same(old: &Table, new: &Table) -> bool {
    let (before, now) = (old.special.identity.table, new.special.identity.table);
    if before == 0 || now == 0 { old.name == new.name } else { before == now }
}

/// For each column of `new`, which of `old` it is.
pub(super) fn columns_before(old: &Table, new: &Table) -> Vec<Option<usize>> {
    let (before, now) = (&old.special.identity.columns, &new.special.identity.columns);
    if before.is_empty() || now.is_empty() {
        return new.columns.iter().map(|column| old.column_index(&column.name)).collect();
    }
    now.iter().map(|number| before.iter().position(|known| known == number)).collect()
}

/// Whether values of the one are values of the other, and are hashed alike.
pub(super) fn keeps_values(old: &Column, new: &Column) -> bool {
    match (&old.ty, &new.ty) {
        (Type::Int(before), Type::Int(now)) => before <= now,
        (Type::Text { max: before, fixed: false }, Type::Text { max: now, fixed: false }) => {
            now.is_none_or(|now| before.is_some_and(|before| before <= now))
        }
        (Type::Decimal { precision: before, scale: digits }, Type::Decimal { precision: now, scale }) => {
            digits == scale && before <= now
        }
        (Type::Enum(before), Type::Enum(now)) => before.iter().all(|label| now.contains(label)),
        (before, now) => before == now && old.native.name == new.native.name,
    }
}

/// What is different, one entry a difference, in words that follow the name of the table. `renamed` says what tables of before
/// are called now.
pub(super) fn differences(
    old: &Table,
    new: &Table,
    renamed: &dyn Fn(&TableName) -> TableName,
) -> Vec<String> {
    let before = columns_before(old, new);
    let mut words = Vec::new();
    if old.name != new.name {
        words.push(format!("was {} before", old.name));
    }
    let dropped = old.columns.iter().enumerate().filter(|(index, _)| !before.contains(&Some(*index)));
    words.extend(dropped.map(|(_, column)| format!("column {:?} dropped", column.name)));
    for (at, (column, known)) in new.columns.iter().zip(&before).enumerate() {
        match known {
            Some(index) => column_differences(&old.columns[*index], column, &mut words),
            None if new.special.late.contains(&at) => {
                let native = column.native.words();
                words
                    .push(format!("column {:?} added, {native}; the digest goes on without it", column.name));
            }
            None => words.push(format!("column {:?} added, {}", column.name, column.native.words())),
        }
    }
    rule_differences((old, new), &before, renamed, &mut words);
    let (was, is) = (&old.special, &new.special);
    let same = [
        (old.obstacles == new.obstacles, "what it takes"),
        (was.denied == is.denied, "rights to columns"),
        (was.storage == is.storage, "partitions"),
        (was.rewrites == is.rewrites && was.written_by == is.written_by, "triggers"),
    ];
    let changed = same.into_iter().filter(|(is_same, _)| !is_same).map(|(_, what)| format!("{what} changed"));
    // Dropped columns move the others to other places, which says nothing.
    words.extend(changed.filter(|_| old.columns.len() == new.columns.len()));
    words
}

fn column_differences(old: &Column, new: &Column, words: &mut Vec<String>) {
    let name = &new.name;
    if old.name != *name {
        words.push(format!("column {:?} renamed to {name:?}", old.name));
    }
    let (was, is) = (old.native.words(), new.native.words());
    if was != is {
        words.push(format!("column {name:?} is {is} instead of {was}"));
    } else if old.ty != new.ty {
        words.push(format!("column {name:?} is {is} of another size or set of values"));
    }
    match (old.nullable, new.nullable) {
        (true, false) => words.push(format!("column {name:?} takes no NULL any more")),
        (false, true) => words.push(format!("column {name:?} takes NULL now")),
        _ => {}
    }
    if old.fill != new.fill {
        words.push(format!("column {name:?} is filled in otherwise"));
    }
}

/// Keys, references and checks.
fn rule_differences(
    (old, new): (&Table, &Table),
    before: &[Option<usize>],
    renamed: &dyn Fn(&TableName) -> TableName,
    words: &mut Vec<String>,
) {
    let known =
        |columns: &[usize]| -> Option<Vec<usize>> { columns.iter().map(|column| before[*column]).collect() };
    let names = |table: &Table, columns: &[usize]| super::source::names(table, columns);
    let was: Vec<&Vec<usize>> = old.unique_rules().collect();
    let is: Vec<Option<Vec<usize>>> = new.unique_rules().map(|key| known(key)).collect();
    compared(
        new.unique_rules()
            .zip(&is)
            .filter(|(_, key)| !key.as_ref().is_some_and(|key| was.contains(&key)))
            .map(|(key, _)| names(new, key)),
        was.iter().filter(|key| !is.contains(&Some((**key).clone()))).map(|key| names(old, key)),
        "unique",
        words,
    );
    let reference = |key: &ForeignKey, parent: TableName, columns: Option<Vec<usize>>| {
        (columns, parent, key.parent_columns.clone())
    };
    let was = old.foreign_keys.iter();
    let was: Vec<_> =
        was.map(|key| reference(key, renamed(&key.parent), Some(key.columns.clone()))).collect();
    let is = new.foreign_keys.iter();
    let is: Vec<_> = is.map(|key| reference(key, key.parent.clone(), known(&key.columns))).collect();
    compared(
        new.foreign_keys
            .iter()
            .zip(&is)
            .filter(|(_, key)| !was.contains(key))
            .map(|(key, _)| names(new, &key.columns)),
        old.foreign_keys
            .iter()
            .zip(&was)
            .filter(|(_, key)| !is.contains(key))
            .map(|(key, _)| names(old, &key.columns)),
        "foreign key",
        words,
    );
    compared(
        new.checks.iter().filter(|check| !has(&old.checks, check)).map(|check| &check.name),
        old.checks.iter().filter(|check| !has(&new.checks, check)).map(|check| &check.name),
        "check",
        words,
    );
}

/// Whether a check is among others, wherever its columns are by now.
pub(super) fn has(checks: &[Check], check: &Check) -> bool {
    checks.iter().any(|other| (&other.name, &other.condition) == (&check.name, &check.condition))
}

/// Words about rules that have come and gone.
fn compared<T: Display>(
    added: impl Iterator<Item = T>,
    dropped: impl Iterator<Item = T>,
    what: &str,
    words: &mut Vec<String>,
) {
    words.extend(added.map(|rule| format!("{what} ({rule}) added")));
    words.extend(dropped.map(|rule| format!("{what} ({rule}) dropped")));
}
