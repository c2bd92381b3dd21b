//! Texts that a regular expression matches.

use regex_syntax::hir::{Class, Hir, HirKind};

use super::{Generator, unfillable::Refusal};
use crate::{Rng, Seed, Value};

mod length;

/// What a text is spelt from.
#[derive(Clone, Debug)]
enum Node {
    Literal(String),
    /// One of these characters.
    One(Box<[char]>),
    Repeat(Box<Node>, u32, u32),
    Row(Vec<Node>),
    Either(Vec<Node>),
}

/// Texts that match a regular expression, between two lengths in characters. Where it says "anything", small letters
/// and digits are taken; where it has no bound, a few more than the least.
#[derive(Clone, Debug)]
pub(super) struct Spelling {
    node: Node,
    source: String,
    length: (u32, u32),
    /// A text of a fitting length, where those that are drawn have none.
    example: String,
    /// Whether the database takes blanks at the end for padding.
    padded: bool,
}

/// How many repetitions more than the least.
const MORE: u32 = 8;
/// Texts are drawn again until their length fits, each time with more repetitions.
const TRIES: u32 = 32;
/// No pattern makes texts longer than this by itself: repetitions of repetitions have no end.
const LONGEST: u64 = 10_000;

impl Spelling {
    pub(super) fn new(source: &str, length: (u32, u32)) -> Result<Self, Refusal> {
        let hir = regex_syntax::Parser::new().parse(source);
        let hir = hir.map_err(|_| Refusal::new(format!("{source:?} is no pattern"), "another pattern"))?;
        let node = Node::of(&hir);
        let (least, most) = node.lengths();
        if node.parts() > LONGEST {
            let why = format!("texts of the pattern {source:?} have {} parts and more", node.parts());
            return Err(Refusal::new(why, format!("a pattern of at most {LONGEST} characters")));
        }
        let (min, max) = (u64::from(length.0), u64::from(length.1));
        if least > max || most < min {
            let to = if most == u64::MAX { "or more".to_owned() } else { format!("to {most}") };
            let why =
                format!("texts of the pattern {source:?} have {least} {to} characters, not {min} to {max}");
            return Err(Refusal::new(why, "another pattern, or other lengths"));
        }
        let rng = &mut Rng::keyed(Seed(0), [0; 3]);
        let example = (0..TRIES).find_map(|_| node.fitting(rng, length)).ok_or_else(|| {
            let why =
                format!("no text of the pattern {source:?} that was tried has {min} to {max} characters");
            Refusal::new(why, "another pattern, or other lengths")
        })?;
        Ok(Spelling { node, source: source.to_owned(), length, example, padded: false })
    }

    /// The same texts for a column that is padded with blanks, or not.
    pub(super) fn padded(self, padded: bool) -> Self {
        Spelling { padded, ..self }
    }

    /// One row of characters to choose from for each place in a text of one length, for as many texts as can be.
    ///
    /// # Errors
    /// When no such texts have a fitting length.
    pub(super) fn places(&self) -> Result<Vec<Box<[char]>>, Refusal> {
        let (least, most) = (self.length.0 as usize, self.length.1 as usize);
        let fits = |places: &Vec<Box<[char]>>| (least..=most).contains(&places.len());
        let at = |more: u32| Some(more).filter(|more| self.node.longest(*more) <= LONGEST);
        let longer = || (1..=self.length.0).find(|more| self.node.longest(*more) >= u64::from(self.length.0));
        let found = [at(MORE), at(0)].into_iter().flatten().map(|more| self.node.places(more)).find(fits);
        let found = found.or_else(|| longer().map(|more| self.node.places(more)).filter(fits));
        found.ok_or_else(|| {
            let why = format!("no texts of the pattern {:?} that differ fit its lengths", self.source);
            Refusal::new(why, "another pattern, or other lengths")
        })
    }
}

impl Generator for Spelling {
    fn generate(&self, rng: &mut Rng) -> Value {
        let mut text = self.text(rng);
        if self.padded {
            text.truncate(text.trim_end_matches(' ').len());
        }
        Value::Text(text)
    }

    fn describe(&self) -> String {
        format!("matches {}", self.source)
    }
}

impl Spelling {
    fn text(&self, rng: &mut Rng) -> String {
        let mut text = String::new();
        for more in (MORE..MORE + TRIES).take_while(|more| self.node.longest(*more) <= LONGEST) {
            text.clear();
            self.node.write(rng, more, &mut text);
            let length = text.chars().count() as u32;
            if (self.length.0..=self.length.1).contains(&length) {
                return text;
            }
        }
        self.node.fitting(rng, self.length).unwrap_or_else(|| self.example.clone())
    }
}

impl Node {
    fn of(hir: &Hir) -> Self {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => Node::Row(Vec::new()),
            HirKind::Literal(literal) => Node::Literal(String::from_utf8_lossy(&literal.0).into_owned()),
            HirKind::Class(class) => Node::One(readable(class)),
            HirKind::Repetition(repeat) => {
                let most = repeat.max.unwrap_or(u32::MAX);
                Node::Repeat(Box::new(Node::of(&repeat.sub)), repeat.min, most)
            }
            HirKind::Capture(capture) => Node::of(&capture.sub),
            HirKind::Concat(parts) => Node::Row(parts.iter().map(Node::of).collect()),
            HirKind::Alternation(parts) => Node::Either(parts.iter().map(Node::of).collect()),
        }
    }

    fn write(&self, rng: &mut Rng, more: u32, out: &mut String) {
        match self {
            Node::Literal(text) => out.push_str(text),
            Node::One(letters) if letters.is_empty() => {}
            Node::One(letters) => out.push(*rng.pick(letters)),
            Node::Repeat(node, least, most) => {
                let most = least.saturating_add(more).min(*most);
                let count = rng.between((*least).into(), most.into());
                (0..count).for_each(|_| node.write(rng, more, out));
            }
            Node::Row(nodes) => nodes.iter().for_each(|node| node.write(rng, more, out)),
            Node::Either(nodes) => rng.pick(nodes).write(rng, more, out),
        }
    }

    fn places(&self, more: u32) -> Vec<Box<[char]>> {
        match self {
            Node::Literal(text) => text.chars().map(|letter| Box::from([letter])).collect(),
            Node::One(letters) => vec![letters.clone()],
            Node::Repeat(node, least, most) => {
                let once = node.places(more);
                let count = least.saturating_add(more).min(*most) as usize;
                once.iter().cycle().take(once.len() * count).cloned().collect()
            }
            Node::Row(nodes) => nodes.iter().flat_map(|node| node.places(more)).collect(),
            Node::Either(nodes) => nodes
                .iter()
                .map(|node| node.places(more))
                .max_by_key(|places| capacity(places))
                .unwrap_or_default(),
        }
    }
}

/// How many texts there are, as far as they can be numbered.
pub(super) fn capacity(places: &[Box<[char]>]) -> u128 {
    let all = places.iter().fold(1u128, |all, letters| all.saturating_mul(letters.len() as u128));
    all.min(1 << 126)
}

/// The text of a number below [`capacity`].
pub(super) fn spelt(places: &[Box<[char]>], mut number: u128) -> String {
    let mut letters: Vec<char> = Vec::with_capacity(places.len());
    for place in places.iter().rev() {
        let size = place.len().max(1) as u128;
        letters.extend(place.get((number % size) as usize));
        number /= size;
    }
    letters.iter().rev().collect()
}

/// The characters of a class: all of them if they are few and plain, else small letters and digits, if it has any.
fn readable(class: &Class) -> Box<[char]> {
    let ranges: Vec<(u32, u32)> = match class {
        Class::Unicode(class) => class.ranges().iter().map(|r| (r.start().into(), r.end().into())).collect(),
        Class::Bytes(class) => class.ranges().iter().map(|r| (r.start().into(), r.end().into())).collect(),
    };
    let within =
        |letter: &char| ranges.iter().any(|(low, high)| (*low..=*high).contains(&u32::from(*letter)));
    let plain: Box<[char]> = (' '..='~').filter(within).collect();
    if ranges.last().is_some_and(|(_, high)| *high < 128) && !plain.is_empty() {
        return plain;
    }
    let small: Box<[char]> = ('0'..='9').chain('a'..='z').filter(within).collect();
    match (small.is_empty(), plain.is_empty()) {
        (false, _) => small,
        (true, false) => plain,
        (true, true) => {
            ranges.iter().flat_map(|(low, high)| *low..=*high).filter_map(char::from_u32).take(64).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::Seed;

    fn check(source: &str, length: (u32, u32)) {
        let spelling = Spelling::new(source, length).unwrap();
        let regex = regex::Regex::new(source).unwrap();
        let rng = &mut Rng::keyed(Seed(1), [0; 3]);
        for _ in 0..200 {
            let Value::Text(text) = spelling.generate(rng) else { panic!("no text") };
            assert!(regex.is_match(&text), "{text:?} for {source}");
            assert!((length.0..=length.1).contains(&(text.chars().count() as u32)), "{text:?}");
        }
        let places = spelling.places().unwrap();
        assert!((length.0..=length.1).contains(&(places.len() as u32)), "{} places", places.len());
        let numbers = 0..capacity(&places).min(500);
        let texts: HashSet<String> = numbers.clone().map(|number| spelt(&places, number)).collect();
        assert_eq!(texts.len() as u128, numbers.end, "{source}");
        assert!(texts.iter().all(|text| regex.is_match(text)), "{texts:?}");
    }

    #[test]
    fn texts_match_and_numbers_spell_different_ones() {
        check(r"^[A-Z]{3}-[0-9]{4}$", (0, 20));
        check(r"^\d{3}(-\d{2})?$", (0, 6));
        check(r"^[^@]+@[^@]+\.[a-z]{2,}$", (5, 40));
        check(r"^(red|green|blue)$", (0, 5));
        check(r"^[a-z0-9_]*$", (3, 8));
        check(r"^https?://.+", (0, 100));
        check("é+", (1, 9));
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        assert!(Spelling::new("(", (0, 9)).is_err());
    }

    #[test]
    fn texts_are_as_long_as_they_have_to_be() {
        check("^[a-z]+$", (100, 120));
        check("^[a-z]*-[0-9]+(x|yz)*$", (300, 310));
        check("^([a-z]{3})+$", (50, 53));
        check("^(a|[b-z]{60})$", (10, 90));
    }

    #[test]
    fn lengths_that_no_text_has_are_refused() {
        for (source, length) in [("^[a-z]{5}$", (0, 3)), ("^ab?$", (3, 9)), ("^([a-z]{3})+$", (4, 5))] {
            assert!(Spelling::new(source, length).is_err(), "{source} {length:?}");
        }
    }

    #[test]
    fn patterns_without_end_are_refused_or_kept_short() {
        assert!(Spelling::new("a{4000000000}", (0, u32::MAX)).is_err());
        assert!(Spelling::new("(((a{1000}){1000}){1000}){1000}", (0, u32::MAX)).is_err());
        let deep = Spelling::new("((((((((((a+)+)+)+)+)+)+)+)+)+)", (0, u32::MAX)).unwrap();
        let Value::Text(text) = deep.generate(&mut Rng::keyed(Seed(1), [0; 3])) else { panic!("no text") };
        assert!(!text.is_empty() && text.len() < 20_000, "{}", text.len());
    }
}
