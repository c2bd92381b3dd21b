//! Choices in a plan file: enums of serde.

use serde::de::{
    self, Visitor,
    value::{MapDeserializer, StrDeserializer},
};

use super::{
    read_error::ReadError,
    reader::Reader,
    tree::{Content, Node, Place},
};

/// An enum: `word: value`, or a word alone.
pub(super) struct Choice<'de> {
    pub(super) word: &'de str,
    pub(super) place: &'de Place,
    pub(super) value: Option<&'de Node>,
    pub(super) name: &'de str,
}

impl<'de> Choice<'de> {
    /// What stands behind the word, if anything does.
    fn value(&self) -> Option<Reader<'de>> {
        let value = self.value.filter(|node| !matches!(node.content, Content::Null));
        value.map(|node| Reader { node, name: self.word })
    }

    fn explain<T>(&self, result: Result<T, ReadError>) -> Result<T, ReadError> {
        result.map_err(|error| error.at(self.place, self.word))
    }
}

impl<'de> de::EnumAccess<'de> for Choice<'de> {
    type Error = ReadError;
    type Variant = Self;

    fn variant_seed<V: de::DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), ReadError> {
        let variant = seed.deserialize(StrDeserializer::<ReadError>::new(self.word));
        Ok((variant.map_err(|error| error.at(self.place, self.name))?, self))
    }
}

impl<'de> de::VariantAccess<'de> for Choice<'de> {
    type Error = ReadError;

    fn unit_variant(self) -> Result<(), ReadError> {
        self.explain(match self.value() {
            None => Ok(()),
            Some(_) => Err(de::Error::custom("takes no value")),
        })
    }

    /// Without a value: what an empty mapping stands for.
    fn newtype_variant_seed<T: de::DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, ReadError> {
        let nothing = MapDeserializer::new(std::iter::empty::<(&str, &str)>());
        self.explain(match self.value() {
            Some(value) => seed.deserialize(value),
            None => seed.deserialize(nothing),
        })
    }

    fn tuple_variant<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value, ReadError> {
        self.struct_variant(&[], visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        let nothing = MapDeserializer::new(std::iter::empty::<(&str, &str)>());
        self.explain(match self.value() {
            Some(value) => value.any(visitor),
            None => visitor.visit_map(nothing),
        })
    }
}
