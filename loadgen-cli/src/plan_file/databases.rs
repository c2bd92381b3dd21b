//! Names of databases, as a list or as one text with commas between them.

use std::{borrow::Cow, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};

/// Names without blanks around them, each once and in the order of their first mention; what was empty is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Databases {
    pub(crate) names: Vec<String>,
    /// Those that were mentioned more than once.
    pub(crate) repeated: Vec<String>,
}

impl Databases {
    pub(crate) fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut all = Databases::default();
        for name in names.into_iter().map(str::trim).filter(|name| !name.is_empty()) {
            if !all.names.iter().any(|known| known == name) {
                all.names.push(name.to_owned());
            } else if !all.repeated.iter().any(|known| known == name) {
                all.repeated.push(name.to_owned());
            }
        }
        all
    }

    /// What is done otherwise than was written.
    pub(crate) fn warning(&self) -> Option<String> {
        let said =
            || format!("databases has {} more than once; one job each is run", self.repeated.join(", "));
        (!self.repeated.is_empty()).then(said)
    }
}

impl Serialize for Databases {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.names.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Databases {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Names)
    }
}

struct Names;

impl<'de> de::Visitor<'de> for Names {
    type Value = Databases;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of names, or a text with commas between them")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Databases, E> {
        Ok(Databases::new(text.split(',')))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Databases, E> {
        Ok(Databases::new([number.to_string().as_str()]))
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<Databases, A::Error> {
        let mut names: Vec<String> = Vec::new();
        while let Some(name) = list.next_element()? {
            names.push(name);
        }
        Ok(Databases::new(names.iter().map(String::as_str)))
    }
}

impl JsonSchema for Databases {
    fn schema_name() -> Cow<'static, str> {
        "Databases".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Names in a list, or in one text with commas between them.",
            "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_trimmed_and_each_is_there_once() {
        let read = |text: &str| serde_json::from_str::<Databases>(text).unwrap();
        let names = read(r#"" a b ,, c]d,a b , 🐘,""#);
        assert_eq!(names.names, ["a b", "c]d", "🐘"]);
        assert_eq!(names.warning().unwrap(), "databases has a b more than once; one job each is run");
        assert_eq!(read(r#"["x,y", " z ", ""]"#).names, ["x,y", "z"]);
        assert_eq!(read(r#"["x,y"]"#).warning(), None);
        assert!(read(r#"" , ""#).names.is_empty());
        assert_eq!(serde_json::to_string(&read(r#""a,b""#)).unwrap(), r#"["a","b"]"#);
        assert!(serde_json::from_str::<Databases>("{}").is_err());
    }
}
