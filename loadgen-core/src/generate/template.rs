//! Texts put together from pieces.

use super::{
    Locale,
    alphabet::{self, Alphabet},
    piece::Piece,
};
use crate::Rng;

/// What a text is made of, parsed once from a line such as `{first lower}.{code 7}@{host}`; of several with ` / ` between them
/// one is drawn.
#[derive(Clone, Debug)]
pub(super) struct Template {
    pieces: Box<[Piece]>,
    /// Bytes to set aside for one text.
    room: usize,
}

/// What stands between templates of which one is drawn.
pub(super) const OR: &str = " / ";

impl Template {
    /// Reads a template; `None` when it is malformed or names no list.
    pub(super) fn parse(text: &str) -> Option<Self> {
        Template::parse_in(text, Locale::ANYWHERE)
    }

    /// The same with the names and places of a locale.
    pub(super) fn parse_in(text: &str, locale: Locale) -> Option<Self> {
        if text.contains(OR) {
            let each: Option<Vec<Template>> =
                text.split(OR).map(|one| Template::parse_in(one, locale)).collect();
            return Some(Template::of(vec![Piece::Either(each?.into())]));
        }
        let text = locale.ordered(text);
        let mut text: &str = &text;
        let mut pieces = Vec::new();
        while !text.is_empty() {
            let (literal, rest) = text.split_at(text.find('{').unwrap_or(text.len()));
            if !literal.is_empty() {
                pieces.push(Piece::Literal(literal.to_owned().into()));
            }
            text = rest;
            if let Some(rest) = rest.strip_prefix('{') {
                let (piece, tail) = rest.split_once('}')?;
                pieces.push(Piece::parse(piece, locale)?);
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
        const MOST: u32 = alphabet::MOST as u32;
        let code = Piece::Code(Alphabet::Base36, width.min(MOST));
        match width.saturating_sub(MOST) {
            0 => Template::of(vec![code]),
            more => Template::of(vec![Piece::Drawn(Alphabet::Base36, more), code]),
        }
    }

    /// Whether the code stands at the end.
    pub(super) fn ends_in_code(&self) -> bool {
        matches!(self.pieces.last(), Some(Piece::Code(..)))
    }

    /// The template cut to texts of at most `max` characters by leaving out long items; `None` when too little is left.
    pub(super) fn fit(self, max: u32) -> Option<Self> {
        let max = max as usize;
        if self.room <= max || self.chars() <= max {
            return Some(self);
        }
        if let [Piece::Either(all)] = &*self.pieces {
            let short: Vec<Template> = all.iter().filter_map(|one| one.clone().fit(max as u32)).collect();
            return (!short.is_empty()).then(|| Template::of(vec![Piece::Either(short.into())]));
        }
        let items = self.pieces.iter().filter_map(Piece::items).flat_map(|items| items.iter());
        let mut limit = items.map(|item| item.chars().count()).max().unwrap_or(0);
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

    /// Bytes to set aside for one text.
    pub(super) fn room(&self) -> usize {
        self.room
    }

    /// The texts, where they are those of one list.
    pub(super) fn items(&self) -> Option<Vec<String>> {
        match &*self.pieces {
            [Piece::Pick(items)] => Some(items.iter().map(|item| (*item).to_owned()).collect()),
            _ => None,
        }
    }

    /// How many codes there are: 1 without a code.
    pub(super) fn capacity(&self) -> u128 {
        let codes = self.pieces.iter().filter_map(|piece| match piece {
            Piece::Code(alphabet, width) => Some(u128::from(alphabet.size()).pow(*width)),
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

    /// Appends a text without a code.
    pub(super) fn append(&self, rng: &mut Rng, out: &mut String) {
        self.pieces.iter().for_each(|piece| piece.write(rng, 0, out));
    }

    /// The most characters of a text.
    pub(super) fn chars(&self) -> usize {
        self.pieces.iter().map(Piece::chars).sum()
    }

    /// How many texts [`Template::write_nth`] knows.
    pub(super) fn variety(&self) -> u128 {
        self.pieces.iter().fold(1, |product, piece| product.saturating_mul(piece.variety()))
    }

    /// The text of a number below [`Template::variety`]. Another one for each, as long as something that is neither
    /// drawn nor a digit stands between pieces of no fixed width.
    pub(super) fn write_nth(&self, number: u128) -> String {
        let mut out = String::with_capacity(self.room);
        self.append_nth(number, &mut out);
        out
    }

    pub(super) fn append_nth(&self, mut number: u128, out: &mut String) {
        for piece in &*self.pieces {
            let variety = piece.variety();
            piece.write_nth(number % variety, out);
            number /= variety;
        }
    }

    /// Whether equal texts mean equal codes: there is one code, and after it nothing, or one piece and an `@` or `.`
    /// that no code contains.
    #[cfg(test)]
    pub(super) fn tells_codes_apart(&self) -> bool {
        let at = self.pieces.iter().position(|piece| matches!(piece, Piece::Code(..)));
        at.is_some_and(|at| match &self.pieces[at + 1..] {
            [] => true,
            [Piece::Literal(tail)] => tail.starts_with(['@', '.']),
            [Piece::Literal(at), Piece::Pick(items)] if at == "@" => {
                items.iter().all(|item| !item.contains('@'))
            }
            _ => false,
        })
    }
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
            let short = template.clone().fit(max).unwrap();
            (0..200).for_each(|n| {
                let text = short.write(&mut Rng::keyed(Seed(2), [n; 3]), 0);
                assert!(text.chars().count() <= max as usize, "{text}");
            });
        }
        assert!(template.clone().fit(3).is_none());
        assert!(Template::parse("{%16}").unwrap().fit(15).is_none());
    }

    #[test]
    fn numbers_may_be_negative_and_have_zeros_in_front() {
        let dates = Template::parse("{open}{-9--8}{nothing}}.{007-012}").unwrap();
        assert_eq!(dates.variety(), 12);
        let all: Vec<String> = (0..12).map(|number| dates.write_nth(number)).collect();
        assert_eq!((&*all[0], &*all[11]), ("{-9}.007", "{-8}.012"));
        assert_eq!(all.iter().collect::<std::collections::HashSet<_>>().len(), 12);
        assert!(all.contains(&example(&dates)));
    }

    #[test]
    fn every_number_writes_another_text() {
        let template = Template::parse("{first lower}.{code 2}/{#3}{@14}").unwrap();
        let texts: std::collections::HashSet<String> = (0..5_000).map(|n| template.write_nth(n)).collect();
        assert_eq!(texts.len(), 5_000);
        assert!(template.variety() > 1 << 70);
    }

    #[test]
    fn one_of_several_templates_is_drawn_as_far_as_they_fit() {
        let several = Template::parse("DE{#4} / AT{#2} / {first} {last}").unwrap();
        assert_eq!(several.variety(), 10_100 + Template::parse("{first} {last}").unwrap().variety());
        assert_eq!(several.write_nth(10_001), "AT01");
        let texts = |template: &Template| -> std::collections::HashSet<String> {
            (0..200).map(|n| template.write(&mut Rng::keyed(Seed(2), [n; 3]), 0)[..2].to_owned()).collect()
        };
        assert!(["DE", "AT"].iter().all(|country| texts(&several).contains(*country)));
        let short = several.fit(6).unwrap();
        assert_eq!(short.chars(), 6);
        assert_eq!(texts(&short).len(), 2);
    }

    #[test]
    fn one_of_the_texts_of_a_choice_is_drawn() {
        let choice = Template::parse("({=a|b c|},{1-2})").unwrap();
        let all: Vec<String> = (0..6).map(|number| choice.write_nth(number)).collect();
        assert_eq!((choice.variety(), &*all[0], &*all[4]), (6, "(a,1)", "(b c,2)"));
        assert!(all.contains(&example(&choice)), "{all:?}");
    }

    #[test]
    fn what_is_malformed_is_refused() {
        for bad in ["{first", "{no such list}", "{#}", "{#99}", "{a-b}", "{9-1}", "{-1}"] {
            assert!(Template::parse(bad).is_none(), "{bad}");
        }
    }
}
