//! Which columns of a row are written, come back, are remembered and are hashed.

use std::collections::BTreeSet;

use super::source::Source;
use crate::{Fill, Table};

/// Columns of one table, as indexes.
#[derive(Debug)]
pub(super) struct Kept {
    /// What finds a row; nothing where rows cannot be told apart.
    pub(super) key: Vec<usize>,
    /// The key, and whatever children refer to.
    pub(super) remembered: Vec<usize>,
    /// What an insert names.
    pub(super) written: Vec<usize>,
    /// What the database computes, and what refers to other rows nevertheless.
    pub(super) computed: Vec<usize>,
    /// What an insert hands back.
    pub(super) returned: Vec<usize>,
    /// What the digest covers.
    pub(super) known: Vec<usize>,
    /// Whether a trigger may change what is written, so that what counts is what comes back.
    pub(super) reads_back: bool,
    /// Whether rows are found by their addresses, one a statement.
    pub(super) by_address: bool,
}

impl Kept {
    /// What updates hand back.
    pub(super) fn returned_by_updates(&self) -> &[usize] {
        match () {
            () if self.reads_back => &self.known,
            () if self.by_address => &self.key,
            () => &[],
        }
    }

    /// Beside the key, what children refer to is remembered, and what other columns follow from. `touched`: whether rows are to
    /// be found again; then the columns that find them end where their distinct values do.
    pub(super) fn of(
        table: &Table,
        sources: &mut [Source],
        (referred, leads): (&BTreeSet<usize>, &[usize]),
        touched: bool,
    ) -> Self {
        let never_null = |column: usize| {
            !table.columns[column].nullable
                || matches!(sources[column], Source::Distinct(_) | Source::Line(_))
        };
        let mut key: Vec<usize> = table.key_of(never_null).unwrap_or_default().to_vec();
        let by_address = key.is_empty() && touched && table.special.is_addressed;
        if by_address {
            key.push(table.address());
        }
        let mut remembered = key.clone();
        let read: BTreeSet<usize> = referred.iter().chain(leads).copied().collect();
        remembered.extend(read.iter().filter(|column| !key.contains(column)));
        let is_written = |i: &usize| sources[*i].is_written() && table.columns[*i].fill != Fill::Generated;
        let written: Vec<usize> = (0..sources.len()).filter(is_written).collect();
        let is_computed = |i: &usize| !is_written(i) && matches!(sources[*i], Source::Parent { .. });
        let computed: Vec<usize> = (0..sources.len()).filter(is_computed).collect();
        let is_left = |i: &usize| *i >= sources.len() || !is_written(i);
        let returned: Vec<usize> = remembered.iter().copied().filter(is_left).collect();
        let is_known = |i: &usize| {
            let special = &table.special;
            let is_readable = !special.denied.select.contains(i) && !special.late.contains(i);
            (written.contains(i) || returned.contains(i)) && is_readable
        };
        let known: Vec<usize> = (0..sources.len()).filter(is_known).collect();
        let reads_back = table.special.rewrites.is_some();
        let returned = if reads_back { known.clone() } else { returned };
        if touched {
            end(&key, sources);
        }
        Kept { key, remembered, written, computed, returned, known, reads_back, by_address }
    }
}

/// Has columns end where their distinct values do: NULL finds no row.
fn end(key: &[usize], sources: &mut [Source]) {
    let in_key = |(column, _): &(usize, &mut Source)| key.contains(column);
    for (_, source) in sources.iter_mut().enumerate().filter(in_key) {
        if let Source::Distinct(distinct) | Source::Line(distinct) = source {
            distinct.end();
        }
    }
}
