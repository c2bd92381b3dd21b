//! From the tree to the types of a plan, through serde, with the place of every mistake.

use serde::{
    Deserialize,
    de::{self, Unexpected, Visitor, value::StrDeserializer},
    forward_to_deserialize_any,
};

use super::{
    PlanError,
    choice::Choice,
    read_error::ReadError,
    tree::{Content, Key, Node, Text},
};

/// Reads a whole plan.
pub(crate) fn read<'de, T: Deserialize<'de>>(root: &'de Node) -> Result<T, PlanError> {
    T::deserialize(Reader { node: root, name: "the plan" }).map_err(PlanError::from)
}

/// One value and what it is called.
#[derive(Clone, Copy)]
pub(super) struct Reader<'de> {
    pub(super) node: &'de Node,
    pub(super) name: &'de str,
}

impl<'de> Reader<'de> {
    fn explain<T>(self, result: Result<T, ReadError>) -> Result<T, ReadError> {
        result.map_err(|error| match &self.node.content {
            Content::Text(text) => error.at(&self.node.place, self.name).hiding(text),
            _ => error.at(&self.node.place, self.name),
        })
    }

    pub(super) fn any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match &self.node.content {
            Content::Null => visitor.visit_unit(),
            Content::Bool(value) => visitor.visit_bool(*value),
            Content::Unsigned(number) => visitor.visit_u64(*number),
            Content::Signed(number) => visitor.visit_i64(*number),
            Content::Float(number) => visitor.visit_f64(*number),
            Content::Text(text) => visitor.visit_borrowed_str(&text.text),
            Content::List(nodes) => visitor.visit_seq(Entries { nodes: nodes.iter(), name: self.name }),
            Content::Map(_) => self.mapping(&[], visitor),
        }
    }

    /// Like [`Reader::any`], where a mapping may have these keys.
    fn mapping<V: Visitor<'de>>(
        self,
        known: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        let Content::Map(entries) = &self.node.content else { return self.any(visitor) };
        visitor.visit_map(Pairs { entries: entries.iter(), value: None, name: self.name, known })
    }

    /// Like [`Reader::any`], where a variable of the environment may stand for a number or a boolean.
    fn scalar<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        let Content::Text(Text { text, raw: Some(_) }) = &self.node.content else { return self.any(visitor) };
        match (text.parse::<u64>(), text.parse::<i64>(), text.parse::<f64>(), text.parse::<bool>()) {
            (Ok(number), ..) => visitor.visit_u64(number),
            (_, Ok(number), ..) => visitor.visit_i64(number),
            (_, _, Ok(number), _) => visitor.visit_f64(number),
            (.., Ok(value)) => visitor.visit_bool(value),
            _ => self.any(visitor),
        }
    }

    /// Where text is wanted a number is text as well.
    fn text<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match &self.node.content {
            Content::Unsigned(number) => visitor.visit_string(number.to_string()),
            Content::Signed(number) => visitor.visit_string(number.to_string()),
            Content::Float(number) => visitor.visit_string(number.to_string()),
            _ => self.any(visitor),
        }
    }

    fn choice<V: Visitor<'de>>(
        self,
        known: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        match &self.node.content {
            Content::Text(text) => {
                let (word, place) = (text.text.as_str(), &self.node.place);
                visitor.visit_enum(Choice { word, place, value: None, name: self.name })
            }
            Content::Map(entries) if entries.len() == 1 => {
                let (Key { name: word, place }, node) = &entries[0];
                visitor.visit_enum(Choice { word, place, value: Some(node), name: self.name })
            }
            Content::Map(entries) => {
                let unknown =
                    entries.iter().map(|(key, _)| key).find(|key| !known.contains(&key.name.as_str()));
                Err(unknown.map_or_else(
                    || de::Error::custom("exactly one of the choices goes here"),
                    |key| {
                        <ReadError as de::Error>::unknown_variant(&key.name, known).at(&key.place, self.name)
                    },
                ))
            }
            _ => Err(de::Error::custom("a name, or a mapping with one name, goes here")),
        }
    }
}

macro_rules! by {
    ($way:ident: $($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
            self.explain(self.$way(visitor))
        }
    )*};
}

impl<'de> de::Deserializer<'de> for Reader<'de> {
    type Error = ReadError;

    by! { any: deserialize_any deserialize_bytes deserialize_byte_buf deserialize_unit deserialize_seq deserialize_map
    deserialize_ignored_any }
    by! { scalar: deserialize_bool deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_i8
    deserialize_i16 deserialize_i32 deserialize_i64 deserialize_f32 deserialize_f64 }
    by! { text: deserialize_str deserialize_string deserialize_char deserialize_identifier }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.node.content {
            Content::Null => visitor.visit_none(),
            _ => self.explain(visitor.visit_some(self)),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.explain(visitor.visit_newtype_struct(self))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.explain(match self.node.content {
            // Lists are not taken for structs.
            Content::List(_) => Err(de::Error::invalid_type(Unexpected::Seq, &visitor)),
            _ => self.mapping(fields, visitor),
        })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.explain(self.choice(variants, visitor))
    }

    forward_to_deserialize_any! { unit_struct tuple tuple_struct }
}

struct Entries<'de> {
    nodes: std::slice::Iter<'de, Node>,
    name: &'de str,
}

impl<'de> de::SeqAccess<'de> for Entries<'de> {
    type Error = ReadError;

    fn next_element_seed<T: de::DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, ReadError> {
        let name = self.name;
        self.nodes.next().map(|node| seed.deserialize(Reader { node, name })).transpose()
    }
}

struct Pairs<'de> {
    entries: std::slice::Iter<'de, (Key, Node)>,
    value: Option<Reader<'de>>,
    name: &'de str,
    known: &'static [&'static str],
}

impl<'de> de::MapAccess<'de> for Pairs<'de> {
    type Error = ReadError;

    fn next_key_seed<K: de::DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, ReadError> {
        let Some((key, node)) = self.entries.next() else { return Ok(None) };
        self.value = Some(Reader { node, name: &key.name });
        let read = seed.deserialize(StrDeserializer::<ReadError>::new(&key.name));
        read.map(Some).map_err(|error| error.at(&key.place, self.name))
    }

    fn next_value_seed<V: de::DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, ReadError> {
        let value = self.value.take().expect("serde asks for a key before its value");
        seed.deserialize(value).map_err(|error| error.out_of(value.name, self.known))
    }
}
