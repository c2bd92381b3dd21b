//! One column: its type, and who fills it.

use loadgen_core::{Column, Fill, NativeType, Table, Type};

use super::{Cells, Drafts, Result, collation, fill, native::Native};
use crate::codec::COLLATE;

/// Adds a row of `columns.sql` to its table.
pub(super) fn add(drafts: &mut Drafts, cells: &Cells<'_>) -> Result<()> {
    let Some(draft) = drafts.get_mut(&cells.number(0)?) else { return Ok(()) };
    let index = draft.numbers.len();
    draft.numbers.push(cells.number(1)?);
    let base = cells.text(3)?.to_lowercase();
    let native = Native {
        name: &base,
        max_length: cells.number(5)?,
        precision: cells.number(6)?,
        scale: cells.number(7)?,
    };
    let words = match cells.maybe(4)? {
        Some(alias) => format!("{alias} ({})", native.words()),
        None => native.words(),
    };
    let words = match cells.maybe(20)?.filter(|_| has_ascii(&base)) {
        Some(collation) => format!("{words}{COLLATE}{collation}"),
        None => words,
    };
    let special = &mut draft.table.special;
    if cells.maybe(8)?.is_some_and(collation::folds) {
        special.folded.push(index);
    }
    if let Some(left) = left(cells, &native)? {
        special.sequences.insert(index, left);
    }
    if cells.maybe(12)?.is_some_and(|step| step.starts_with('-')) {
        special.definitions.push(falling(cells.maybe(2)?.unwrap_or_default()));
    }
    if let Some(definition) = cells.maybe(15)? {
        draft.computed.insert(index, definition.to_owned());
    }
    // What goes in is encrypted with keys that only clients have.
    let is_encrypted = cells.flag(19)?;
    draft.table.columns.push(Column {
        name: cells.text(2)?,
        ty: if is_encrypted { Type::Unsupported } else { native.ty() },
        fill: fill(cells, &base)?,
        nullable: cells.flag(9)?,
        native: NativeType { ascii: has_ascii(&base), name: base, words, ..NativeType::default() },
    });
    Ok(())
}

/// Whether the numbers of an identity become smaller.
pub(crate) fn falls(table: &Table, column: usize) -> bool {
    let definitions = &table.special.definitions;
    let is_there = |name: &str| definitions.iter().any(|known| *known == falling(name));
    !definitions.is_empty() && table.columns.get(column).is_some_and(|column| is_there(&column.name))
}

fn falling(name: &str) -> String {
    format!("IDENTITY {name} DOWNWARDS")
}

/// How many numbers an identity has left.
fn left(cells: &Cells<'_>, native: &Native<'_>) -> Result<Option<u64>> {
    let (Some(seed), Some(step)) = (cells.maybe(11)?, cells.maybe(12)?) else { return Ok(None) };
    let is_down = step.starts_with('-');
    let end = match native.ty() {
        Type::Int(8) => {
            if is_down {
                0
            } else {
                255
            }
        }
        Type::Int(bits) if is_down => -(1i128 << (bits - 1)),
        Type::Int(bits) => (1i128 << (bits - 1)) - 1,
        Type::Decimal { precision, .. } => {
            let most = 10i128.pow(precision.min(38).into()) - 1;
            if is_down { -most } else { most }
        }
        _ => return Ok(None),
    };
    Ok(fill::left(step, cells.maybe(13)?.unwrap_or(seed), end))
}

fn fill(cells: &Cells<'_>, base: &str) -> Result<Fill> {
    let (is_identity, is_computed, is_period) = (cells.flag(10)?, cells.flag(14)?, cells.flag(16)?);
    if is_identity {
        return Ok(Fill::Sequence { always: true });
    }
    if is_computed || is_period || matches!(base, "timestamp" | "rowversion") {
        return Ok(Fill::Generated);
    }
    if !cells.flag(17)? {
        return Ok(Fill::None);
    }
    let hidden = || Fill::Volatile("something that this user may not see".to_owned());
    Ok(cells.maybe(18)?.map_or_else(hidden, fill::of_default))
}

/// Whether a type keeps its texts in a code page, which has few letters beyond ASCII, or counts the bytes of others.
fn has_ascii(base: &str) -> bool {
    matches!(base, "char" | "varchar" | "text")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_that_goes_down_is_told_from_others() {
        let column = |name: &str| Column {
            name: name.to_owned(),
            ty: Type::Int(32),
            native: NativeType::default(),
            nullable: false,
            fill: Fill::Sequence { always: true },
        };
        let mut table = Table {
            columns: vec![column("id"), column("other")],
            primary_key: vec![0],
            ..Table::new(loadgen_core::TableName::new("dbo", "t"))
        };
        assert!(!falls(&table, 0));
        table.special.definitions.push(falling("id"));
        assert!(falls(&table, 0) && !falls(&table, 1) && !falls(&table, 9));
    }
}
