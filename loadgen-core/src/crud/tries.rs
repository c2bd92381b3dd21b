//! Values that are worth a try where a check is not understood.

use std::collections::BTreeSet;

use crate::{
    Column, Rng, Seed, TableName, Type,
    generate::{self, Locale, constant},
};

/// Values for one column, as texts of a plan file.
pub(super) struct Tries {
    pub(super) texts: Vec<String>,
    /// How many of them, from the first on, the column would have anyway.
    pub(super) usual: usize,
}

/// So many of the values that the column would have are tried, and of one whose values must not repeat.
const USUAL: u64 = 512;
/// Whole numbers between two that a check names are all tried, if there are no more.
const BETWEEN: i64 = 200;
/// Values that are likely to be in a check's favour, by the kind of type.
const LISTED: &str = include_str!("tries.txt");

impl Tries {
    pub(super) fn of(table: &TableName, column: &Column, locale: Locale, conditions: &[&str]) -> Self {
        let (mut seen, mut texts) = (BTreeSet::new(), Vec::new());
        let mut add = |text: String, texts: &mut Vec<String>| {
            if !seen.contains(&text) && constant::literal(&text, &column.ty).is_some() {
                seen.insert(text.clone());
                texts.push(text);
            }
        };
        let spans = ranges(&column.ty);
        let is_span = !spans.is_empty();
        if let Ok(generator) = generate::for_column_in(locale, table, column, None) {
            for number in 0..USUAL {
                let value = generator.generate(&mut Rng::keyed(Seed(0), [number, TRIES, 0]));
                let text = value.to_string();
                if !(value.is_null() || is_span && is_endless(&text)) {
                    add(text, &mut texts);
                }
            }
        }
        let usual = texts.len();
        let changed: Vec<String> = texts.iter().flat_map(|text| changed(text, &column.ty)).collect();
        let named: Vec<String> = conditions.iter().flat_map(|condition| named(condition)).collect();
        let around: Vec<String> =
            named.iter().flat_map(|constant| around(constant, &texts, &column.ty)).collect();
        let kinds = kinds(&column.ty);
        let listed = LISTED.lines().filter_map(|line| line.split_once(' '));
        let listed = listed.filter(|(kind, _)| kinds.contains(kind)).map(|(_, text)| text.to_owned());
        let listed = listed.chain(spans);
        for text in named.iter().cloned().chain(around).chain(between(&named)).chain(changed).chain(listed) {
            add(text, &mut texts);
        }
        Tries { texts, usual }
    }
}

/// Tells the stream of these values from others.
const TRIES: u64 = 0x7e57;

fn kinds(ty: &Type) -> &'static [&'static str] {
    match ty {
        Type::Int(_) => &["whole"],
        Type::Decimal { .. } | Type::Real | Type::Double => &["whole", "part"],
        Type::Text { .. } => &["text", "whole"],
        Type::Json => &["json"],
        Type::Spelt(_) => &["spelt"],
        Type::Interval(_) => &["span"],
        _ => &[],
    }
}

/// Spans of values that are short, of the types that have such: of hours, days or numbers.
fn ranges(ty: &Type) -> Vec<String> {
    let Type::Spelt(templates) = ty else { return Vec::new() };
    let Some(usual) = templates.first().filter(|first| first.starts_with('[')) else { return Vec::new() };
    let (is_timed, is_dated) = (usual.contains(':'), usual.contains('-') && usual.contains("20"));
    let of = |start: u32| {
        let (month, day) = (start % 12 + 1, start % 5 + 1);
        let hours = [1, 2, 4, 8].map(|length| {
            let end = 9 + length;
            format!("[2024-{month:02}-{day:02} 09:00:00,2024-{month:02}-{day:02} {end:02}:00:00)")
        });
        let days = [1, 2, 5, 7, 14, 21].map(|length| {
            let end = day + length;
            format!("[2024-{month:02}-{day:02},2024-{month:02}-{end:02})")
        });
        let numbers = [1, 2, 5, 10, 50].map(|length| format!("[{start},{})", start + length));
        match (is_dated, is_timed) {
            (true, true) => [hours.as_slice(), &days].concat(),
            (true, false) => days.to_vec(),
            _ => numbers.to_vec(),
        }
    };
    (1..=12).flat_map(of).collect()
}

/// Whether a span has no length that a check could be about: where it is NULL, the check holds, and says nothing of the value.
fn is_endless(span: &str) -> bool {
    let inside = span.trim_matches(['[', '(', ']', ')']);
    span == "empty" || span.contains("infinity") || inside.starts_with(',') || inside.ends_with(',')
}

/// The constants of a condition: what stands in quotes, and numbers.
fn named(condition: &str) -> Vec<String> {
    let (mut found, mut rest) = (Vec::new(), condition);
    while let Some(at) = rest.find(|c: char| c == '\'' || c.is_ascii_digit()) {
        let is_part = rest[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        rest = &rest[at..];
        if let Some(inside) = rest.strip_prefix('\'') {
            let end = inside.find('\'').unwrap_or(inside.len());
            found.push(inside[..end].to_owned());
            rest = inside.get(end + 1..).unwrap_or_default();
        } else {
            let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
            if !is_part {
                found.push(rest[..end].to_owned());
            }
            rest = &rest[end..];
        }
    }
    found
}

/// What is near a constant: numbers before and after it, texts that begin or end with it, documents that have it as a key.
fn around(constant: &str, words: &[String], ty: &Type) -> Vec<String> {
    if let (Ok(number), false) = (constant.parse::<f64>(), matches!(ty, Type::Text { .. })) {
        let near = [number - 1.0, number + 1.0, number * 2.0, number / 2.0, number * 10.0, -number];
        return near.iter().map(f64::to_string).collect();
    }
    match ty {
        Type::Text { .. } => words
            .iter()
            .take(64)
            .flat_map(|word| {
                let first: String = word.chars().take(8).filter(|c| c.is_alphanumeric()).collect();
                [
                    format!("{constant}{first}"),
                    format!("{first}{constant}"),
                    format!("{first}{constant}{first}"),
                ]
            })
            .collect(),
        Type::Json => vec![
            serde_json::json!({ constant: 1 }).to_string(),
            serde_json::json!({ constant: "x" }).to_string(),
            serde_json::json!({ constant: {} }).to_string(),
            serde_json::json!([constant]).to_string(),
        ],
        _ => Vec::new(),
    }
}

/// The whole numbers between the least and the greatest that are named.
fn between(named: &[String]) -> Vec<String> {
    let numbers = || named.iter().filter_map(|text| text.parse::<i64>().ok());
    match (numbers().min(), numbers().max()) {
        (Some(low), Some(high)) if high.saturating_sub(low) <= BETWEEN => {
            (low..=high).map(|number| number.to_string()).collect()
        }
        _ => Vec::new(),
    }
}

/// Other forms of a value: capitals or none, letters or digits alone, and moments that are round.
fn changed(text: &str, ty: &Type) -> Vec<String> {
    match ty {
        Type::Text { .. } => {
            let letters = text.chars().filter(|c| c.is_ascii_alphabetic()).collect::<String>();
            let digits = text.bytes().map(|byte| char::from(b'0' + byte % 10)).collect::<String>();
            let word = letters.to_lowercase();
            let capital = word.chars().next().map(|c| c.to_ascii_uppercase()).into_iter();
            let name = capital.chain(word.chars().skip(1)).collect();
            vec![text.to_lowercase(), text.to_uppercase(), letters.to_uppercase(), word, name, digits]
        }
        Type::Date => text.get(..8).map(|month| format!("{month}01")).into_iter().collect(),
        Type::Timestamp { .. } => {
            let zone = if text.ends_with('Z') { "Z" } else { "" };
            let cuts = [(16, ":00"), (13, ":00:00"), (10, "T00:00:00"), (7, "-01T00:00:00")];
            cuts.iter().filter_map(|(at, end)| Some(format!("{}{end}{zone}", text.get(..*at)?))).collect()
        }
        Type::Double | Type::Real | Type::Decimal { .. } => {
            let whole = text.split('.').next().unwrap_or_default();
            vec![whole.to_owned(), format!("{whole}.5")]
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_of_a_condition_are_found() {
        let condition = "((col2 >= (10)::numeric) AND (split(a, '-x'::text, 2.5) <> ''::text))";
        assert_eq!(named(condition), ["10", "-x", "2.5", ""]);
    }
}
