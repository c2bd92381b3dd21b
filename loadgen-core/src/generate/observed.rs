//! Values as they are spread in a table that holds some.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Generator, config::ColumnConfig, exact::Exact, form::FLOAT_SCALE, form::Form, ladder::Ladder,
    literal::literal, nullable::Nullable, range::Range,
};
use crate::{Column, Rng, Statistics, Type, Value, Weights};

/// Where a plan file takes values from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// What the database knows of the values that are there: its statistics.
    Statistics,
}

/// The common values as often as they come, and others in between.
#[derive(Debug)]
struct Observed {
    common: Vec<Value>,
    weights: Option<Weights>,
    /// The share of the common values, in parts of 2^32.
    share: u64,
    rest: Rest,
}

#[derive(Debug)]
enum Rest {
    /// Nothing but common values.
    None,
    /// Values that are there.
    Values(Vec<Value>),
    /// Slices with as many rows each.
    Slices(Vec<Range>),
}

/// A generator that follows statistics; `None` when no value can be made out of them.
pub(crate) fn observed(
    column: &Column,
    config: Option<&ColumnConfig>,
    known: &Statistics,
) -> Option<Box<dyn Generator>> {
    if matches!(column.ty, Type::Array(_) | Type::Json) {
        return None;
    }
    let read = |text: &String| literal(text, &column.ty).ok();
    let common: Vec<(Value, f64)> =
        known.common.iter().filter_map(|(text, share)| Some((read(text)?, *share))).collect();
    let weights: Vec<u64> = common.iter().map(|(_, share)| (share * 1e9) as u64).collect();
    let total: f64 = common.iter().map(|(_, share)| share).sum();
    let rest = rest(column, known);
    let others = (1.0 - known.null_ratio - total).max(0.0);
    let share = match (&rest, common.is_empty()) {
        (Rest::None, true) => return None,
        (Rest::None, false) => 1 << 32,
        _ => (total / (total + others).max(f64::MIN_POSITIVE) * (1u64 << 32) as f64).round() as u64,
    };
    let weights = Weights::new(&weights).ok();
    let common = common.into_iter().map(|(value, _)| value).collect();
    let values = Box::new(Observed { common, weights, share, rest });
    let usual = if column.nullable { known.null_ratio.clamp(0.0, 1.0) } else { 0.0 };
    let ratio = config.and_then(|config| config.null_ratio).unwrap_or(usual);
    Some(if ratio > 0.0 { Box::new(Nullable { ratio, values }) } else { values })
}

fn rest(column: &Column, known: &Statistics) -> Rest {
    let digits = known.bounds.iter().filter_map(|text| Exact::parse(text)).map(|number| number.scale).max();
    let Some(form) = Form::of(&column.ty, digits.unwrap_or(0).min(FLOAT_SCALE.into()) as u8) else {
        let values: Vec<Value> =
            known.bounds.iter().filter_map(|text| literal(text, &column.ty).ok()).collect();
        return if values.is_empty() { Rest::None } else { Rest::Values(values) };
    };
    let (least, most) = form.limits();
    let numbers: Vec<i128> =
        known.bounds.iter().filter_map(|text| form.read(text)).map(|(number, _)| number).collect();
    let slices = numbers.windows(2).filter_map(|ends| {
        let (low, high) = (ends[0].max(least), ends[1].min(most));
        Ladder::between(form, low, high).map(Range::even)
    });
    let slices: Vec<Range> = slices.collect();
    if slices.is_empty() { Rest::None } else { Rest::Slices(slices) }
}

impl Generator for Observed {
    fn generate(&self, rng: &mut Rng) -> Value {
        let is_common = matches!(self.rest, Rest::None) || rng.below(1 << 32) < self.share;
        match (&self.weights, &self.rest) {
            (Some(weights), _) if is_common => self.common[weights.pick(rng)].clone(),
            (_, Rest::Values(values)) => rng.pick(values).clone(),
            (_, Rest::Slices(slices)) => rng.pick(slices).generate(rng),
            (_, Rest::None) => rng.pick(&self.common).clone(),
        }
    }

    fn describe(&self) -> String {
        let percent = self.share * 1_000 / (1 << 32);
        let (common, percent) = (self.common.len(), format!("{}.{} %", percent / 10, percent % 10));
        match &self.rest {
            Rest::None => format!("as in the table: {common} values"),
            _ if common == 0 => "as in the table".to_owned(),
            _ => format!("as in the table: {common} common values in {percent}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Fill, NativeType, Seed};

    fn column(ty: Type, nullable: bool) -> Column {
        Column { name: "x".to_owned(), ty, native: NativeType::default(), nullable, fill: Fill::None }
    }

    fn draw(column: &Column, known: &Statistics) -> Vec<Value> {
        let generator = observed(column, None, known).unwrap();
        (0..4_000).map(|n| generator.generate(&mut Rng::keyed(Seed(1), [n, 0, 0]))).collect()
    }

    fn share(values: &[Value], of: impl Fn(&Value) -> bool) -> f64 {
        values.iter().filter(|value| of(value)).count() as f64 / values.len() as f64
    }

    #[test]
    fn common_values_come_as_often_as_they_did_and_others_between_the_bounds() {
        let known = Statistics {
            null_ratio: 0.2,
            common: vec![("7".to_owned(), 0.4), ("8".to_owned(), 0.2)],
            bounds: ["100", "110", "1000"].map(str::to_owned).to_vec(),
        };
        let drawn = draw(&column(Type::Int(16), true), &known);
        assert!((share(&drawn, Value::is_null) - 0.2).abs() < 0.03);
        assert!((share(&drawn, |value| *value == Value::Int(7)) - 0.4).abs() < 0.03);
        assert!((share(&drawn, |value| matches!(value, Value::Int(100..=110))) - 0.1).abs() < 0.03);
        assert!((share(&drawn, |value| matches!(value, Value::Int(111..=1_000))) - 0.1).abs() < 0.03);
        assert_eq!(share(&draw(&column(Type::Int(16), false), &known), Value::is_null), 0.0);
    }

    #[test]
    fn texts_are_those_that_are_there_as_far_as_they_fit() {
        let ty = Type::Text { max: Some(3), fixed: false };
        let known =
            Statistics { bounds: ["a", "long", "b"].map(str::to_owned).to_vec(), ..Statistics::default() };
        let drawn = draw(&column(ty.clone(), false), &known);
        assert_eq!(share(&drawn, |value| ["a", "b"].contains(&value.to_string().as_str())), 1.0);
        assert!(observed(&column(ty, false), None, &Statistics::default()).is_none());
    }
}
