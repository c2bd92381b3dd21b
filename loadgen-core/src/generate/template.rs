//! Texts put together from pieces.

use super::list::{List, list};
use crate::Rng;

/// What a text is made of, parsed once from a line such as `{first lower}.{code 7}@{host}`.
#[derive(Clone, Debug)]
pub(super) struct Template {
    pieces: Box<[Piece]>,
    /// Bytes to set aside for one text.
    room: usize,
}

#[derive(Clone, Debug)]
enum Piece {
    Literal(&'static str),
    Pick(List),
    /// Like `Pick`, of items that are nothing but ASCII letters, in lower case.
    Lower(List),
    /// A number without leading zeros.
    Number(i64, i64),
    /// So many characters of an alphabet, drawn.
    Drawn(&'static [u8], u32),
    /// So many characters of an alphabet, at most 12 of 36, which spell the number given to [`Template::write`].
    Code(&'static [u8], u32),
}

const DIGITS: &[u8] = b"0123456789";
const CAPITALS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const HEXADECIMAL: &[u8] = b"0123456789abcdef";
/// Of one case, so that codes differ under case-insensitive collations too.
pub(super) const BASE36: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";
/// A list that is cut to short items must keep this many, so that values stay varied.
const ENOUGH: usize = 8;

impl Template {
    /// Reads a template; `None` when it is malformed or names no list.
    pub(super) fn parse(mut text: &'static str) -> Option<Self> {
        let mut pieces = Vec::new();
        while !text.is_empty() {
            let (literal, rest) = text.split_at(text.find('{').unwrap_or(text.len()));
            if !literal.is_empty() {
                pieces.push(Piece::Literal(literal));
            }
            text = rest;
            if let Some(rest) = rest.strip_prefix('{') {
                let (piece, tail) = rest.split_once('}')?;
                pieces.push(Piece::parse(piece)?);
                text = tail;
            }
        }
        Some(Template::of(pieces))
    }

    fn of(pieces: Vec<Piece>) -> Self {
        let room = pieces.iter().map(Piece::bytes).sum();
        Template { pieces: pieces.into(), room }
    }

    /// A template of nothing but a code, behind some letters when it is longer than a number can tell.
    pub(super) fn code(width: u32) -> Self {
        const MOST: u32 = 12;
        let code = Piece::Code(BASE36, width.min(MOST));
        match width.saturating_sub(MOST) {
            0 => Template::of(vec![code]),
            more => Template::of(vec![Piece::Drawn(BASE36, more), code]),
        }
    }

    /// The template cut to texts of at most `max` characters by leaving out long items; `None` when too little is left.
    pub(super) fn fit(&self, max: u32) -> Option<Self> {
        let whole: usize = self.pieces.iter().map(Piece::chars).sum();
        let max = max as usize;
        let longest = self.pieces.iter().filter_map(Piece::items).flat_map(|items| items.iter());
        let mut limit = longest.map(|item| item.chars().count()).max().unwrap_or(0);
        if whole <= max {
            return Some(self.clone());
        }
        let shortened = |limit| self.pieces.iter().map(|piece| piece.chars_within(limit)).sum::<usize>();
        while limit > 0 && shortened(limit) > max {
            limit -= 1;
        }
        if limit == 0 {
            return None;
        }
        let pieces: Option<Vec<Piece>> = self.pieces.iter().map(|piece| piece.cut(limit)).collect();
        pieces.map(Template::of)
    }

    /// How many codes there are: 1 without a code.
    pub(super) fn capacity(&self) -> u128 {
        let codes = self.pieces.iter().filter_map(|piece| match piece {
            Piece::Code(alphabet, width) => Some((alphabet.len() as u128).pow(*width)),
            _ => None,
        });
        codes.product()
    }

    /// One text; `code`, below [`Template::capacity`], is spelt where the template says so.
    pub(super) fn write(&self, rng: &mut Rng, code: u64) -> String {
        let mut out = String::with_capacity(self.room);
        for piece in &*self.pieces {
            piece.write(rng, code, &mut out);
        }
        out
    }

    /// Whether equal texts mean equal codes: there is one code, and after it nothing, or one piece and an `@` or `.`
    /// that no code contains.
    #[cfg(test)]
    pub(super) fn tells_codes_apart(&self) -> bool {
        let at = self.pieces.iter().position(|piece| matches!(piece, Piece::Code(..)));
        at.is_some_and(|at| match &self.pieces[at + 1..] {
            [] => true,
            [Piece::Literal(tail)] => tail.starts_with(['@', '.']),
            [Piece::Literal("@"), Piece::Pick(items)] => items.iter().all(|item| !item.contains('@')),
            _ => false,
        })
    }
}

impl Piece {
    fn parse(text: &'static str) -> Option<Self> {
        let width = |text: &str| text.parse::<u32>().ok().filter(|width| (1..=16).contains(width));
        if let Some(rest) = text.strip_prefix('#') {
            return Some(Piece::Drawn(DIGITS, width(rest)?));
        }
        if let Some(rest) = text.strip_prefix('@') {
            return Some(Piece::Drawn(CAPITALS, width(rest)?));
        }
        if let Some(rest) = text.strip_prefix('%') {
            return Some(Piece::Drawn(HEXADECIMAL, width(rest)?));
        }
        if let Some(rest) = text.strip_prefix("code ") {
            return Some(Piece::Code(BASE36, width(rest)?));
        }
        if let Some(rest) = text.strip_prefix("serial ") {
            return Some(Piece::Code(DIGITS, width(rest)?));
        }
        if let Some(name) = text.strip_suffix(" lower") {
            let plain = |item: &&str| item.bytes().all(|byte| byte.is_ascii_alphabetic());
            return Some(Piece::Lower(list(name)?.iter().copied().filter(plain).collect()));
        }
        match text.split_once('-') {
            Some((low, high)) => Some(Piece::Number(low.parse().ok()?, high.parse().ok()?)),
            None => list(text).map(Piece::Pick),
        }
    }

    fn items(&self) -> Option<&List> {
        if let Piece::Pick(items) | Piece::Lower(items) = self { Some(items) } else { None }
    }

    /// The most characters that the piece writes.
    fn chars(&self) -> usize {
        self.chars_within(usize::MAX)
    }

    /// The most characters that the piece writes when longer items than `limit` are left out.
    fn chars_within(&self, limit: usize) -> usize {
        match self {
            Piece::Literal(text) => text.chars().count(),
            Piece::Pick(items) | Piece::Lower(items) => items
                .iter()
                .map(|item| item.chars().count())
                .filter(|chars| *chars <= limit)
                .max()
                .unwrap_or(0),
            Piece::Number(low, high) => low.to_string().len().max(high.to_string().len()),
            Piece::Drawn(_, width) | Piece::Code(_, width) => *width as usize,
        }
    }

    fn bytes(&self) -> usize {
        self.items().map_or(self.chars(), |items| items.iter().map(|item| item.len()).max().unwrap_or(0))
    }

    fn cut(&self, limit: usize) -> Option<Self> {
        let Some(items) = self.items() else { return Some(self.clone()) };
        let short: List = items.iter().copied().filter(|item| item.chars().count() <= limit).collect();
        if short.len() < ENOUGH.min(items.len()) {
            return None;
        }
        Some(if matches!(self, Piece::Lower(_)) { Piece::Lower(short) } else { Piece::Pick(short) })
    }

    fn write(&self, rng: &mut Rng, code: u64, out: &mut String) {
        match self {
            Piece::Literal(text) => out.push_str(text),
            Piece::Pick(items) => out.push_str(rng.pick::<&str>(items)),
            Piece::Lower(items) => {
                let from = out.len();
                out.push_str(rng.pick::<&str>(items));
                out[from..].make_ascii_lowercase();
            }
            Piece::Number(low, high) => {
                out.push_str(itoa::Buffer::new().format(rng.between(*low, *high)));
            }
            Piece::Drawn(alphabet, width) => spell_drawn(rng, alphabet, *width as usize, out),
            Piece::Code(alphabet, width) => spell(code, alphabet, *width as usize, out),
        }
    }
}

/// Writes `width` characters of the alphabet, drawn.
pub(super) fn spell_drawn(rng: &mut Rng, alphabet: &[u8], width: usize, out: &mut String) {
    const CHUNK: usize = 10;
    let mut left = width;
    while left > 0 {
        let part = left.min(CHUNK);
        let bound = (alphabet.len() as u64).pow(part as u32);
        spell(rng.below(bound), alphabet, part, out);
        left -= part;
    }
}

/// Writes the last `width` digits of a number in the base of an alphabet, most significant first.
pub(super) fn spell(number: u64, alphabet: &[u8], width: usize, out: &mut String) {
    const MOST: usize = 25;
    let mut digits = [0u8; MOST];
    let width = width.min(MOST);
    let base = alphabet.len() as u64;
    let mut rest = number;
    for digit in digits[..width].iter_mut().rev() {
        *digit = alphabet[(rest % base) as usize];
        rest /= base;
    }
    digits[..width].iter().for_each(|digit| out.push(char::from(*digit)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Seed;

    fn example(template: &Template) -> String {
        template.write(&mut Rng::keyed(Seed(1), [0; 3]), 35)
    }

    #[test]
    fn pieces_are_written_in_their_order() {
        let text = example(&Template::parse("{first lower}.{code 3}@x{1-1}{#2}").unwrap());
        let (name, rest) = text.split_once('.').unwrap();
        assert!(name.bytes().all(|byte| byte.is_ascii_lowercase()), "{text}");
        assert!(rest.starts_with("00z@x1") && rest.len() == 8, "{text}");
    }

    #[test]
    fn long_items_are_left_out_until_the_text_fits() {
        let template = Template::parse("{first} {last}").unwrap();
        for max in 11..30 {
            let short = template.fit(max).unwrap();
            (0..200).for_each(|n| {
                let text = short.write(&mut Rng::keyed(Seed(2), [n; 3]), 0);
                assert!(text.chars().count() <= max as usize, "{text}");
            });
        }
        assert!(template.fit(3).is_none());
        assert!(Template::parse("{%16}").unwrap().fit(15).is_none());
    }

    #[test]
    fn what_is_malformed_is_refused() {
        for bad in ["{first", "{no such list}", "{#}", "{#99}", "{a-b}"] {
            assert!(Template::parse(bad).is_none(), "{bad}");
        }
    }
}
