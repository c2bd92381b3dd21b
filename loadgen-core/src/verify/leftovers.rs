//! The rows from before the run that nobody in the ledger has touched.

use std::cmp::Ordering;

use super::{
    coverage::Why, findings::Draft, group::Group, judgement::Judgement, observation::Sink,
    relation::Relation, sighting::Sighting, verification::Check, version::Version,
};
use crate::{ChangeKind, row_hash};

/// Rows that nobody in the ledger has written, where there were rows before.
#[derive(Clone, Debug, Default)]
pub(super) struct Leftovers {
    rows: u64,
    digest: u128,
    /// Rows whose sum is not known.
    unknown: u64,
    /// Rows that were there before and were then changed.
    touched: u64,
    /// The digest of what they had held, as far as that is known.
    digest_touched: u128,
    /// How many of them are not known.
    unknown_touched: u64,
    /// Those of the rows that are as an aborted insert would have left them: they may be what it has met.
    suspects: Vec<(Draft, Option<u64>)>,
}

/// More suspects of a table are taken for what was there before.
const MOST: usize = 1_000;

impl Leftovers {
    fn add(&mut self, sum: Option<u64>) {
        self.rows += 1;
        match sum {
            Some(sum) => self.digest = self.digest.wrapping_add(row_hash(sum)),
            None => self.unknown += 1,
        }
    }

    fn take(&mut self, sum: Option<u64>) {
        self.rows -= 1;
        match sum {
            Some(sum) => self.digest = self.digest.wrapping_sub(row_hash(sum)),
            None => self.unknown -= 1,
        }
    }

    /// How many rows there should be, and their digest as far as that is known.
    fn expected(&self, relation: &Relation) -> (u64, Option<u128>) {
        let digest = relation.digest_before.map(|digest| digest.wrapping_sub(self.digest_touched));
        let digest = digest.filter(|_| self.unknown + self.unknown_touched == 0);
        (relation.before.saturating_sub(self.touched), digest)
    }

    fn is_as(&self, (rows, digest): (u64, Option<u128>)) -> bool {
        self.rows == rows && digest.is_none_or(|digest| digest == self.digest)
    }
}

impl Judgement {
    /// A row that was there before the run and was changed is none of those that nobody has touched.
    pub(super) fn touch(&mut self, group: &Group<'_>) {
        if let Some(version) = group.touching() {
            self.touched(version);
        }
    }

    /// The first change of a row that was there before the run.
    pub(super) fn touched(&mut self, version: &Version) {
        let leftovers = &mut self.leftovers[version.relation as usize];
        leftovers.touched += 1;
        match version.before {
            Some(sum) => leftovers.digest_touched = leftovers.digest_touched.wrapping_add(row_hash(sum)),
            None => leftovers.unknown_touched += 1,
        }
    }

    /// A row that nobody in the ledger has written.
    pub(super) fn unwritten(&mut self, relation: &Relation, sighting: &Sighting<'_>) {
        if relation.before == 0 {
            let words = "nobody in the ledger has written this row";
            return self.wrong(Check::Foreign, sighting, None, words);
        }
        self.leftovers[sighting.relation as usize].add(whole(sighting));
    }

    /// A row as an aborted transaction would have left it, of which nothing was committed. An insert may have been aborted because
    /// just this row was there before the run: the rows from before say it together.
    pub(super) fn aborted(
        &mut self,
        relation: &Relation,
        sighting: &Sighting<'_>,
        version: &Version,
        words: &str,
    ) {
        let leftovers = &mut self.leftovers[sighting.relation as usize];
        if relation.before == 0 || version.kind != ChangeKind::Insert {
            return self.wrong(Check::Phantom, sighting, Some(version), words);
        }
        if leftovers.suspects.len() < MOST {
            let draft = Draft::of_sighting(Check::Phantom, sighting, words).at(version);
            leftovers.suspects.push((draft, whole(sighting)));
        }
        leftovers.add(whole(sighting));
    }

    /// What is left of the rows from before the run has to be what nobody touched.
    pub(super) fn leftovers(&mut self, relations: &[Relation]) {
        for (number, relation) in (0u32..).zip(relations) {
            let left = std::mem::take(&mut self.leftovers[number as usize]);
            if relation.before > 0 && relation.exempt.is_none() {
                self.left(number, relation, left);
            }
        }
    }

    fn left(&mut self, number: u32, relation: &Relation, mut left: Leftovers) {
        self.coverage.add(number, Why::UnknownBefore, left.unknown_touched);
        let (expected, _) = left.expected(relation);
        if self.sink == Sink::Changes && left.rows == 0 {
            return self.coverage.add(number, Why::UnseenBefore, expected);
        }
        if left.rows < expected && !self.is_complete {
            return;
        }
        if !left.is_as(left.expected(relation)) {
            for (draft, sum) in std::mem::take(&mut left.suspects) {
                left.take(sum);
                self.findings.add(Check::Phantom, || draft);
            }
        }
        let (expected, digest) = left.expected(relation);
        let check = match (left.rows.cmp(&expected), digest) {
            (Ordering::Less, _) if !self.is_complete => return,
            (Ordering::Less, _) => Check::Lost,
            (Ordering::Equal, None) => return self.coverage.add(number, Why::CountedBefore, expected),
            (Ordering::Equal, Some(digest)) if digest == left.digest => {
                self.counts.compared += expected;
                return;
            }
            (Ordering::Equal | Ordering::Greater, _) => Check::Foreign,
        };
        let words = match left.rows.cmp(&expected) {
            Ordering::Equal => format!(
                "of the {expected} rows from before the run that nobody has touched, some hold something else now, or others are in their place"
            ),
            _ => format!(
                "{expected} rows from before the run should be there that nobody has touched, and there are {}",
                left.rows
            ),
        };
        self.findings.add(check, || Draft::of_table(check, number, words));
    }
}

/// The sum of a row in the table's first form, if all of it came.
fn whole(sighting: &Sighting<'_>) -> Option<u64> {
    sighting.sum(0).filter(|_| sighting.unchanged().next().is_none())
}
