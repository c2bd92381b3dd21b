//! Characters that codes are spelt with.

use crate::Rng;

/// An alphabet and, with it, a base for numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alphabet {
    Digits,
    Hexadecimal,
    Capitals,
    /// Digits and letters of one case, so that codes differ under case-insensitive collations too.
    Base36,
}

/// So many characters of any alphabet spell less than 2^64.
pub(super) const MOST: usize = 12;

impl Alphabet {
    /// How many characters there are.
    pub(super) fn size(self) -> u64 {
        match self {
            Alphabet::Digits => 10,
            Alphabet::Hexadecimal => 16,
            Alphabet::Capitals => 26,
            Alphabet::Base36 => 36,
        }
    }

    /// Appends the last `width` digits of a number, at most [`MOST`], most significant first.
    pub(super) fn spell(self, number: u64, width: usize, out: &mut String) {
        match self {
            Alphabet::Digits => spell(number, b"0123456789", width, out),
            Alphabet::Hexadecimal => spell(number, b"0123456789abcdef", width, out),
            Alphabet::Capitals => spell(number, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", width, out),
            Alphabet::Base36 => spell(number, b"0123456789abcdefghijklmnopqrstuvwxyz", width, out),
        }
    }

    /// Appends `width` characters, drawn.
    pub(super) fn draw(self, rng: &mut Rng, width: usize, out: &mut String) {
        let mut left = width;
        while left > 0 {
            let part = left.min(MOST);
            self.spell(rng.below(self.size().pow(part as u32)), part, out);
            left -= part;
        }
    }
}

/// One copy for each alphabet, which divides by a constant.
fn spell<const SIZE: usize>(mut number: u64, alphabet: &[u8; SIZE], width: usize, out: &mut String) {
    let mut digits = [0u8; MOST];
    let digits = &mut digits[..width.min(MOST)];
    for digit in digits.iter_mut().rev() {
        *digit = alphabet[(number % SIZE as u64) as usize];
        number /= SIZE as u64;
    }
    out.push_str(std::str::from_utf8(digits).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Seed;

    #[test]
    fn numbers_are_spelt_to_the_width() {
        let mut out = String::new();
        Alphabet::Base36.spell(35 * 36 + 1, 4, &mut out);
        Alphabet::Digits.spell(1_234, 2, &mut out);
        Alphabet::Capitals.draw(&mut Rng::keyed(Seed(1), [0; 3]), 30, &mut out);
        assert!(out.starts_with("00z134"), "{out}");
        assert_eq!(out.len(), 36);
    }
}
