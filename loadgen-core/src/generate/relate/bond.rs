//! A relation among the others of its table, and how it is drawn under the checks.

use super::{Relation, pen::Pen};
use crate::Value;

/// A relation, with what decides which of its columns it may write and when the checks are looked at.
#[derive(Debug)]
pub(super) struct Bond {
    pub(super) relation: Box<dyn Relation>,
    /// The columns that those before it have drawn.
    pub(super) drawn: Vec<usize>,
    /// Its columns that checks tie to others: any of them alone would break those, so all are written first.
    pub(super) tied: Vec<usize>,
}

/// How often a relation is drawn again when one of its values does not fit.
pub(super) const TRIES: u32 = 6;

impl Bond {
    /// Writes the columns; false when one of them had to do without the others.
    pub(super) fn draw(&self, pen: &mut Pen<'_>) -> bool {
        let tied = pen.wanted_of(&self.tied);
        if tied.is_empty() {
            return (0..TRIES).any(|_| self.relation.draw(pen));
        }
        let before = self.before(pen);
        for _ in 0..TRIES {
            if self.relation.draw(pen) && (pen.holds)(pen.row, &tied) {
                return true;
            }
            for (column, value) in &before {
                pen.row[*column].clone_from(value);
            }
        }
        // What meets the checks stays as it was, and the other columns follow from it.
        let wanted = |column| (pen.wanted)(column) && !self.tied.contains(&column);
        let (row, rng) = (&mut *pen.row, &mut *pen.rng);
        self.relation.draw(&mut Pen { row, rng, wanted: &wanted, ..*pen });
        false
    }

    /// What is there before the relation is drawn, but for columns of which nothing is.
    fn before(&self, pen: &Pen<'_>) -> Vec<(usize, Value)> {
        let there = self.relation.columns().into_iter().filter(|column| pen.own[*column].is_none());
        there.map(|column| (column, pen.row[column].clone())).collect()
    }
}
