//! A person, a place or an address of which several columns tell.

use super::{
    Relation,
    pen::Pen,
    place::{POSTCODE, Place},
    saying::fold,
    told::Told,
};
use crate::generate::list::List;

/// Columns that tell of the same person or place.
#[derive(Debug)]
pub(super) struct Facts {
    of: Of,
    told: Vec<Told>,
}

#[derive(Debug)]
enum Of {
    People { firsts: Vec<&'static str>, lasts: Vec<&'static str> },
    Places(Vec<Place>),
    Addresses,
}

/// A list that is cut to what fits must keep this many, so that values stay varied.
const ENOUGH: usize = 8;

impl Facts {
    /// People whose names fit all columns; columns that fit too few are left out. `None` when less than two are left.
    pub(super) fn people(mut told: Vec<Told>, firsts: &List, lasts: &List) -> Option<Self> {
        let is_folded = told.iter().any(|told| told.saying.is_folded());
        if is_folded && !firsts.iter().chain(lasts.iter()).all(folds) {
            told.retain(|told| !told.saying.is_folded());
        }
        let names = [firsts, lasts];
        let longest = names.iter().flat_map(|names| names.iter()).map(|name| room(name)).max().unwrap_or(0);
        while told.len() > 1 {
            let fits = |limit: &usize| told.iter().all(|told| told.chars(|_, _| *limit) <= told.most());
            if let Some(limit) = (1..=longest).rev().find(fits) {
                let [firsts, lasts] = names.map(|names| cut(names, limit));
                if firsts.len() >= ENOUGH && lasts.len() >= ENOUGH {
                    return Some(Facts { of: Of::People { firsts, lasts }, told });
                }
            }
            let spare = |told: &Told| told.most() as i64 - told.chars(|_, _| 0) as i64;
            let tightest = (0..told.len()).min_by_key(|at| spare(&told[*at]))?;
            told.remove(tightest);
        }
        None
    }

    /// Places that fit all columns; columns that fit too few are left out. `None` when less than two are left.
    pub(super) fn places(told: Vec<Told>, all: Vec<Place>) -> Option<Self> {
        let (mut left, mut kept) = (all, Vec::new());
        let enough = ENOUGH.min(left.len()).max(1);
        for told in told {
            let fitting: Vec<Place> = left.iter().filter(|place| fits(place, &told)).cloned().collect();
            if fitting.len() >= enough {
                left = fitting;
                kept.push(told);
            }
        }
        (kept.len() > 1).then_some(Facts { of: Of::Places(left), told: kept })
    }
}

/// The most houses of a street.
const HOUSES: u64 = 199;

impl Facts {
    /// A number beside streets without; `None` when there are none of both, or a column is too short.
    pub(super) fn addresses(told: Vec<Told>) -> Option<Self> {
        let tell = |tells| told.iter().any(|told| told.saying.tells(0) == tells);
        let fits = told.iter().all(|told| told.chars(|_, _| HOUSES.to_string().len()) <= told.most());
        (tell(true) && tell(false) && fits).then_some(Facts { of: Of::Addresses, told })
    }
}

/// Whether a column takes what it is to tell of a place.
fn fits(place: &Place, told: &Told) -> bool {
    let chars = |fact: usize, _| match fact {
        POSTCODE => place.postcode.chars(),
        fact => place.facts[fact].chars().count(),
    };
    let rng = &mut crate::Rng::keyed(crate::Seed(0), [0; 3]);
    let postcode = place.postcode.write(rng, 0);
    let mut facts = place.facts.map(str::to_owned);
    facts[POSTCODE] = postcode;
    let facts: Vec<&str> = facts.iter().map(String::as_str).collect();
    told.chars(chars) <= told.most() && told.value(told.saying.write(&facts, rng)).is_some()
}

fn cut(names: &List, limit: usize) -> Vec<&'static str> {
    names.iter().copied().filter(|name| room(name) <= limit).collect()
}

/// The characters that a name takes, however it is spelt.
fn room(name: &str) -> usize {
    if name.is_ascii() { name.len() } else { name.chars().count().max(folded(name)) }
}

/// Whether anything is left of a name in an address.
fn folds(name: &&str) -> bool {
    name.bytes().any(|byte| byte.is_ascii_alphanumeric()) || folded(name) > 0
}

fn folded(name: &str) -> usize {
    let mut text = String::new();
    fold(name, &mut text);
    text.len()
}

impl Relation for Facts {
    fn columns(&self) -> Vec<usize> {
        self.told.iter().map(|told| told.column).collect()
    }

    fn draw(&self, pen: &mut Pen<'_>) -> bool {
        match &self.of {
            Of::People { firsts, lasts } => {
                let facts = [*pen.rng.pick(firsts), *pen.rng.pick(lasts)];
                self.told.iter().filter(|told| !told.write(&facts, pen)).count() == 0
            }
            Of::Places(places) => {
                let place = pen.rng.pick(places);
                let is_told = self.told.iter().any(|told| told.saying.tells(POSTCODE));
                let postcode = if is_told { place.postcode.write(pen.rng, 0) } else { String::new() };
                let mut facts: [&str; super::place::FACTS.len()] = place.facts;
                facts[POSTCODE] = &postcode;
                self.told.iter().filter(|told| !told.write(&facts, pen)).count() == 0
            }
            Of::Addresses => {
                let number = (1 + pen.rng.below(HOUSES)).to_string();
                self.told.iter().filter(|told| !told.write(&[&number], pen)).count() == 0
            }
        }
    }

    fn describe(&self, column: usize) -> Option<String> {
        let told = self.told.iter().find(|told| told.column == column)?;
        let of = match self.of {
            Of::People { .. } => "person",
            Of::Places(_) => "place",
            Of::Addresses => "address",
        };
        Some(format!("{of}: {}", told.meaning))
    }
}
