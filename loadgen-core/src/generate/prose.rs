//! Words in rows.

use super::{Generator, alphabet::Alphabet, list::list};
use crate::{Rng, Value};

/// Sentences of everyday words, a few of them beyond ASCII.
#[derive(Debug)]
pub(super) struct Prose {
    name: &'static str,
    words: Box<[Word]>,
    /// The fewest and the most words.
    count: (i64, i64),
    /// The fewest and the most characters.
    length: (u32, u32),
    /// Whether a length is drawn, rather than a number of words.
    spread: bool,
}

/// A word in a block of its own: blocks of one size are copied faster than texts of many lengths.
#[derive(Debug)]
struct Word {
    block: [u8; BLOCK],
    bytes: usize,
    chars: u32,
}

/// No word of the list takes more bytes.
const BLOCK: usize = 16;
/// A sentence ends after this many words.
const SENTENCE: i64 = 12;
/// What a word takes with the blank before it, about.
const ROOM: usize = 7;

impl Word {
    fn new(word: &str) -> Self {
        let bytes = word.len().min(BLOCK);
        let mut block = [0; BLOCK];
        block[..bytes].copy_from_slice(&word.as_bytes()[..bytes]);
        Word { block, bytes, chars: word.chars().count() as u32 }
    }

    fn write(&self, out: &mut Vec<u8>) {
        let end = out.len() + self.bytes;
        out.extend_from_slice(&self.block);
        out.truncate(end);
    }
}

impl Prose {
    /// So many words, cut to a length in characters.
    pub(super) fn new(name: &'static str, count: (i64, i64), length: (u32, u32)) -> Self {
        let words = list("word").unwrap_or_default().iter().map(|word| Word::new(word)).collect();
        Prose { name, words, count, length, spread: false }
    }

    /// Words of any length in characters between two.
    pub(super) fn spread(name: &'static str, length: (u32, u32)) -> Self {
        Prose { spread: true, ..Prose::new(name, (1, 1), length) }
    }
}

impl Generator for Prose {
    fn generate(&self, rng: &mut Rng) -> Value {
        let (mut least, most) = self.length;
        if self.spread {
            least = rng.between(least.into(), most.into()) as u32;
        }
        let count = rng.between(self.count.0, self.count.1);
        let mut text = Vec::with_capacity(count as usize * ROOM + BLOCK);
        let (mut chars, mut written) = (0, 0);
        while written < count || chars < least {
            let word = rng.pick(&self.words);
            let is_first = written % SENTENCE == 0;
            let gap = match (written, is_first) {
                (0, _) => 0,
                (_, true) => 2,
                (_, false) => 1,
            };
            if chars + word.chars + gap > most {
                break;
            }
            // One by one: texts of no fixed length are copied by a call.
            if gap == 2 {
                text.push(b'.');
            }
            if gap > 0 {
                text.push(b' ');
            }
            let start = text.len();
            word.write(&mut text);
            if is_first {
                text[start..=start].make_ascii_uppercase();
            }
            chars += word.chars + gap;
            written += 1;
        }
        let mut text = String::from_utf8(text).unwrap_or_default();
        let missing = least.max(1).min(most).saturating_sub(chars);
        Alphabet::Base36.draw(rng, missing as usize, &mut text);
        Value::Text(text)
    }

    fn describe(&self) -> String {
        self.name.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_fits_into_its_block() {
        for word in list("word").unwrap().iter() {
            let mut out = Vec::new();
            Word::new(word).write(&mut out);
            assert_eq!(out, word.as_bytes());
        }
    }
}
