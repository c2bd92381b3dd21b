//! What can be said of columns when all columns of a table are known.

use loadgen_core::{Fill, Table};

use super::{
    Drafts,
    sequence::{self, Sequence},
};
use crate::translate::{constant, translate};

/// Computed columns and defaults, in the SQL that is understood.
pub(super) fn columns(drafts: &mut Drafts, sequences: &[Sequence]) {
    for draft in drafts.values_mut() {
        for (column, text) in &draft.computed {
            let found = translate(text, &draft.table).sql;
            draft.table.special.computed.insert(*column, found);
        }
        for column in 0..draft.table.columns.len() {
            defaults(&mut draft.table, column, sequences);
        }
    }
}

fn defaults(table: &mut Table, column: usize, sequences: &[Sequence]) {
    let fill = match &table.columns[column].fill {
        Fill::Constant(text) => match super::fill::sequence_in(text) {
            true => {
                if let Some(sequence) = sequence::of_default(sequences, text) {
                    table.special.sequences.insert(column, sequence.left);
                }
                Fill::Sequence { always: false }
            }
            false => Fill::Constant(constant(text, table, column)),
        },
        Fill::Volatile(text) => Fill::Volatile(translate(text, table).sql),
        _ => return,
    };
    table.columns[column].fill = fill;
}
