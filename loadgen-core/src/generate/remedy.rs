//! What to write into a plan file, to be pasted and changed.

use super::{Generator, form::Form, spelt::Spelt};
use crate::{Column, Rng, Seed, Type};

/// An entry of `columns` that says which values a column gets.
pub(crate) fn remedy(column: &Column) -> String {
    format!("{}: {}", column.name, values(&column.ty))
}

/// Of an array, the plan file lists items.
fn values(ty: &Type) -> String {
    match ty {
        Type::Array(items) => values(items),
        Type::Bool => "{constant: true}".to_owned(),
        Type::Enum(labels) => {
            let some: Vec<String> = labels.iter().take(2).map(|label| format!("{label:?}")).collect();
            format!("{{choice: [{}]}}", some.join(", "))
        }
        ty => match Form::of(ty, 2) {
            Some(Form::Int { .. }) => "{min: 1, max: 9}".to_owned(),
            Some(Form::Decimal { .. } | Form::Real { .. } | Form::Double { .. }) => {
                "{min: 0.5, max: 9.5}".to_owned()
            }
            Some(Form::Date) => "{min: 2024-01-01, max: 2024-12-31}".to_owned(),
            Some(Form::Time { .. }) => "{min: \"08:00:00\", max: \"18:00:00\"}".to_owned(),
            Some(Form::Timestamp { zoned: true, .. }) => {
                "{min: \"2024-01-01T00:00:00Z\", max: \"2024-12-31T00:00:00Z\"}".to_owned()
            }
            Some(Form::Timestamp { .. }) => {
                "{min: \"2024-01-01T00:00:00\", max: \"2024-12-31T00:00:00\"}".to_owned()
            }
            Some(Form::Interval { .. }) => "{choice: [PT1H, P1D]}".to_owned(),
            None => choice(&examples(ty)),
        },
    }
}

/// Texts that are values of a type, as far as any are known.
fn examples(ty: &Type) -> Vec<String> {
    let spelt = if let Type::Spelt(templates) = ty { Spelt::new(templates).ok() } else { None };
    let mut rng = Rng::keyed(Seed(0), [0; 3]);
    match spelt {
        None if *ty == Type::Json => vec!["{}".to_owned(), "[1]".to_owned()],
        Some(spelt) => (0..2).map(|_| spelt.generate(&mut rng).to_string()).collect(),
        None => vec!["a".to_owned(), "b".to_owned()],
    }
}

fn choice(texts: &[String]) -> String {
    let is_plain = |text: &str| text.chars().all(char::is_alphabetic);
    let quoted = |text: &String| if is_plain(text) { text.clone() } else { format!("{text:?}") };
    format!("{{choice: [{}]}}", texts.iter().map(quoted).collect::<Vec<_>>().join(", "))
}

/// What to write for several columns that nobody knows the values of.
pub(crate) fn remedies<'a>(columns: impl Iterator<Item = &'a Column>) -> String {
    let columns: Vec<&Column> = columns.collect();
    if columns.is_empty() {
        return "exclude the table".to_owned();
    }
    let lines: Vec<String> = columns.iter().copied().map(remedy).collect();
    let hint = if columns.iter().any(|column| matches!(column.ty, Type::Array(_))) {
        " (of an array: its items)"
    } else {
        ""
    };
    format!("say in the plan file which values fit, such as columns: {{{}}}{hint}", lines.join(", "))
}

/// What to write for the columns of a check that is not understood: only what can make it hold.
pub(crate) fn remedy_for_check(columns: &[&Column]) -> String {
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    let is_array = |column: &Column| matches!(column.ty, Type::Array(_));
    match columns {
        // Of arrays the plan file says what is in them, and not how many there are.
        [column] if is_array(column) && column.nullable => {
            format!("leave it out by columns: {{{}: {{null_ratio: 1}}}}, or exclude the table", column.name)
        }
        [column] if !is_array(column) => remedies(std::iter::once(*column)),
        [] | [_] => "exclude the table".to_owned(),
        all if all.iter().any(|column| is_array(column)) => "exclude the table".to_owned(),
        _ => format!(
            "give each of {} one value as its choice in the plan file, which meet it together, or exclude the table",
            names.join(", ")
        ),
    }
}
