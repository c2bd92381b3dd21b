//! Rows that more than one lane has written: one has deleted what another one has inserted afterwards.

use super::version::{Fate, Version};
use crate::ChangeKind;

/// The lives of the row, lane by lane: whatever comes behind a deletion is another row of the same key.
pub(super) fn lives(versions: &[Version]) -> impl DoubleEndedIterator<Item = &[Version]> {
    versions.chunk_by(|one, next| one.lane == next.lane && one.kind != ChangeKind::Delete)
}

/// The versions of such a row, as far in order as its last state needs: one that was there before the run comes first, one
/// that is there in the end comes last. None if they contradict each other, or nobody knows how one of them ended.
pub(super) fn in_order(versions: &[Version]) -> Option<Vec<Version>> {
    if versions.iter().any(|version| version.fate != Fate::Committed) {
        return None;
    }
    let mut lives: Vec<&[Version]> = lives(versions).collect();
    let was_there = |life: &[Version]| life[0].kind != ChangeKind::Insert;
    let is_there = |life: &[Version]| life[life.len() - 1].kind != ChangeKind::Delete;
    let count = |is: &dyn Fn(&[Version]) -> bool| lives.iter().filter(|life| is(life)).count();
    let contradicts = count(&was_there) > 1 || count(&is_there) > 1;
    if contradicts || count(&|life| was_there(life) && is_there(life)) > 0 {
        return None;
    }
    lives.sort_by_key(|life| (is_there(life), !was_there(life)));
    Some(lives.concat())
}
