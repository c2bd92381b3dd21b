//! Combinations of parents that make up a key, by themselves or with lines that are counted within each.

use std::collections::HashMap;

use super::{
    live::{NO_SLOT, Slot},
    plan::CrudPlan,
};

/// What a key of references allows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Combining {
    /// The references whose parents together make up the key, with the line; none where there is no such key.
    pub(crate) references: Vec<usize>,
    /// How many rows the same parents may have.
    pub(crate) lines: u64,
    /// How many combinations are remembered at most.
    pub(crate) most: usize,
    /// Whether combinations are dealt by number, so that nobody has to remember which are taken.
    pub(crate) is_dealt: bool,
    /// Whether the key holds for some rows alone: others are not counted.
    pub(crate) is_partial: bool,
}

/// The combinations that rows have.
#[derive(Clone, Debug, Default)]
pub(super) struct Combinations {
    rule: Combining,
    /// By the hashes of the parents' slots.
    taken: HashMap<u64, Lines>,
}

/// The rows of one combination.
#[derive(Clone, Copy, Debug, Default)]
struct Lines {
    /// How many are there, or may be.
    rows: u64,
    /// The next line.
    next: u64,
}

impl Combinations {
    pub(super) fn new(rule: Combining) -> Self {
        Combinations { rule, taken: HashMap::new() }
    }

    /// Whether these are combinations of that rule.
    pub(super) fn follow(&self, rule: &Combining) -> bool {
        self.rule == *rule
    }

    /// The next line of a row with these parents, where rows `before` it in the statement are not there yet; none when
    /// they have no more.
    pub(super) fn line(&self, parents: &[Slot], before: &[Slot]) -> Option<u64> {
        let Some(combination) = self.combination(parents) else { return Some(0) };
        let is_same = |other: &&[Slot]| self.rule.references.iter().all(|at| other[*at] == parents[*at]);
        let pending = before.chunks(parents.len().max(1)).filter(is_same).count() as u64;
        let line = self.taken.get(&combination).map_or(0, |lines| lines.next) + pending;
        (line < self.rule.lines).then_some(line)
    }

    /// Whether parents may have any number of rows, as long as the key does not hold for them.
    pub(super) fn is_partial(&self) -> bool {
        self.rule.is_partial
    }

    /// Whether a further row could not be told from the others: combinations are not forgotten while rows are there.
    pub(super) fn is_out(&self) -> bool {
        self.rule.references.len() > 1 && self.taken.len() >= self.rule.most
    }

    /// A row with these parents is there, or may be.
    pub(super) fn take(&mut self, parents: &[Slot]) {
        if let Some(combination) = self.combination(parents) {
            let lines = self.taken.entry(combination).or_default();
            lines.rows += 1;
            lines.next += 1;
        }
    }

    /// A row with these parents is gone, or the key does not hold for it. With the last one, lines begin anew.
    pub(super) fn leave(&mut self, parents: &[Slot]) {
        let Some(combination) = self.combination(parents) else { return };
        if let Some(lines) = self.taken.get_mut(&combination) {
            lines.rows -= 1;
            if self.rule.is_partial {
                // No lines are told apart, whichever of the rows this was.
                lines.next = lines.rows;
            }
            if lines.rows == 0 {
                self.taken.remove(&combination);
            }
        }
    }

    /// Another parent is in this place from now on, where the key is made of a reference to such alone: no row of the one before
    /// is remembered.
    pub(super) fn renew(&mut self, parent: Slot) {
        self.taken.remove(&hash([parent].into_iter()));
    }

    /// The row that was taken last has a line before this one; none where nobody knows which.
    pub(super) fn pass(&mut self, parents: &[Slot], line: Option<u64>) {
        let most = self.rule.lines;
        if let Some(lines) = self.combination(parents).and_then(|parents| self.taken.get_mut(&parents)) {
            lines.next = (lines.next - 1).max(line.unwrap_or(most));
        }
    }

    /// Has no further row made with parents that rows have by now: nobody knows which lines those have.
    pub(super) fn close(&mut self) {
        self.taken.values_mut().for_each(|lines| lines.next = self.rule.lines.max(lines.next));
    }

    /// What stands for the parents of a row. Where one is missing, there is no key.
    fn combination(&self, parents: &[Slot]) -> Option<u64> {
        let combined = self.rule.references.iter().map(|reference| parents[*reference]);
        if self.rule.is_dealt
            || self.rule.references.is_empty()
            || combined.clone().any(|slot| slot == NO_SLOT)
        {
            return None;
        }
        Some(hash(combined))
    }
}

/// What stands for parents, in this order.
fn hash(parents: impl Iterator<Item = Slot>) -> u64 {
    parents.fold(0, |hash, slot| crate::rng::splitmix(hash ^ u64::from(slot)))
}

impl CrudPlan {
    /// Finds for each table the others with a key that is made of a reference to it alone.
    pub(super) fn find_one_to_one(&mut self) {
        for child in 0..self.tables.len() {
            let own = &self.tables[child];
            let [reference] = own.layout.combining.references[..] else { continue };
            if let Some(parent) = own.references[reference].parent.planned() {
                self.tables[parent].one_to_one.push(child);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn combinations(lines: u64) -> Combinations {
        Combinations::new(Combining { references: vec![0, 2], lines, most: 3, ..Combining::default() })
    }

    #[test]
    fn the_same_parents_have_so_many_rows_and_no_more() {
        let mut all = combinations(2);
        assert_eq!(all.line(&[1, 9, 2], &[]), Some(0));
        all.take(&[1, 9, 2]);
        assert_eq!(all.line(&[1, 8, 2], &[]), Some(1));
        assert_eq!(all.line(&[1, 8, 2], &[1, 7, 2, 1, 7, 3]), None, "one is in the same statement");
        all.take(&[1, 8, 2]);
        assert_eq!((all.line(&[1, 9, 2], &[]), all.line(&[2, 9, 1], &[])), (None, Some(0)));
        assert_eq!(all.line(&[1, 9, NO_SLOT], &[]), Some(0), "no key without a parent");
    }

    #[test]
    fn a_line_comes_again_only_after_all_rows_of_its_parents_are_gone() {
        let mut all = combinations(9);
        all.take(&[1, 0, 2]);
        all.take(&[1, 0, 2]);
        all.leave(&[1, 0, 2]);
        assert_eq!(all.line(&[1, 0, 2], &[]), Some(2));
        all.leave(&[1, 0, 2]);
        assert_eq!(all.line(&[1, 0, 2], &[]), Some(0));
    }

    #[test]
    fn parents_of_rows_that_were_there_have_no_further_lines() {
        let mut all = combinations(9);
        all.take(&[1, 0, 2]);
        all.close();
        assert_eq!((all.line(&[1, 0, 2], &[]), all.line(&[2, 0, 2], &[])), (None, Some(0)));
    }

    #[test]
    fn lines_go_on_after_those_that_are_known() {
        let mut all = combinations(9);
        for (parent, line) in [(1, Some(4)), (1, Some(3)), (3, None)] {
            all.take(&[parent, 0, 2]);
            all.pass(&[parent, 0, 2], line);
        }
        assert_eq!((all.line(&[1, 0, 2], &[]), all.line(&[3, 0, 2], &[])), (Some(4), None));
    }

    #[test]
    fn parents_of_a_row_in_part_are_free_when_no_such_row_is_left() {
        let rule = Combining { is_partial: true, ..combinations(1).rule };
        let mut all = Combinations::new(rule);
        (0..3).for_each(|_| all.take(&[1, 0, 2]));
        all.pass(&[1, 0, 2], None);
        for rows in [2, 1] {
            all.leave(&[1, 0, 2]);
            assert_eq!(all.line(&[1, 0, 2], &[]), None, "{rows} rows are left");
        }
        all.leave(&[1, 0, 2]);
        assert_eq!((all.line(&[1, 0, 2], &[]), all.taken.len()), (Some(0), 0));
    }

    #[test]
    fn combinations_of_several_parents_are_bounded() {
        let mut all = combinations(1);
        (0..3).for_each(|slot| all.take(&[slot, 0, 0]));
        assert!(all.is_out());
    }
}
