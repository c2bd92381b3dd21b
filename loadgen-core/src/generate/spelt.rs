//! Texts of templates that the backend gives for types of its own.

use super::{Generator, template::Template, unfillable::Refusal};
use crate::{Rng, Seed, Value};

/// Texts of several templates, those of the first more often.
#[derive(Debug)]
pub(super) struct Spelt {
    templates: Box<[Template]>,
    /// An example.
    shown: String,
}

/// In so many of 100 texts the first template is used.
const USUAL: u64 = 85;

impl Spelt {
    pub(super) fn new(templates: &[String]) -> Result<Self, Refusal> {
        let templates = templates.iter().map(|text| parse(text)).collect::<Result<Box<[_]>, _>>()?;
        let usual = templates.first().ok_or_else(nothing)?;
        let shown = usual.write(&mut Rng::keyed(Seed(0), [0; 3]), 0);
        Ok(Spelt { templates, shown })
    }

    /// Texts of the first template alone.
    pub(super) fn usual(templates: &[String]) -> Result<Self, Refusal> {
        Spelt::new(templates.get(..1).ok_or_else(nothing)?)
    }
}

impl Generator for Spelt {
    fn generate(&self, rng: &mut Rng) -> Value {
        let others = self.templates.len() as u64 - 1;
        let usual = others == 0 || rng.below(100) < USUAL;
        let template = if usual { 0 } else { 1 + rng.below(others) as usize };
        Value::Text(self.templates[template].write(rng, 0))
    }

    fn describe(&self) -> String {
        match self.templates.len() {
            1 => format!("like {}", self.shown),
            2 => format!("like {}, and another form", self.shown),
            forms => format!("like {}, and {} other forms", self.shown, forms - 1),
        }
    }
}

/// The template that writes the most texts.
pub(super) fn roomiest(templates: &[String]) -> Result<Template, Refusal> {
    let templates = templates.iter().map(|text| parse(text)).collect::<Result<Vec<_>, _>>()?;
    // Of several the first, which is the most usual.
    templates.into_iter().rev().max_by_key(Template::variety).ok_or_else(nothing)
}

fn parse(text: &str) -> Result<Template, Refusal> {
    Template::parse(text).ok_or_else(|| {
        Refusal::new(
            format!("{text:?} is not a template"),
            "choice: [..] with values as the database writes them",
        )
    })
}

fn nothing() -> Refusal {
    Refusal::new("its type has no values", "leave_out: true")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn templates(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn the_first_template_is_the_usual_one_and_all_are_used() {
        let spelt = Spelt::new(&templates(&["10.{0-9}", "::", "{nothing}"])).unwrap();
        let rng = &mut Rng::keyed(Seed(1), [0; 3]);
        let mut counts = [0; 3];
        for _ in 0..10_000 {
            match spelt.generate(rng) {
                Value::Text(text) if text.starts_with("10.") => counts[0] += 1,
                Value::Text(text) if text == "::" => counts[1] += 1,
                Value::Text(text) if text.is_empty() => counts[2] += 1,
                other => panic!("{other:?}"),
            }
        }
        assert!((8_300..8_700).contains(&counts[0]) && counts[1] > 500 && counts[2] > 500, "{counts:?}");
        let described = spelt.describe();
        assert!(
            described.starts_with("like 10.") && described.ends_with(", and 2 other forms"),
            "{described}"
        );
    }

    #[test]
    fn values_never_change() {
        let spelt =
            Spelt::new(&templates(&["{01-12}.{%3}-{-9-9}", "{first lower}{open}{nothing}}"])).unwrap();
        let rng = &mut Rng::keyed(Seed(42), [0; 3]);
        let texts: Vec<Value> = (0..5).map(|_| spelt.generate(rng)).collect();
        let expected = ["10.4ef-4", "01.08d-6", "cory{}", "marshall{}", "03.7ab-5"];
        assert_eq!(texts, expected.map(|text| Value::Text(text.to_owned())));
        let unique = roomiest(&templates(&["{01-12}.{%3}-{-9-9}"])).unwrap();
        let expected = ["01.000--9", "02.000--9", "01.001--9", "04.08d--7"];
        assert_eq!([0, 1, 12, 99_999].map(|number| unique.write_nth(number)), expected);
    }

    #[test]
    fn unique_values_take_the_roomiest_template() {
        let found = roomiest(&templates(&["a", "b{1-3}", "c{4-6}"])).unwrap();
        assert_eq!((found.variety(), found.write_nth(2)), (3, "b3".to_owned()));
    }

    #[test]
    fn what_is_no_template_is_refused() {
        assert!(Spelt::new(&templates(&["{what"])).is_err());
        assert!(Spelt::new(&[]).is_err() && roomiest(&[]).is_err());
    }
}
