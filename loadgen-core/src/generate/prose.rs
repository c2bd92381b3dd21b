//! Words in rows.

use super::{Generator, alphabet::Alphabet, list::list};
use crate::{Rng, Value};

/// Sentences of everyday words, a few of them beyond ASCII.
#[derive(Debug)]
pub(super) struct Prose {
    name: &'static str,
    /// With the number of characters of each.
    words: Box<[(&'static str, u32)]>,
    /// The fewest and the most words.
    count: (i64, i64),
    /// The fewest and the most characters.
    length: (u32, u32),
}

/// A sentence ends after this many words.
const SENTENCE: i64 = 12;
/// What a word takes with the blank before it, about.
const ROOM: usize = 7;

impl Prose {
    /// So many words, cut to a length in characters.
    pub(super) fn new(name: &'static str, count: (i64, i64), length: (u32, u32)) -> Self {
        let counted = |word: &&'static str| (*word, word.chars().count() as u32);
        let words = list("word").unwrap_or_default().iter().map(counted).collect();
        Prose { name, words, count, length }
    }
}

impl Generator for Prose {
    fn generate(&self, rng: &mut Rng) -> Value {
        let (least, most) = self.length;
        let count = rng.between(self.count.0, self.count.1);
        let mut text = String::with_capacity(count as usize * ROOM);
        let (mut chars, mut written) = (0, 0);
        while written < count || chars < least {
            let (word, len) = *rng.pick(&self.words);
            let gap = if written == 0 {
                ""
            } else if written % SENTENCE == 0 {
                ". "
            } else {
                " "
            };
            if chars + len + gap.len() as u32 > most {
                break;
            }
            text.push_str(gap);
            text.push_str(word);
            if written % SENTENCE == 0 {
                let start = text.len() - word.len();
                let initial = start + word.chars().next().map_or(0, char::len_utf8);
                text[start..initial].make_ascii_uppercase();
            }
            chars += len + gap.len() as u32;
            written += 1;
        }
        let missing = least.max(1).min(most).saturating_sub(chars);
        Alphabet::Base36.draw(rng, missing as usize, &mut text);
        Value::Text(text)
    }

    fn describe(&self) -> String {
        self.name.to_owned()
    }
}
