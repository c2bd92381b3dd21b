//! A message: what it holds, and its schema part if it has one.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::record::given;

/// A message, with or without its schema part, or without what is around its payload.
#[derive(Debug, Default)]
pub(super) struct Message<'a> {
    pub(super) schema: Option<&'a str>,
    /// None if it is null.
    pub(super) payload: Option<&'a str>,
}

#[derive(Deserialize)]
struct Wrapped<'a> {
    #[serde(borrow, default, deserialize_with = "given")]
    schema: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "given")]
    payload: Option<&'a RawValue>,
}

impl<'a> Message<'a> {
    /// Takes a message apart.
    pub(super) fn read(text: &'a str) -> Result<Self, serde_json::Error> {
        let text = text.trim();
        if text == "null" {
            return Ok(Message::default());
        }
        let wrapped: Wrapped<'a> = serde_json::from_str(text)?;
        let there = |raw: &'a RawValue| Some(raw.get()).filter(|text| *text != "null");
        Ok(match wrapped {
            Wrapped { schema: Some(schema), payload: Some(payload) } => {
                Message { schema: there(schema), payload: there(payload) }
            }
            Wrapped { schema: None, payload: Some(payload) } if is_alone(text, payload) => {
                Message { schema: None, payload: there(payload) }
            }
            Wrapped { .. } => Message { schema: None, payload: Some(text) },
        })
    }
}

/// Whether nothing stands beside a payload, and it is no column of that name: none of those is an object.
fn is_alone(text: &str, payload: &RawValue) -> bool {
    let is_message = payload.get().starts_with('{') || payload.get() == "null";
    is_message && serde_json::from_str::<Row<'_>>(text).is_ok_and(|row| row.0.len() == 1)
}

/// The columns of a row, in their order.
#[derive(Debug, Default)]
pub(super) struct Row<'a>(pub(super) Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Row<'a> {
    pub(super) fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.0.iter().find_map(|(column, raw)| (column == name).then_some(*raw))
    }
}

/// A name that is copied only if something in it is escaped.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Row<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(Columns)
    }
}

/// Takes columns as they come.
struct Columns;

impl<'de> Visitor<'de> for Columns {
    type Value = Row<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the columns of a row")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Row<'de>, A::Error> {
        let mut columns = Vec::new();
        while let Some((Name(name), raw)) = map.next_entry::<Name<'de>, &'de RawValue>()? {
            columns.push((name, raw));
        }
        Ok(Row(columns))
    }
}
