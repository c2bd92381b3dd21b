//! Places that exist.

use crate::generate::template::Template;

/// The places, one a line.
const PLACES: &str = include_str!("../data/places.txt");

/// What is known of a place, in the order of the file.
pub(super) const FACTS: [&str; 9] = [
    "city",
    "state",
    "state code",
    "country",
    "country code",
    "postcode",
    "latitude",
    "longitude",
    "time zone",
];

/// Which of them is drawn anew within a place.
pub(super) const POSTCODE: usize = 5;
/// Which of them names the country.
const COUNTRY: usize = 4;

/// A place.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) facts: [&'static str; FACTS.len()],
    pub(super) postcode: Template,
}

/// All places, or those of a country.
pub(super) fn places(country: Option<&str>) -> Vec<Place> {
    let lines = PLACES.lines().filter(|line| !line.starts_with('#'));
    let read = |line: &'static str| {
        let mut facts = [""; FACTS.len()];
        facts.iter_mut().zip(line.split('|')).for_each(|(fact, text)| *fact = text);
        Some(Place { facts, postcode: Template::parse(facts[POSTCODE])? })
    };
    let is_there = |place: &Place| country.is_none_or(|country| place.facts[COUNTRY] == country);
    lines.filter_map(read).filter(is_there).collect()
}

/// What the places of a country have for a fact, each once; `None` for what is no fact of places.
pub(in crate::generate) fn of_country(country: &str, fact: &str) -> Option<Vec<&'static str>> {
    let at = FACTS.iter().position(|own| *own == fact).filter(|at| *at != POSTCODE)?;
    let mut all: Vec<&'static str> = places(Some(country)).iter().map(|place| place.facts[at]).collect();
    all.sort_unstable();
    all.dedup();
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_place() {
        let lines = PLACES.lines().filter(|line| !line.starts_with('#'));
        assert!(lines.clone().all(|line| line.split('|').count() == FACTS.len()));
        assert_eq!(places(None).len(), lines.count());
        assert!(places(None).iter().all(|place| place.facts.iter().all(|fact| !fact.is_empty())));
        assert!(places(Some("DE")).len() > 5);
    }
}
