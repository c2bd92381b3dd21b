//! Texts into values: what the server writes under the settings of our sessions, which are ISO dates, the time zone UTC,
//! its own intervals and hexadecimal bytes.

use loadgen_core::Value;

use super::{CodecError, Wire, calendar, items, numeric, wire::Kind};

impl Wire {
    /// Reads the text of a value that is not NULL, as [`Wire::decode`] reads its bytes.
    ///
    /// # Errors
    /// When the text is not such a value.
    pub(crate) fn read(&self, text: &str) -> Result<Value, CodecError> {
        let wrong = || CodecError(format!("{text:?} as {:?}", self.kind));
        Ok(match &self.kind {
            Kind::Bool => Value::Bool(match text {
                "t" | "true" => true,
                "f" | "false" => false,
                _ => return Err(wrong()),
            }),
            Kind::Int2 | Kind::Int4 | Kind::Int8 => Value::Int(text.parse().map_err(|_| wrong())?),
            Kind::Real => Value::Real(text.parse().map_err(|_| wrong())?),
            Kind::Double => Value::Double(text.parse().map_err(|_| wrong())?),
            Kind::Numeric => {
                let mut bytes = Vec::new();
                numeric::encode_text(text, &mut bytes)?;
                numeric::decode(&bytes)?
            }
            Kind::Text => Value::Text(text.to_owned()),
            Kind::Blank => Value::Text(text.trim_end_matches(' ').to_owned()),
            Kind::Bytes => Value::Bytes(hexadecimal(text).ok_or_else(wrong)?),
            Kind::Uuid => Value::Uuid(u128::from_str_radix(&text.replace('-', ""), 16).map_err(|_| wrong())?),
            Kind::Date | Kind::Timestamp if matches!(text, "infinity" | "-infinity") => {
                Value::Text(text.to_owned())
            }
            Kind::Date => Value::Date(calendar::day(text).ok_or_else(wrong)?),
            Kind::Time => Value::Time(calendar::time(text).ok_or_else(wrong)?),
            Kind::Timestamp => Value::Timestamp(calendar::moment(text).ok_or_else(wrong)?),
            Kind::Interval => {
                let (months, days, micros) = calendar::interval(text).ok_or_else(wrong)?;
                Value::Interval { months, days, micros }
            }
            Kind::Json | Kind::Jsonb => Value::Json(serde_json::from_str(text).map_err(|_| wrong())?),
            Kind::Array(element) => Value::Array(items::read(element, text)?),
        })
    }
}

fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix("\\x")?.as_bytes();
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    digits.chunks(2).map(pair).collect()
}

#[cfg(test)]
mod tests;
