//! Values that grow from row to row.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{calendar, form::Form, scalar::Scalar, unfillable::Refusal};
use crate::{Type, Value};

/// Values in even steps, another one for each row: `{start: 1000, step: 10}`.
///
/// The rows of a lane take every n-th value, where n is the number of lanes: it grows within each lane, and no value
/// comes twice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sequence {
    /// The first value: a number, or a date, time or timestamp in ISO 8601.
    pub start: Scalar,
    /// From one value to the next: a number, of dates and times a span such as `1d` or `15m`. 1, a day or a second unless
    /// set; below zero to count down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<Scalar>,
}

/// The values of a sequence.
#[derive(Clone, Copy, Debug)]
pub(super) struct Steps {
    form: Form,
    start: i128,
    step: i128,
    last: u128,
}

const DAY: i128 = 86_400_000_000;

impl Steps {
    /// The values of a type; whole numbers not below `from`, if it is given.
    pub(super) fn new(ty: &Type, sequence: &Sequence, from: Option<i64>) -> Result<Self, Refusal> {
        let numbers = "a sequence for whole numbers, decimals, dates, times or timestamps alone";
        let form = Form::of(ty, 2)
            .filter(|form| !matches!(form, Form::Real { .. } | Form::Double { .. } | Form::Interval { .. }));
        let form = form.ok_or_else(|| Refusal::new("its type does not count in steps", numbers))?;
        let text = sequence.start.as_str();
        let not_there = || Refusal::new(format!("start {text:?} is not a value of its type"), form.example());
        let (mut start, exact) = form.read(text).ok_or_else(not_there)?;
        let (low, high) = form.limits();
        if !exact || start < low || start > high {
            return Err(not_there());
        }
        let step = step(form, sequence.step.as_ref().map(Scalar::as_str))?;
        if let (Form::Int { .. }, Some(from), true) = (form, from, step > 0) {
            let behind = (i128::from(from) - start).max(0);
            start += (behind + step - 1) / step * step;
        }
        let end = if step > 0 { high } else { low };
        if start > high {
            return Err(Refusal::new("its sequence has come to the end of its type", "another start"));
        }
        Ok(Steps { form, start, step, last: end.abs_diff(start) / step.unsigned_abs() })
    }

    pub(super) fn capacity(self) -> u128 {
        self.last + 1
    }

    /// The value of a number up to the last.
    pub(super) fn value(self, number: u64) -> Value {
        self.form.value(self.start + self.step * i128::from(number))
    }

    /// "1000, 1010, 1020 and so on".
    pub(super) fn describe(self) -> String {
        let shown: Vec<String> = (0..3)
            .filter(|n| *n <= self.last)
            .map(|n| self.form.show(self.start + self.step * n as i128))
            .collect();
        format!("{} and so on", shown.join(", "))
    }
}

fn step(form: Form, text: Option<&str>) -> Result<i128, Refusal> {
    let span = |text: &str| match calendar::interval(text)? {
        Value::Interval { months: 0, days, micros } => Some(i128::from(days) * DAY + i128::from(micros)),
        _ => None,
    };
    let (read, usual, example) = match form {
        Form::Date => {
            let days = |text| span(text).filter(|micros| micros % DAY == 0).map(|micros| micros / DAY);
            (text.map(days), 1, "a step of whole days such as 1d")
        }
        Form::Time { .. } | Form::Timestamp { .. } => {
            let whole = |text| span(text).filter(|micros| micros % form.step() == 0);
            (text.map(whole), 1_000_000, "a step such as 1s, 15m or 1d")
        }
        _ => {
            let number = |text| form.read(text).and_then(|(number, exact)| exact.then_some(number));
            let usual = form.read("1").map_or(1, |(one, _)| one);
            (text.map(number), usual, "a step such as 10, in the digits of the column")
        }
    };
    let (low, high) = form.limits();
    let read = read.unwrap_or(Some(usual)).filter(|step| *step != 0);
    // A step beyond the type leads nowhere, and its multiples beyond what can be counted.
    let read = read.filter(|step| step.unsigned_abs() <= high.abs_diff(low));
    read.ok_or_else(|| Refusal::new(format!("its sequence has no step {:?}", text.unwrap_or("1")), example))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(ty: &Type, json: &str, from: Option<i64>, expected: Option<[&str; 2]>) {
        let steps = Steps::new(ty, &serde_json::from_str(json).unwrap(), from).ok();
        let shown = steps.map(|steps| [0, 3].map(|number| steps.value(number).to_string()));
        assert_eq!(shown, expected.map(|texts| texts.map(str::to_owned)), "{json}");
    }

    #[test]
    fn values_go_on_in_even_steps() {
        check(&Type::Int(32), r#"{"start": 1000, "step": 10}"#, None, Some(["1000", "1030"]));
        check(&Type::Int(32), r#"{"start": -5}"#, None, Some(["-5", "-2"]));
        check(&Type::Int(32), r#"{"start": 1000, "step": 10}"#, Some(1_015), Some(["1020", "1050"]));
        check(&Type::Int(16), r#"{"start": 10, "step": -3}"#, Some(99), Some(["10", "1"]));
        let price = Type::Decimal { precision: 8, scale: 2 };
        check(&price, r#"{"start": "1.50", "step": 0.25}"#, None, Some(["1.50", "2.25"]));
        check(&Type::Date, r#"{"start": "2024-02-28"}"#, None, Some(["2024-02-28", "2024-03-02"]));
        let moment = Type::Timestamp { precision: 0, zoned: true };
        let quarter = r#"{"start": "2024-01-01T00:00:00Z", "step": "15m"}"#;
        check(&moment, quarter, None, Some(["2024-01-01 00:00:00", "2024-01-01 00:45:00"]));
    }

    #[test]
    fn what_does_not_count_is_refused() {
        check(&Type::Int(16), r#"{"start": 70000}"#, None, None);
        check(&Type::Int(16), r#"{"start": 1, "step": 0}"#, None, None);
        check(&Type::Int(16), r#"{"start": 1, "step": 0.5}"#, None, None);
        check(&Type::Int(16), r#"{"start": 1, "step": 65536}"#, Some(9), None);
        let most = "1".repeat(38);
        check(&Type::Int(64), &format!(r#"{{"start": 1, "step": {most}}}"#), Some(9), None);
        check(&Type::Double, r#"{"start": 1}"#, None, None);
        check(&Type::Text { max: None, fixed: false }, r#"{"start": 1}"#, None, None);
        check(&Type::Date, r#"{"start": "2024-01-01", "step": "1h"}"#, None, None);
        let steps =
            Steps::new(&Type::Int(8), &serde_json::from_str(r#"{"start": 120, "step": 3}"#).unwrap(), None);
        assert_eq!(steps.unwrap().capacity(), 46);
    }
}
