//! Keys that hold for some of the rows.

use super::{
    draft::Draft,
    source::{Source, names},
    table_plan::TablePlan,
    ties::nulls,
};
use crate::{
    Change, Value,
    check::{Expr, NOW, fails, parse},
};

/// Which rows a key holds for.
#[derive(Clone, Debug)]
pub(crate) struct InPart {
    condition: Expr,
    /// The columns that decide about it, which are all drawn.
    pub(super) columns: Vec<usize>,
    /// What a reader of the plan should know.
    pub(super) note: String,
}

impl Draft<'_> {
    /// Which rows a key holds for, if that is known of a row before it is written; none where it has to be kept for all.
    pub(super) fn in_part(&self, key: &[usize], sources: &[Source]) -> Option<InPart> {
        let partial = self.table.special.partial.iter().find(|partial| partial.columns == key)?;
        let condition = parse(&partial.condition, self.table).ok()?;
        let columns: Vec<usize> = condition.columns();
        let is_drawn = |column: &usize| matches!(sources[*column], Source::Generated(_));
        if columns.is_empty() || !columns.iter().all(is_drawn) {
            return None;
        }
        let note = format!(
            "one row at most for the same ({}) where {}; {} not updated",
            names(self.table, key),
            partial.condition,
            if columns.len() == 1 {
                format!("{} is", names(self.table, &columns))
            } else {
                format!("{} are", names(self.table, &columns))
            }
        );
        Some(InPart { condition: Expr::Is(true, Box::new(condition)), columns, note })
    }
}

/// The columns that decide for which rows keys hold, which is noted.
pub(super) fn deciding<'a>(parts: impl Iterator<Item = &'a InPart>, notes: &mut Vec<String>) -> Vec<usize> {
    let mut columns = Vec::new();
    for part in parts {
        notes.push(part.note.clone());
        columns.extend(&part.columns);
    }
    columns
}

impl InPart {
    /// Whether the key holds for a row, or may.
    pub(super) fn may_hold(&self, row: &[Value]) -> bool {
        !fails(&self.condition, row, NOW[0])
    }
}

impl TablePlan {
    /// Whether the key of parents holds for the row of an insert, or may.
    pub(super) fn is_in_part(&self, change: &Change, row: usize) -> bool {
        self.partial.as_ref().is_none_or(|part| {
            let mut values = nulls(self.table.columns.len());
            for (column, value) in change.shape.set.iter().zip(change.row(row)) {
                if part.columns.contains(column) {
                    values[*column] = value.clone();
                }
            }
            part.may_hold(&values)
        })
    }
}

/// Whether a row with these parents may be written: those of others are free, or the key does not hold for it.
pub(super) fn is_apart(plan: &TablePlan, row: &[Value], is_free: impl FnOnce() -> bool) -> bool {
    plan.partial.as_ref().is_none_or(|part| !part.may_hold(row) || is_free())
}
