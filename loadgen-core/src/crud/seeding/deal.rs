//! Which rows are whose: numbers, dealt in ranges.

use std::{
    ops::Range,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// The rows of one wave, while they are dealt and after.
#[derive(Debug)]
pub(super) struct Deal(Mutex<Dealt>);

/// What has become of the rows.
#[derive(Clone, Debug, Default)]
pub(super) struct Dealt {
    /// The next row that nobody has.
    next: u64,
    /// How many more are wanted.
    left: u64,
    /// Rows that are in the table.
    pub(super) inserted: u64,
    /// Whether there are rows of which nobody knows.
    pub(super) unclear: bool,
    /// Why there are no more.
    pub(super) short: Option<String>,
    /// Ranges in a row of which no row was free.
    barren: u32,
}

/// Somebody else, or an earlier seeding, may have taken so many ranges; beyond that something is wrong.
const MOST_BARREN: u32 = 300;

impl Deal {
    pub(super) fn new(first: u64, rows: u64) -> Self {
        Deal(Mutex::new(Dealt { next: first, left: rows, ..Dealt::default() }))
    }

    fn lock(&self) -> MutexGuard<'_, Dealt> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next range, of at most so many rows; none when all are dealt.
    pub(super) fn take(&self, most: u64) -> Option<Range<u64>> {
        let mut dealt = self.lock();
        let rows = most.min(dealt.left);
        if rows == 0 || dealt.short.is_some() {
            return None;
        }
        let first = dealt.next;
        dealt.next = first.checked_add(rows)?;
        dealt.left -= rows;
        Some(first..dealt.next)
    }

    /// So many rows of a range of `dealt` are in the table; others have to make up for the rest.
    pub(super) fn done(&self, range: &Range<u64>, inserted: u64) {
        let mut dealt = self.lock();
        dealt.inserted += inserted;
        dealt.left += (range.end - range.start).saturating_sub(inserted);
        dealt.barren = if inserted == 0 { dealt.barren + 1 } else { 0 };
        if dealt.barren >= MOST_BARREN {
            dealt.short.get_or_insert_with(|| "the unique values that were tried are all taken".to_owned());
        }
    }

    /// Nobody knows whether the rows of a range are in the table.
    pub(super) fn lost(&self) {
        self.lock().unclear = true;
    }

    /// There are no more rows, for this reason.
    pub(super) fn end(&self, why: String) {
        self.lock().short.get_or_insert(why);
    }

    pub(super) fn dealt(&self) -> Dealt {
        self.lock().clone()
    }
}
