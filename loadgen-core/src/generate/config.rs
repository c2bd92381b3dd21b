//! What a plan file may say of one column.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    distribution::Distribution,
    locale::Locale,
    observed::Basis,
    scalar::Scalar,
    seldom,
    sequence::Sequence,
    unfillable::{Refusal, Unfillable},
};
use crate::Column;

/// Overrides for one column. What is not said is chosen by loadgen.
///
/// Of an array column, everything but `null_ratio` and `leave_out` speaks of the elements. Once a plan file says what
/// the values are, there are no NULLs among them unless `null_ratio` says so.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ColumnConfig {
    /// The values to choose from, in the column's own type: `[new, paid, shipped]`. What can be spelt in several ways,
    /// such as `10.0.0.1`, is remembered as the database gives it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choice: Option<Vec<Scalar>>,
    /// How often each value of `choice` comes, relative to the others: `[8, 1, 1]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weights: Option<Vec<u32>>,
    /// The one value that every row gets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub constant: Option<Scalar>,
    /// The least value: a number, or a date, time or timestamp in ISO 8601.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<Scalar>,
    /// The greatest value, itself included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<Scalar>,
    /// How often each value between `min` and `max`, or of `choice`, comes: `uniform` unless set, `normal`,
    /// `log_normal`, or `zipf` with the least or first most often.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distribution: Option<Distribution>,
    /// What the values mean, whatever the column is called: `email`, `first name`, `city`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meaning: Option<String>,
    /// The fewest characters of a text, or bytes of binary data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_length: Option<u32>,
    /// The most characters of a text, or bytes of binary data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u32>,
    /// A regular expression that texts are made to match: `[A-Z]{3}-[0-9]{4}`. Where it leaves the length open,
    /// `min_length` and `max_length` may bound it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// Values in even steps, another one for each row: `{start: 1000, step: 10}`. Updates leave them as they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<Sequence>,
    /// `statistics`: values spread like those that are in the table, as far as the database keeps count of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Basis>,
    /// Where people and places are from, as in `de_DE`; otherwise as the workload says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<Locale>,
    /// The share of rows with NULL, from 0.0 to 1.0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub null_ratio: Option<f64>,
    /// Never write the column: the database fills it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub leave_out: bool,
}

/// The share of NULLs in a nullable column of which the plan file says nothing.
pub(crate) const NULL_RATIO: f64 = 0.1;

impl ColumnConfig {
    /// Whether something else than `null_ratio` and `leave_out` is said.
    pub fn names_values(&self) -> bool {
        self.choice.is_some()
            || self.constant.is_some()
            || self.meaning.is_some()
            || self.distribution.is_some()
            || self.bounded()
            || self.sized()
            || self.pattern.is_some()
            || self.sequence.is_some()
            || self.from.is_some()
    }

    /// The share of NULLs: 0 for a column that is not nullable.
    pub(super) fn nulls(&self, column: &Column) -> Result<f64, Refusal> {
        let nullable = column.nullable;
        let default = match () {
            () if self.null_ratio.is_some() || !nullable || self.names_values() => 0.0,
            () => seldom::share(column).unwrap_or(NULL_RATIO),
        };
        let ratio = self.null_ratio.unwrap_or(default);
        if !(0.0..=1.0).contains(&ratio) {
            return Err(Refusal::new(format!("null_ratio is {ratio}"), "a null_ratio from 0.0 to 1.0"));
        }
        if ratio > 0.0 && !nullable {
            return Err(Refusal::new("it is NOT NULL, and null_ratio is above zero", "no null_ratio"));
        }
        Ok(ratio)
    }

    /// Refuses what contradicts itself or the column's NULLs.
    pub(crate) fn checked(&self, column: &Column) -> Result<(), Unfillable> {
        self.check().and_then(|()| self.nulls(column)).map(|_| ()).map_err(|why| why.of(&column.name))
    }

    /// Refuses what contradicts itself, whatever the column.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        let lengths_alone = self.sized() && !(self.meaning.is_some() && self.min_length.is_none());
        let said = [
            self.choice.is_some(),
            self.constant.is_some(),
            self.meaning.is_some(),
            self.sequence.is_some(),
            self.from.is_some(),
            self.bounded() || self.pattern.is_some() || lengths_alone,
        ];
        let otherwise = [
            self.weights.is_some(),
            self.constant.is_some(),
            self.meaning.is_some(),
            self.pattern.is_some(),
            self.sized(),
            self.sequence.is_some(),
            self.from.is_some(),
        ];
        if self.distribution.is_some() && otherwise.contains(&true) {
            return Err(Refusal::new(
                "distribution does not go with weights, constant, meaning, pattern, sequence, from or lengths",
                "distribution beside choice, or beside min and max",
            ));
        }
        if said.into_iter().filter(|said| *said).count() > 1 {
            return Err(Refusal::new(
                "the plan says in several ways what its values are",
                "one of choice, constant, meaning, sequence, from, min with max, or pattern and min_length with max_length",
            ));
        }
        if self.sequence.is_some() && self.null_ratio.is_some_and(|ratio| ratio > 0.0) {
            return Err(Refusal::new("a sequence has a value for each row", "sequence without null_ratio"));
        }
        let is_meant = self.meaning.is_some() || !self.names_values();
        if self.locale.is_some() && (!is_meant || self.leave_out) {
            return Err(Refusal::new(
                "locale goes with values that have a meaning",
                "locale alone, or beside meaning",
            ));
        }
        if self.leave_out && (self.names_values() || self.null_ratio.is_some()) {
            return Err(Refusal::new("it is left out and given values as well", "leave_out alone"));
        }
        if self
            .weights
            .as_ref()
            .map(Vec::len)
            .is_some_and(|len| Some(len) != self.choice.as_ref().map(Vec::len))
        {
            return Err(Refusal::new(
                "choice and weights differ in length",
                "one weight for each value of choice",
            ));
        }
        if self.min_length.zip(self.max_length).is_some_and(|(min, max)| min > max) {
            return Err(Refusal::new("min_length is above max_length", "them the other way round"));
        }
        Ok(())
    }

    /// Whether a range is given.
    pub(super) fn bounded(&self) -> bool {
        self.min.is_some() || self.max.is_some()
    }

    /// Whether a length is given.
    pub(super) fn sized(&self) -> bool {
        self.min_length.is_some() || self.max_length.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<ColumnConfig, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn scalars_keep_their_text() {
        let config = read(r#"{"choice": [1, -2.5, true, "a"], "min_length": 1}"#).unwrap();
        assert_eq!(config.choice.unwrap(), ["1", "-2.5", "true", "a"].map(Scalar::from));
    }

    #[test]
    fn what_is_unknown_or_not_a_scalar_is_refused() {
        for bad in [r#"{"choices": []}"#, r#"{"min": [1]}"#, r#"{"constant": {"a": 1}}"#] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn contradictions_are_refused() {
        for bad in [
            r#"{"choice": [1], "constant": 1}"#,
            r#"{"leave_out": true, "constant": 1}"#,
            r#"{"choice": [1], "weights": [1, 2]}"#,
            r#"{"min_length": 2, "max_length": 1}"#,
            r#"{"constant": 1, "max": 3}"#,
            r#"{"choice": [1], "meaning": "age"}"#,
            r#"{"choice": ["abcdef"], "max_length": 3}"#,
            r#"{"distribution": "zipf", "max_length": 5}"#,
            r#"{"constant": 1, "distribution": "zipf"}"#,
            r#"{"choice": ["a"], "pattern": "a"}"#,
            r#"{"sequence": {"start": 1}, "max": 9}"#,
            r#"{"locale": "de_DE", "choice": ["a"]}"#,
            r#"{"from": "statistics", "min": 1}"#,
            r#"{"sequence": {"start": 1}, "null_ratio": 0.5}"#,
            r#"{"sequence": {"start": 1}, "distribution": "zipf"}"#,
        ] {
            assert!(read(bad).unwrap().check().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_config_goes_through_a_file_and_back() {
        let text = r#"{"choice":["a"],"weights":[1],"null_ratio":0.5}"#;
        assert_eq!(serde_json::to_string(&read(text).unwrap()).unwrap(), text);
    }
}
