//! The rows of one table as they were found.

use std::collections::{BTreeSet, HashMap};

use crate::{
    Failure, SqlSession, Value,
    canonical::Canonical,
    column_hash,
    crud::{keys::KeyColumn, table_plan::TablePlan},
};

/// Rows that were read, numbered in the order of their keys.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Whether those are all rows of the table.
    pub(super) is_whole: bool,
    pub(super) len: usize,
    /// What lanes remember of each.
    pub(super) keys: Vec<KeyColumn>,
    /// The parts of each row's sum.
    pub(super) sums: Vec<u64>,
    /// For each row and reference of the plan, what stands for the key of the parent.
    pub(super) parents: Vec<Key>,
    /// For each row the line after its own among the rows of the same parents, where a key counts such and it can be read.
    lines: Vec<Option<u64>>,
    /// The numbers of the rows, by what stands for their values in columns that are referred to.
    places: Vec<(Vec<usize>, HashMap<Key, u32>)>,
}

/// What stands for the values of a key; none when one of them is NULL.
pub(super) type Key = Option<std::num::NonZeroU128>;

/// What stands for the values of a key.
pub(super) fn key_of<'a>(values: impl Iterator<Item = &'a Value> + Clone) -> Key {
    if values.clone().any(Value::is_null) {
        return None;
    }
    let mut canonical = Canonical::new(0);
    values.for_each(|value| canonical.value(value));
    std::num::NonZeroU128::new(canonical.finish_wide())
}

impl Found {
    /// Reads up to `most` rows; `referred` are the sets of columns that foreign keys refer to.
    pub(super) async fn read(
        session: &mut impl SqlSession,
        planned: &TablePlan,
        referred: &[Vec<usize>],
        most: u64,
    ) -> Result<Self, Failure> {
        let denied = &planned.table.special.denied.select;
        let readable = |columns: &[usize]| !columns.iter().any(|column| denied.contains(column));
        let referred: Vec<&Vec<usize>> = referred.iter().filter(|columns| readable(columns)).collect();
        let referring: Vec<Option<&[usize]>> = planned
            .references
            .iter()
            .map(|r| Some(&*r.columns).filter(|columns| readable(columns)))
            .collect();
        let mut columns: BTreeSet<usize> = planned.known.iter().chain(&planned.remembered).copied().collect();
        columns.extend(referred.iter().copied().flatten());
        columns.extend(referring.iter().flatten().copied().flatten());
        let line = planned.line_column().filter(|(column, _)| readable(&[*column]));
        columns.extend(line.map(|(column, _)| column));
        let columns: Vec<usize> = columns.into_iter().collect();
        let at = |wanted: &[usize]| -> Vec<usize> {
            wanted.iter().filter_map(|column| columns.binary_search(column).ok()).collect()
        };
        let (known, remembered) = (at(&planned.known), at(&planned.remembered));
        let line = line.and_then(|(column, lines)| Some((columns.binary_search(&column).ok()?, lines)));
        let referring: Vec<Option<Vec<usize>>> = referring.iter().map(|columns| columns.map(at)).collect();
        let referred_at: Vec<Vec<usize>> = referred.iter().map(|columns| at(columns)).collect();
        let mut found = Found {
            places: referred.iter().map(|columns| ((*columns).clone(), HashMap::new())).collect(),
            ..Found::default()
        };
        let key = planned.delete.as_ref().map_or(&[][..], |delete| &delete.key);
        let mut take = |row: &[Value]| {
            let values = |at: &[usize]| at.iter().map(|at| &row[*at]).collect::<Vec<&Value>>();
            let first = found.sums.len();
            found.sums.resize(first + planned.layout.parts, 0);
            for (column, value) in planned.known.iter().zip(values(&known)) {
                let sum = &mut found.sums[first + planned.parts[*column]];
                *sum = sum.wrapping_add(column_hash(planned.salts[*column], value));
            }
            let remembered = values(&remembered);
            if found.keys.is_empty() {
                found.keys = remembered.iter().map(|value| KeyColumn::like(value)).collect();
            }
            found.keys.iter_mut().zip(remembered).for_each(|(column, value)| column.set(found.len, value));
            let parent = |at: &Option<Vec<usize>>| at.as_ref().and_then(|at| key_of(values(at).into_iter()));
            found.parents.extend(referring.iter().map(parent));
            found.lines.extend(line.map(|(at, lines)| lines.index_after(&row[at])));
            for ((_, places), at) in found.places.iter_mut().zip(&referred_at) {
                if let Some(key) = key_of(values(at).into_iter()) {
                    places.insert(Some(key), found.len as u32);
                }
            }
            found.len += 1;
        };
        let is_whole = session.sample(&planned.table, key, &columns, most, &mut take).await?;
        found.is_whole = is_whole;
        Ok(found)
    }

    /// The line that follows the one of a row; none where nobody knows which it has.
    pub(super) fn line_after(&self, row: usize) -> Option<u64> {
        self.lines.get(row).copied().flatten()
    }

    /// The sums of a row, of so many parts.
    pub(super) fn sums_of(&self, row: usize, parts: usize) -> &[u64] {
        &self.sums[row * parts..][..parts]
    }

    /// The numbers of the rows by columns that are referred to; none where they may not be read.
    pub(super) fn places(&self, columns: &[usize]) -> Option<&HashMap<Key, u32>> {
        self.places.iter().find(|(known, _)| known == columns).map(|(_, places)| places)
    }
}
