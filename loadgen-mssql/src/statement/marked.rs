//! Changes with their markers in one batch.

use loadgen_core::{Change, Failure};

use super::{
    Statement,
    sql::{DONE, Draft, caught},
};
use crate::dialect::Dialect;

/// What the batch of [`build`] answers with.
pub(crate) const UNMOVED: i64 = 0;
/// The same, where fewer rows would have been changed.
pub(crate) const SHORT: i64 = 1;
/// The same, where all of it was done.
pub(crate) const WHOLE: i64 = 2;

/// A batch that moves the marker, carries out the change and commits, or else takes back what it did.
pub(super) fn build(marker: &Change, change: &Change, dialect: Dialect) -> Result<Statement, Failure> {
    let mut moved = Draft::of(marker, dialect, 0);
    let marker = moved.change(false)?;
    let of_marker = moved.params.len();
    let mut changed = Draft::of(change, dialect, of_marker);
    let (text, rows) = (changed.change(false)?, change.rows);
    let batch = format!(
        "begin transaction; {marker}; if rowcount_big() = 0 begin rollback transaction; select {UNMOVED} as {DONE}; \
         end else begin {text}; set @rows = rowcount_big(); if @rows < {rows} begin rollback transaction; \
         select {SHORT} as {DONE}; end else begin commit transaction; select {WHOLE} as {DONE}; end end"
    );
    let mut params = moved.params;
    params.append(&mut changed.params);
    Ok(Statement { text: caught(&batch).into(), params, of_marker, returning: Vec::new(), says_rows: true })
}
