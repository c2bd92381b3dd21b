//! Texts for columns that have no letters beyond ASCII.

use super::{ColumnConfig, Generator, relate::fold};
use crate::{Column, Rng, Type, Value};

/// Another generator's values, in the letters of ASCII.
#[derive(Debug)]
pub(super) struct Plain(pub(super) Box<dyn Generator>);

impl Generator for Plain {
    fn generate(&self, rng: &mut Rng) -> Value {
        plain(self.0.generate(rng))
    }

    fn draws_null(&self, rng: &mut Rng) -> bool {
        self.0.draws_null(rng)
    }

    fn meaning(&self) -> Option<(&'static str, &'static str)> {
        self.0.meaning()
    }

    fn describe(&self) -> String {
        self.0.describe()
    }
}

/// Whether what is made up for a column has to be in the letters of ASCII. What somebody lists is not made up.
pub(super) fn is_plain(column: &Column, config: &ColumnConfig) -> bool {
    let is_listed = config.choice.is_some() || config.constant.is_some() || config.pattern.is_some();
    column.native.ascii && matches!(column.ty, Type::Text { .. }) && !is_listed
}

/// A text in the letters of ASCII, as long as before; any other value as it is.
pub(super) fn plain(value: Value) -> Value {
    match value {
        Value::Text(text) if !text.is_ascii() => Value::Text(text.chars().map(letter).collect()),
        other => other,
    }
}

/// The letter without its marks; `x` for one of another script.
fn letter(letter: char) -> char {
    if letter.is_ascii() {
        return letter;
    }
    let mut folded = String::new();
    fold(&letter.to_string(), &mut folded);
    let plain = folded.chars().next().unwrap_or('x');
    if letter.is_uppercase() { plain.to_ascii_uppercase() } else { plain }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_left_out_and_the_length_stays() {
        let check = |text: &str, expected: &str| {
            assert_eq!(plain(Value::Text(text.to_owned())), Value::Text(expected.to_owned()));
        };
        check("São Paulo", "Sao Paulo");
        check("Île-de-France, Łódź", "Ile-de-France, Lodz");
        check("gift 東京!", "gift xx!");
        check("plain", "plain");
    }

    #[test]
    fn columns_of_such_a_type_hold_nothing_else() {
        let mut column = super::super::tests::column("city", Type::Text { max: Some(40), fixed: false });
        column.native.ascii = true;
        let table = crate::TableName::new("s", "t");
        for name in ["city", "xyzzy", "description", "first_name"] {
            column.name = name.to_owned();
            let generator = super::super::for_column(&table, &column, None).unwrap();
            let distinct = super::super::Distinct::new(&column, None, crate::Seed(1), 1).unwrap();
            for number in 0..2_000 {
                let drawn = generator.generate(&mut Rng::keyed(crate::Seed(7), [number, 0, 0]));
                for value in [drawn, distinct.value(number).unwrap()] {
                    assert!(matches!(&value, Value::Text(text) if text.is_ascii()), "{name}: {value:?}");
                }
            }
        }
    }
}
