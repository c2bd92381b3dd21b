//! Moments that keys hold and that others of the row come after: what is drawn anew has to know them.

use super::{
    config::{CrudConfig, TableConfig},
    kept::Kept,
    sampling::Sampling,
    source::Source,
    ties::Ties,
};
use crate::{Table, Type};

/// The columns; none where rows are not remembered. What rows hold that are there has to be known or to be read.
pub(super) fn leads(
    (table, config, own): (&Table, &CrudConfig, &TableConfig),
    sources: &[Source],
    ties: Option<&Ties>,
) -> Vec<usize> {
    let Some(relations) = ties.and_then(|ties| ties.relations.as_ref()) else { return Vec::new() };
    if Sampling::of(table, config, own) == Sampling::Server {
        return Vec::new();
    }
    let special = &table.special;
    let is_lead = |column: &usize| {
        matches!(sources[*column], Source::Distinct(_))
            && !special.denied.select.contains(column)
            && !special.unremembered.contains(column)
            && matches!(table.columns[*column].ty, Type::Date | Type::Timestamp { .. } | Type::Time(_))
    };
    let mut leads: Vec<usize> = relations.tied().flatten().filter(is_lead).collect();
    leads.sort_unstable();
    leads.dedup();
    leads
}

impl Kept {
    /// Where some columns stand among what is remembered.
    pub(super) fn places(&self, columns: &[usize]) -> Vec<(usize, usize)> {
        let place = |column: &usize| self.remembered.iter().position(|kept| kept == column);
        columns.iter().filter_map(|column| Some((*column, place(column)?))).collect()
    }
}
