//! One line: the key and the value of an event, in whatever they are wrapped.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::token::string;

/// The texts of key and value, and where they came from.
#[derive(Debug)]
pub(super) struct Record<'a> {
    pub(super) key: Option<Cow<'a, str>>,
    pub(super) value: Cow<'a, str>,
    /// Topic and partition, if the line says so.
    pub(super) place: Option<(String, i64)>,
}

/// What tells the ways of writing an event down apart.
#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow, default, deserialize_with = "given")]
    key: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "given")]
    value: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "given")]
    payload: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "given")]
    schema: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "given")]
    op: Option<&'a RawValue>,
    #[serde(default)]
    topic: Option<String>,
    #[serde(default)]
    partition: Option<i64>,
}

/// Tells what is null from what is not there.
pub(super) fn given<'de, D: Deserializer<'de>>(from: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(from).map(Some)
}

impl<'a> Record<'a> {
    /// Takes a line apart.
    pub(super) fn read(text: &'a str) -> Result<Self, serde_json::Error> {
        let text = text.trim();
        if text == "null" {
            return Ok(Record { key: None, value: text.into(), place: None });
        }
        let line: Line<'a> = serde_json::from_str(text)?;
        let place = line.topic.map(|topic| (topic, line.partition.unwrap_or_default()));
        let is_bare = line.op.is_some() || line.schema.is_some();
        let value = line.value.or(line.payload.filter(|_| place.is_some())).filter(|_| !is_bare);
        Ok(match value {
            Some(value) => Record { key: line.key.map(inner), value: inner(value), place },
            None => Record { key: None, value: text.into(), place: None },
        })
    }
}

/// A message, also one that stands in the line as a text.
fn inner(raw: &RawValue) -> Cow<'_, str> {
    match raw.get() {
        text if text.starts_with('"') => string(text),
        text => Cow::Borrowed(text),
    }
}
