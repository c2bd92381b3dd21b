//! What a table does not allow, and what is out of the ordinary about it, for whoever reads the plan.

use std::collections::BTreeSet;

use super::{
    config::{OperationWeights, TableConfig},
    sampling::{Sampling, Standing},
    source::names,
    table_plan::TablePlan,
    touch::Touch,
};
use crate::{
    Fill, Special, Storage, Table,
    check::{Expr, can_hold, parse},
};

/// What is out of the ordinary, for whoever reads the plan.
pub(super) fn note_specials(table: &Table, key: &[usize], notes: &mut Vec<String>) {
    let special = &table.special;
    notes.extend(special.notes.iter().cloned());
    if key.contains(&table.address()) {
        notes.push("has no key: rows are found by where they are, one row a statement".to_owned());
    } else if !key.is_empty() && key != table.primary_key {
        notes.push(format!("has no primary key: rows are found by the unique key ({})", names(table, key)));
    }
    if let Some(why) = &special.rewrites {
        notes.push(format!(
            "{why} may change or refuse rows: one row a statement, and the digest is of what comes back"
        ));
    }
    if let Some(why) = &special.written_by {
        notes.push(format!(
            "{why} writes it, too: counts and digest are of the lanes' own rows, and not compared"
        ));
    }
    if !table.partitioned_by().is_empty() {
        let columns = names(table, table.partitioned_by());
        notes.push(format!("is written through the partitioned table; updates leave ({columns}) as it is"));
        note_unreached(table, notes);
    }
}

/// What a sequence will give is not known when a row is drawn: partitions into which rows come by nothing else get none.
fn note_unreached(table: &Table, notes: &mut Vec<String>) {
    let by = table.partitioned_by();
    let is_fresh = |column: &usize| matches!(table.columns[*column].fill, Fill::Sequence { .. });
    let fresh: Vec<usize> = by.iter().copied().filter(is_fresh).collect();
    let bounds = table.checks.iter().filter(|check| by.len() > 1 && check.columns == by);
    let bounds = bounds.filter_map(|check| parse(&check.condition, table).ok());
    let unreached = bounds.flat_map(|bounds| match bounds {
        Expr::Or(partitions) => partitions,
        partition => vec![partition],
    });
    let asked: BTreeSet<usize> = unreached
        .filter(|partition| !can_hold(partition, &fresh))
        .flat_map(|partition| partition.columns())
        .filter(is_fresh)
        .collect();
    if !asked.is_empty() {
        let asked: Vec<usize> = asked.into_iter().collect();
        let columns = names(table, &asked);
        notes
            .push(format!("rows go where the partitions ask nothing of ({columns}), which a sequence fills"));
    }
}

/// The operations that the table allows.
pub(super) fn possible(
    mut operations: OperationWeights,
    no_updates: bool,
    (no_key, special): (bool, &Special),
    notes: &mut Vec<String>,
) -> OperationWeights {
    if no_key && (operations.update, operations.delete) != (0, 0) {
        notes.push(no_key_words(special));
        (operations.update, operations.delete) = (0, 0);
    }
    if no_updates && operations.update != 0 {
        notes.push("has no column that may change: no updates".to_owned());
        operations.update = 0;
    }
    operations
}

/// Why no row can be found again.
fn no_key_words(special: &Special) -> String {
    let why = match special.storage {
        Storage::Inherited => ", nor are rows found by where they are, as other tables inherit from it",
        Storage::Partitioned { .. } => ", nor are rows found by where they are, which is in partitions",
        Storage::Plain if special.rewrites.is_some() => {
            ", nor are rows found by where they are, as a trigger may move them"
        }
        Storage::Plain if special.written_by.is_some() => {
            ", nor are rows found by where they are, as others write it, too"
        }
        Storage::Plain => "",
    };
    format!("has no primary key and no unique key without NULL{why}: rows are only inserted")
}

/// What is asked for and comes to nothing.
pub(super) fn note_idle(
    config: &TableConfig,
    operations: OperationWeights,
    (standing, is_parent): (&Standing, bool),
    notes: &mut Vec<String>,
) {
    let OperationWeights { insert, update, delete } = operations;
    if config.pick.is_some() && standing.sampling == Sampling::Server {
        notes.push("pick is of no use: the server picks the rows".to_owned());
    } else if config.pick.is_some() && update == 0 {
        notes.push("pick is of no use: it is about updates, and there are none".to_owned());
    }
    let is_bare = standing.touch == Touch::Own && standing.sampling != Sampling::Server;
    if insert == 0 && update + delete > 0 && is_bare && !is_parent {
        notes.push(
            "nothing inserts the rows that updates and deletes need: give inserts a weight, or touch the rows that are there \
             (touch: existing)"
                .to_owned(),
        );
    }
}

impl TablePlan {
    /// No deletes: something may refer to any row.
    pub(super) fn without_deletes(&mut self, why: &str) {
        if self.operations.delete > 0 {
            self.operations.delete = 0;
            self.notes.push(format!("no deletes: {why}"));
        }
    }
}
