//! The conditions of a table, met by construction.

use std::collections::{BTreeMap, BTreeSet};

use super::{bundle::Bundle, condition::Condition};
use crate::{Rng, Table, Value, generate::ColumnConfig};

/// How the columns of a table are drawn so that its conditions hold.
#[derive(Debug)]
pub(crate) struct Rules {
    bundles: Vec<Bundle>,
    /// For each column of the table, whether a bundle draws it.
    covered: Vec<bool>,
}

/// What rules are made from.
pub(crate) struct Ground<'a> {
    pub(crate) table: &'a Table,
    /// Columns whose values are drawn.
    pub(crate) drawn: &'a BTreeSet<usize>,
    /// What the plan file says of columns.
    pub(crate) configs: &'a BTreeMap<String, ColumnConfig>,
    /// Fills the columns that come from elsewhere with an example.
    pub(crate) example: &'a dyn Fn(&mut [Value], u64),
}

impl Ground<'_> {
    /// Whether a column is in a key.
    pub(super) fn is_key(&self, column: usize) -> bool {
        self.table.unique_rules().any(|key| key.contains(&column))
    }
}

impl Rules {
    /// The rules for some conditions; `None` when there are none to follow.
    ///
    /// # Errors
    /// When too few of the rows that are drawn meet a condition, with the condition and what to do.
    pub(crate) fn new(conditions: &[Condition], ground: &Ground<'_>) -> Result<Option<Self>, String> {
        let mut bundles = Vec::new();
        for part in tied(conditions, ground.drawn) {
            bundles.extend(Bundle::new(&part, ground)?);
        }
        let mut covered = vec![false; ground.table.columns.len()];
        bundles.iter().flat_map(Bundle::drawn).for_each(|column| covered[*column] = true);
        Ok(if bundles.is_empty() { None } else { Some(Rules { bundles, covered }) })
    }

    /// Whether a column is drawn here.
    pub(crate) fn covers(&self, column: usize) -> bool {
        self.covered[column]
    }

    /// Whether the conditions that read any of some columns hold.
    pub(crate) fn hold(&self, row: &[Value], columns: &[usize]) -> bool {
        let reads = |bundle: &&Bundle| columns.iter().any(|column| bundle.reads().contains(column));
        let mut own = self.bundles.iter().filter(reads);
        own.all(|bundle| bundle.is_met(row))
    }

    /// Whether a condition ties a column that is drawn here to another one.
    pub(crate) fn ties(&self, column: usize) -> bool {
        self.bundles.iter().any(|bundle| bundle.ties(column))
    }

    /// Draws all columns that have conditions; false when no values were found that fit those of the other columns.
    pub(crate) fn draw(&self, row: &mut [Value], rng: &mut Rng) -> bool {
        self.bundles.iter().all(|bundle| bundle.draw(row, rng))
    }

    /// Like [`Rules::draw`] for those columns that are `wanted`; columns that are tied together are so all or none.
    pub(crate) fn redraw(&self, row: &mut [Value], rng: &mut Rng, wanted: impl Fn(usize) -> bool) -> bool {
        let wanted = |bundle: &&Bundle| bundle.drawn().first().is_some_and(|column| wanted(*column));
        self.bundles.iter().filter(wanted).all(|bundle| bundle.draw(row, rng))
    }

    /// The columns that are drawn together, bundle by bundle.
    pub(crate) fn tied(&self) -> impl Iterator<Item = &[usize]> {
        self.bundles.iter().map(Bundle::drawn)
    }

    /// Drawn columns that conditions tie to others that are not `free` to change.
    pub(crate) fn held(&self, free: &[usize]) -> Vec<usize> {
        let held = self.bundles.iter().filter(|bundle| !bundle.reads().iter().all(|c| free.contains(c)));
        held.flat_map(Bundle::drawn).copied().collect()
    }

    /// Whether a condition reads the column.
    pub(crate) fn reads(&self, column: usize) -> bool {
        self.bundles.iter().any(|bundle| bundle.reads().contains(&column))
    }

    /// Columns that stay NULL, though values are drawn for them.
    pub(crate) fn empty(&self) -> impl Iterator<Item = usize> {
        self.bundles.iter().flat_map(Bundle::empty).copied()
    }

    /// The values of a column that is covered, in words.
    pub(crate) fn describe(&self, column: usize) -> String {
        let of = |bundle: &&Bundle| bundle.drawn().contains(&column);
        self.bundles.iter().find(of).map_or_else(String::new, |bundle| bundle.describe(column))
    }

    /// What a reader of a plan should know.
    pub(crate) fn notes(&self, table: &Table) -> Vec<String> {
        self.bundles.iter().filter_map(|bundle| bundle.note(table)).collect()
    }
}

/// Conditions in parts that share no drawn column.
fn tied<'a>(conditions: &'a [Condition], drawn: &BTreeSet<usize>) -> Vec<Vec<&'a Condition>> {
    let mut parts: Vec<(BTreeSet<usize>, Vec<&Condition>)> = Vec::new();
    for condition in conditions {
        let own = condition.expr.columns().into_iter().filter(|column| drawn.contains(column));
        let (mut columns, mut together) = (own.collect::<BTreeSet<usize>>(), vec![condition]);
        let (joined, apart) = parts.into_iter().partition(|(other, _)| !other.is_disjoint(&columns));
        parts = apart;
        let joined: Vec<(BTreeSet<usize>, Vec<&Condition>)> = joined;
        for (other, conditions) in joined {
            columns.extend(other);
            together.splice(0..0, conditions);
        }
        parts.push((columns, together));
    }
    parts.into_iter().map(|(_, together)| together).collect()
}
