//! Which rows are whose: numbers, dealt in ranges.

use std::{
    ops::Range,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::Failure;

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
    /// What happened to rows of which nobody knows, if there are such.
    pub(super) unclear: Option<Failure>,
    /// Why there are no more.
    pub(super) short: Option<String>,
    /// Ranges in a row of which no row was free.
    barren: u32,
    /// Numbers in a row with which no row meets the checks, or is taken by the target.
    unfit: u64,
    /// What the target said of a row that it refused.
    refusal: Option<String>,
}

/// What has become of a range.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Written {
    /// Rows that are in the table.
    pub(super) inserted: u64,
    /// Numbers that were passed over, as no row with them meets the checks, or the target refuses it.
    pub(super) unfit: u64,
}

/// Somebody else, or an earlier seeding, may have taken so many ranges; beyond that something is wrong.
const MOST_BARREN: u32 = 300;
/// Checks that refuse so many rows in a row are taken to refuse all.
pub(super) const MOST_UNFIT: u64 = 2_000;

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
    pub(super) fn done(&self, range: &Range<u64>, Written { inserted, unfit }: Written) {
        let mut dealt = self.lock();
        let rows = range.end - range.start;
        dealt.inserted += inserted;
        dealt.left += rows.saturating_sub(inserted);
        if inserted > 0 {
            (dealt.barren, dealt.unfit) = (0, 0);
        }
        dealt.unfit += if inserted == 0 { unfit } else { 0 };
        dealt.barren += u32::from(inserted == 0 && unfit < rows);
        if dealt.barren >= MOST_BARREN {
            dealt.short.get_or_insert_with(|| "the unique values that were tried are all taken".to_owned());
        }
        if dealt.unfit >= MOST_UNFIT {
            dealt.end_unfit();
        }
    }

    /// Nobody knows whether the rows of a range are in the table.
    pub(super) fn lost(&self, failure: Failure) {
        self.lock().unclear = Some(failure);
    }

    /// There are no more rows, for this reason.
    pub(super) fn end(&self, why: String) {
        self.lock().short.get_or_insert(why);
    }

    /// There are no more rows, as the checks refuse all.
    pub(super) fn unfit(&self) {
        self.lock().end_unfit();
    }

    /// The target refuses rows for what they are, as a trigger may; those are passed over.
    pub(super) fn refused(&self, failure: &Failure) {
        self.lock().refusal.get_or_insert_with(|| failure.to_string());
    }

    /// Whether there are no more rows.
    pub(super) fn is_over(&self) -> bool {
        self.lock().short.is_some()
    }

    pub(super) fn dealt(&self) -> Dealt {
        self.lock().clone()
    }
}

impl Dealt {
    fn end_unfit(&mut self) {
        let why = match &self.refusal {
            Some(said) => format!("no values found that the table takes: {said}"),
            None => "no values found that meet the checks".to_owned(),
        };
        self.short.get_or_insert(why);
    }
}
