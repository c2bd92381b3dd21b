//! Checks on what the database numbers by itself.

use super::draft::Draft;
use crate::{
    Check, Fill, Type, Value,
    check::{NOW, holds, parse},
};

/// Numbers that a sequence comes to in a long run, wherever it began.
const REACHED: [std::ops::RangeInclusive<i64>; 2] = [10_000..=10_012, 99_990..=100_000];

impl Draft<'_> {
    /// Whether a check on nothing but numbers of sequences refuses some that will come, upwards and downwards. Who says
    /// in the plan file that the column is left out takes responsibility.
    pub(super) fn outgrows(&self, check: &Check) -> bool {
        let is_number = |column: &usize| {
            let definition = &self.table.columns[*column];
            matches!(definition.fill, Fill::Sequence { .. }) && self.config_of(*column).is_none()
        };
        if !check.columns.iter().all(is_number) {
            return false;
        }
        let Ok(expr) = parse(&check.condition, self.table) else { return false };
        let is_short =
            |column: &usize| matches!(self.table.columns[*column].ty, Type::Int(bits) if bits <= 16);
        let ranges = if check.columns.iter().any(is_short) { &REACHED[..1] } else { &REACHED };
        let mut row = vec![Value::Null; self.table.columns.len()];
        let mut stays = |sign: i64| {
            ranges.iter().cloned().flatten().all(|number| {
                check.columns.iter().for_each(|column| row[*column] = Value::Int(sign * number));
                holds(&expr, &row, NOW[0])
            })
        };
        !stays(1) && !stays(-1)
    }
}
