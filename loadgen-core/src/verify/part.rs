//! Judges the rows of one part, however large it is.
//!
//! A part that is held in memory is read, sorted and judged row by row. A larger one is dealt to smaller ones, by other bits of
//! the keys' hashes; what is left then are rows that have been changed so often that one alone is too large, and those are
//! judged as they are read, if they come in order ([`super::hot`]).

use super::{
    error::VerifyError, group::Records, hot, judgement::Judgement, relation::Relation, spill::Spill,
};

/// To how many parts a large one is dealt, besides that of its first key.
const PIECES: usize = 16;

/// Judges one part after the other.
pub(super) struct Judge<'a> {
    pub(super) relations: &'a [Relation],
    /// How many bytes of a part are held in memory.
    pub(super) most: u64,
}

impl Judge<'_> {
    /// Judges a part, which is empty afterwards and came of dealing `level` times.
    pub(super) fn part(
        &self,
        rows: &mut Spill,
        part: usize,
        level: u32,
        out: &mut Judgement,
    ) -> Result<(), VerifyError> {
        if rows.size(part) <= self.most {
            return self.whole(rows, part, out);
        }
        let mut pieces = deal(rows, part, level)?;
        rows.clear(part)?;
        // One key alone cannot be dealt any further.
        if pieces.size(0) <= self.most || !hot::judge(&mut pieces, self.relations, out)? {
            self.whole(&mut pieces, 0, out)?;
        } else {
            pieces.clear(0)?;
        }
        (1..pieces.parts()).try_for_each(|piece| self.part(&mut pieces, piece, level + 1, out))
    }

    fn whole(&self, rows: &mut Spill, part: usize, out: &mut Judgement) -> Result<(), VerifyError> {
        let bytes = rows.take(part)?;
        let records = Records::read(&bytes).ok_or_else(|| rows.damaged(part))?;
        records.each(self.relations, |group| out.group(group))
    }
}

/// Deals the records of a part to smaller ones in their order: those of the first key to the first of them.
fn deal(rows: &mut Spill, part: usize, level: u32) -> Result<Spill, VerifyError> {
    let (mut pieces, mut first) = (rows.below(part, PIECES + 1), None);
    let mut records = rows.read(part)?;
    while let Some((record, bytes)) = records.next()? {
        let key = record.key();
        let piece = match *first.get_or_insert(key) == key {
            true => 0,
            // The other half of the hash has dealt the key to its part.
            false => 1 + (key as u64).rotate_right(4 * level) as usize % PIECES,
        };
        pieces.append(piece, |piece| piece.extend_from_slice(bytes))?;
    }
    Ok(pieces)
}
