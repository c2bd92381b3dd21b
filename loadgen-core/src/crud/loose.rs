//! Unique columns of keys that hold for some of the rows.

use super::{
    draft::Draft,
    partial::InPart,
    source::{Source, TableSources},
    table_plan::TablePlan,
};
use crate::{Rng, Value, generate::Generator};

/// A distinct column that only has to be so in some rows: when its values have come to their end, the others go on.
#[derive(Debug)]
pub(crate) struct Loose {
    pub(crate) column: usize,
    /// The rows that the key holds for.
    pub(super) part: InPart,
    /// Values for the others.
    others: Box<dyn Generator>,
}

impl Draft<'_> {
    /// Lets a column that has become distinct for a key take any values in rows that the key does not hold for, if what
    /// the column held before is known and nothing else asks for it to be distinct.
    pub(super) fn loosen(
        &self,
        (column, part): (usize, Option<InPart>),
        before: Source,
        sources: &mut TableSources,
    ) {
        let is_alone = self.table.unique_rules().filter(|key| key.contains(&column)).count() == 1;
        let (Some(part), Source::Generated(others)) = (part, before) else { return };
        if is_alone && !part.columns.contains(&column) && self.is_free(column) {
            sources.loose.push(Loose { column, part, others });
        }
    }
}

impl TablePlan {
    /// A value for a row that a key may not hold for, if there are such; the column's distinct values are at their end.
    pub(super) fn loose_value(&self, column: usize, rng: &mut Rng) -> Option<Value> {
        let loose = self.loose.iter().find(|loose| loose.column == column)?;
        Some(loose.others.generate(rng))
    }

    /// Whether some key holds for a row, or may, whose column is among those that are asked for.
    pub(super) fn needs_one_of(&self, row: &[Value], is_asked: impl Fn(usize) -> bool) -> bool {
        let mut loose = self.loose.iter().filter(|loose| is_asked(loose.column));
        loose.any(|loose| !row[loose.column].is_null() && loose.part.may_hold(row))
    }
}
