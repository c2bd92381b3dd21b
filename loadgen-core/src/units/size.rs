//! Sizes in bytes as people write them: `500B`, `2KB`, `1.5MB`.

use std::{borrow::Cow, fmt, marker::PhantomData, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{UnitError, Written, digits, refuse};

/// A size in bytes as in `500B`, `2KB`, `64KiB`; a thousand bytes are 1 KB, 1,024 are 1 KiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(pub u64);

/// The units, the longer names first.
const UNITS: [(&str, f64); 8] = [
    ("KiB", 1_024.0),
    ("MiB", 1_048_576.0),
    ("GiB", 1_073_741_824.0),
    ("GB", 1e9),
    ("KB", 1e3),
    ("kB", 1e3),
    ("MB", 1e6),
    ("B", 1.0),
];

impl FromStr for Size {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let error = || refuse(text, "size", "500B, 2KB or 64KiB");
        let trimmed = text.trim();
        let split = |(unit, factor): (&str, f64)| Some((trimmed.strip_suffix(unit)?.trim_end(), factor));
        let (number, factor) = UNITS.into_iter().find_map(split).ok_or_else(error)?;
        let bytes = digits(number).ok_or_else(error)? * factor;
        if bytes.fract() != 0.0 || bytes > 9e15 { Err(error()) } else { Ok(Size(bytes as u64)) }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}B", self.0)
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Written(PhantomData))
    }
}

impl Serialize for Size {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for Size {
    fn schema_name() -> Cow<'static, str> {
        "Size".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": r"^\s*[0-9][0-9_.]*\s*(B|[kK]B|MB|GB|KiB|MiB|GiB)\s*$"})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        let bytes = |text: &str| text.parse::<Size>().ok().map(|size| size.0);
        assert_eq!(bytes("2KB"), Some(2_000));
        assert_eq!(bytes("1.5 MB"), Some(1_500_000));
        assert_eq!(bytes("64KiB"), Some(65_536));
        assert_eq!(bytes("500B"), Some(500));
        assert_eq!(bytes("1GB"), Some(1_000_000_000));
        for bad in ["", "5", "KB", "-1KB", "0.5B", "2TB"] {
            assert_eq!(bytes(bad), None, "{bad}");
        }
    }
}
