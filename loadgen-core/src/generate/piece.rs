//! The pieces that templates are made of.

use std::borrow::Cow;

use super::{
    Locale,
    alphabet::{self, Alphabet},
    list::{self, List},
    template::Template,
};
use crate::Rng;

#[derive(Clone, Debug)]
pub(super) enum Piece {
    Literal(Cow<'static, str>),
    Pick(List),
    /// Like `Pick`, of items that are nothing but ASCII letters, in lower case.
    Lower(List),
    /// A number from the first to the second, with zeros in front up to so many digits.
    Number(i64, i64, usize),
    /// So many characters of an alphabet, drawn.
    Drawn(Alphabet, u32),
    /// So many characters of an alphabet, at most 12, which spell the number given to [`Piece::write`].
    Code(Alphabet, u32),
    /// One of several, without codes.
    Either(Box<[Template]>),
}

/// A list that is cut to short items must keep this many, so that values stay varied.
const ENOUGH: usize = 8;

impl Piece {
    pub(super) fn parse(text: &str, locale: Locale) -> Option<Self> {
        let items_of = |name: &str| locale.list(name).or_else(|| list::list(name));
        let width = |text: &str| text.parse::<u32>().ok().filter(|width| (1..=16).contains(width));
        let code_width = |text: &str| width(text).filter(|width| *width as usize <= alphabet::MOST);
        if let Some(rest) = text.strip_prefix('#') {
            return Some(Piece::Drawn(Alphabet::Digits, width(rest)?));
        }
        if let Some(rest) = text.strip_prefix('@') {
            return Some(Piece::Drawn(Alphabet::Capitals, width(rest)?));
        }
        if let Some(rest) = text.strip_prefix('%') {
            return Some(Piece::Drawn(Alphabet::Hexadecimal, width(rest)?));
        }
        if let Some(rest) = text.strip_prefix('=') {
            return rest.split('|').map(Template::parse).collect::<Option<Box<[_]>>>().map(Piece::Either);
        }
        if let Some(rest) = text.strip_prefix("code ") {
            return Some(Piece::Code(Alphabet::Base36, code_width(rest)?));
        }
        if let Some(rest) = text.strip_prefix("serial ") {
            return Some(Piece::Code(Alphabet::Digits, code_width(rest)?));
        }
        if let Some(name) = text.strip_suffix(" lower") {
            let plain = |item: &&str| item.bytes().all(|byte| byte.is_ascii_alphabetic());
            let own = items_of(name)?;
            // Names of other alphabets are spelt by none: addresses get English ones.
            let few = own.iter().filter(|item| plain(item)).count() < ENOUGH.min(own.len());
            let items = if few { list::list(name)? } else { own };
            let all = items.iter().all(plain);
            return Some(Piece::Lower(if all {
                items
            } else {
                items.iter().copied().filter(plain).collect()
            }));
        }
        // The first character may be a sign.
        match text.char_indices().skip(1).find(|(_, letter)| *letter == '-') {
            Some((at, _)) => number(&text[..at], &text[at + 1..]),
            None if text == "open" => Some(Piece::Literal("{".into())),
            None if text == "nothing" => Some(Piece::Literal("".into())),
            None => items_of(text).map(Piece::Pick),
        }
    }

    pub(super) fn items(&self) -> Option<&List> {
        if let Piece::Pick(items) | Piece::Lower(items) = self { Some(items) } else { None }
    }

    /// The most characters that the piece writes.
    pub(super) fn chars(&self) -> usize {
        self.chars_within(usize::MAX)
    }

    /// The most characters that the piece writes when longer items than `limit` are left out.
    pub(super) fn chars_within(&self, limit: usize) -> usize {
        match self {
            Piece::Literal(text) => text.chars().count(),
            Piece::Pick(items) | Piece::Lower(items) => items
                .iter()
                .map(|item| item.chars().count())
                .filter(|chars| *chars <= limit)
                .max()
                .unwrap_or(0),
            Piece::Number(low, high, _) => low.to_string().len().max(high.to_string().len()),
            Piece::Drawn(_, width) | Piece::Code(_, width) => *width as usize,
            Piece::Either(all) => all.iter().map(Template::chars).max().unwrap_or(0),
        }
    }

    pub(super) fn bytes(&self) -> usize {
        if let Piece::Either(all) = self {
            return all.iter().map(Template::room).max().unwrap_or(0);
        }
        self.items().map_or(self.chars(), |items| items.iter().map(|item| item.len()).max().unwrap_or(0))
    }

    pub(super) fn cut(&self, limit: usize) -> Option<Self> {
        let Some(items) = self.items() else { return Some(self.clone()) };
        let short: List = items.iter().copied().filter(|item| item.chars().count() <= limit).collect();
        if short.len() < ENOUGH.min(items.len()) {
            return None;
        }
        Some(if matches!(self, Piece::Lower(_)) { Piece::Lower(short) } else { Piece::Pick(short) })
    }

    pub(super) fn write(&self, rng: &mut Rng, code: u64, out: &mut String) {
        match self {
            Piece::Literal(text) => out.push_str(text),
            Piece::Pick(items) => out.push_str(rng.pick::<&str>(items)),
            Piece::Lower(items) => {
                let from = out.len();
                out.push_str(rng.pick::<&str>(items));
                out[from..].make_ascii_lowercase();
            }
            Piece::Number(low, high, width) => spell(rng.between(*low, *high), *width, out),
            Piece::Drawn(alphabet, width) => alphabet.draw(rng, *width as usize, out),
            Piece::Code(alphabet, width) => alphabet.spell(code, *width as usize, out),
            Piece::Either(all) => rng.pick(all).append(rng, out),
        }
    }

    /// How many texts the piece can write.
    pub(super) fn variety(&self) -> u128 {
        match self {
            Piece::Literal(_) => 1,
            Piece::Pick(items) | Piece::Lower(items) => items.len() as u128,
            Piece::Number(low, high, _) => u128::from(high.abs_diff(*low)) + 1,
            Piece::Drawn(alphabet, width) | Piece::Code(alphabet, width) => {
                u128::from(alphabet.size()).pow((*width).min(alphabet::MOST as u32))
            }
            Piece::Either(all) => all.iter().fold(0, |sum, one| sum.saturating_add(one.variety())),
        }
    }

    /// Writes the text of a number below [`Piece::variety`], another one for each.
    pub(super) fn write_nth(&self, number: u128, out: &mut String) {
        let item = |items: &List| items.get(number as usize).copied().unwrap_or_default();
        match self {
            Piece::Literal(text) => out.push_str(text),
            Piece::Pick(items) => out.push_str(item(items)),
            Piece::Lower(items) => out.push_str(&item(items).to_ascii_lowercase()),
            Piece::Number(low, _, width) => spell(low.wrapping_add_unsigned(number as u64), *width, out),
            Piece::Drawn(alphabet, width) | Piece::Code(alphabet, width) => {
                let digits = (*width as usize).min(alphabet::MOST);
                out.extend(std::iter::repeat_n('0', *width as usize - digits));
                alphabet.spell(number as u64, digits, out);
            }
            Piece::Either(all) => {
                let mut left = number;
                for one in all {
                    match left.checked_sub(one.variety()) {
                        Some(more) => left = more,
                        None => return one.append_nth(left, out),
                    }
                }
            }
        }
    }
}

/// The numbers between two; zeros in front of the first show how wide all of them are.
fn number(low: &str, high: &str) -> Option<Piece> {
    let width = if low.len() > 1 && low.starts_with('0') { low.len() } else { 0 };
    let (low, high) = (low.parse().ok()?, high.parse().ok()?);
    (low <= high).then_some(Piece::Number(low, high, width))
}

fn spell(number: i64, width: usize, out: &mut String) {
    let mut digits = itoa::Buffer::new();
    let digits = digits.format(number);
    out.extend(std::iter::repeat_n('0', width.saturating_sub(digits.len())));
    out.push_str(digits);
}
