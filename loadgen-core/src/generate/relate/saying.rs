//! Texts that repeat facts which other columns of the row repeat, too.

use crate::{Rng, generate::template::Template};

/// A template in which some of the names in braces stand for facts.
#[derive(Debug)]
pub(super) struct Saying(Box<[Part]>);

#[derive(Debug)]
enum Part {
    Free(Template),
    /// Which fact, and whether in the small letters of addresses.
    Fact(usize, bool),
}

impl Saying {
    /// Reads a template with the names of facts; `None` when it is malformed.
    pub(super) fn parse(text: &str, facts: &[&str]) -> Option<Self> {
        let (mut parts, mut free, mut rest) = (Vec::new(), String::new(), text);
        while let Some(start) = rest.find('{') {
            let end = start + rest[start..].find('}')?;
            let inner = &rest[start + 1..end];
            let (name, lower) = inner.strip_suffix(" lower").map_or((inner, false), |name| (name, true));
            free.push_str(&rest[..start]);
            match facts.iter().position(|fact| *fact == name) {
                Some(fact) => {
                    if !free.is_empty() {
                        parts.push(Part::Free(Template::parse(&std::mem::take(&mut free))?));
                    }
                    parts.push(Part::Fact(fact, lower));
                }
                None => free.push_str(&rest[start..=end]),
            }
            rest = &rest[end + 1..];
        }
        free.push_str(rest);
        if !free.is_empty() {
            parts.push(Part::Free(Template::parse(&free)?));
        }
        Some(Saying(parts.into()))
    }

    /// The most characters of a text, when facts have so many at most.
    pub(super) fn chars(&self, fact: impl Fn(usize, bool) -> usize) -> usize {
        let chars = self.0.iter().map(|part| match part {
            Part::Free(template) => template.chars(),
            Part::Fact(own, lower) => fact(*own, *lower),
        });
        chars.sum()
    }

    /// Whether a fact is in it.
    pub(super) fn tells(&self, fact: usize) -> bool {
        self.0.iter().any(|part| matches!(part, Part::Fact(own, _) if *own == fact))
    }

    /// Whether any fact is in it.
    pub(super) fn tells_anything(&self) -> bool {
        self.0.iter().any(|part| matches!(part, Part::Fact(..)))
    }

    /// Whether a fact is in it in small letters.
    pub(super) fn is_folded(&self) -> bool {
        self.0.iter().any(|part| matches!(part, Part::Fact(_, true)))
    }

    pub(super) fn write(&self, facts: &[&str], rng: &mut Rng) -> String {
        let room = self.0.iter().map(|part| match part {
            Part::Free(template) => template.room(),
            Part::Fact(fact, _) => facts[*fact].len(),
        });
        let mut out = String::with_capacity(room.sum());
        for part in &self.0 {
            match part {
                Part::Free(template) => template.append(rng, &mut out),
                Part::Fact(fact, false) => out.push_str(facts[*fact]),
                Part::Fact(fact, true) => fold(facts[*fact], &mut out),
            }
        }
        out
    }
}

/// Appends the letters of a name the way that addresses spell them: small, without marks and without what stands between.
pub(crate) fn fold(name: &str, out: &mut String) {
    for letter in name.chars() {
        if letter.is_ascii_alphanumeric() {
            out.push(letter.to_ascii_lowercase());
        } else if !letter.is_ascii() {
            letter.to_lowercase().for_each(|letter| fold_letter(letter, out));
        }
    }
}

/// The same for a small letter.
fn fold_letter(letter: char, out: &mut String) {
    out.push_str(match letter {
        'a'..='z' => return out.push(letter),
        'ä' | 'æ' => "ae",
        'ö' | 'ø' | 'œ' => "oe",
        'ü' => "ue",
        'ß' => "ss",
        'à'..='å' | 'ā' | 'ă' | 'ą' => "a",
        'ç' | 'ć' | 'č' => "c",
        'è'..='ë' | 'ē' | 'ę' | 'ě' => "e",
        'ğ' => "g",
        'ì'..='ï' | 'ī' | 'ı' => "i",
        'ł' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ò'..='õ' | 'ő' => "o",
        'ř' => "r",
        'ś' | 'š' | 'ş' => "s",
        'ù'..='û' | 'ů' | 'ű' | 'ū' => "u",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => "",
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Seed;

    #[test]
    fn names_are_spelt_as_addresses_spell_them() {
        let check = |name: &str, expected: &str| {
            let mut out = String::new();
            fold(name, &mut out);
            assert_eq!(out, expected, "{name}");
        };
        check("Müller-Lüdenscheidt 3rd", "muellerluedenscheidt3rd");
        check("Ångström Łódź ŒUVRE", "angstroemlodzoeuvre");
        // The small letters of these two begin in ASCII.
        check("İ\u{212a}", "ik");
        check("Ωμέγα 王", "");
    }

    #[test]
    fn facts_are_repeated_and_the_rest_is_drawn() {
        let facts = ["first", "last"];
        let saying = Saying::parse("{first lower}.{last lower}{1-9}@{host}", &facts).unwrap();
        let text = saying.write(&["Jürgen", "O'Neill"], &mut Rng::keyed(Seed(1), [0; 3]));
        assert!(text.starts_with("juergen.oneill") && text.contains("@example."), "{text}");
        assert_eq!(saying.chars(|_, _| 10), 10 + 1 + 10 + 1 + "@example.com".len());
        assert!(saying.tells(1) && saying.is_folded());
        assert!(Saying::parse("{first", &facts).is_none() && Saying::parse("{what}", &facts).is_none());
    }
}
