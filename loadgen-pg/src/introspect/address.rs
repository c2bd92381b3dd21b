//! Tables whose rows are found by where they are, for want of a key.

use loadgen_core::{Storage, Table};

/// A row's address holds as long as nothing but our own statements moves it, and nobody keeps us from reading it.
pub(super) fn doubt(table: &mut Table) {
    let special = &mut table.special;
    let moves =
        special.rewrites.is_some() || special.written_by.is_some() || special.storage != Storage::Plain;
    let is_hidden = !special.denied.select.is_empty();
    special.is_addressed &= !moves && !is_hidden;
}
