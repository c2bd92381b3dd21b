//! All relations of a row drawn before its checks are looked at.

use super::{Relations, bond::TRIES, pen::Pen};
use crate::Value;

impl Relations {
    /// Writes the columns of all relations; false, and what was there before, when the checks do not hold then.
    pub(super) fn draw_jointly(&self, pen: &mut Pen<'_>) -> bool {
        let tied: Vec<usize> = self.all.iter().flat_map(|bond| pen.wanted_of(&bond.tied)).collect();
        let there = |column: &usize| pen.own[*column].is_none();
        let before = self.tied().flatten().filter(there).map(|column| (column, pen.row[column].clone()));
        let before: Vec<(usize, Value)> = before.collect();
        (0..TRIES).any(|_| {
            let mut fits = true;
            for bond in &self.all {
                let pen = &mut pen.after(&bond.drawn);
                match bond.tied.is_empty() {
                    true => drop(bond.draw(pen)),
                    false => fits &= bond.relation.draw(pen),
                }
            }
            let fits = fits && (pen.holds)(pen.row, &tied);
            if !fits {
                before.iter().for_each(|(column, value)| pen.row[*column].clone_from(value));
            }
            fits
        })
    }
}
