//! A mistake that serde found, before its place and name are known.

use std::fmt;

use serde::de::{self, Expected, Unexpected};

use super::{
    PlanError,
    tree::{Place, Text},
    words::{found, suggestion, wanted},
};

/// A mistake on its way up; the first on the way who knows the place and the name adds them.
#[derive(Debug)]
pub(super) struct ReadError {
    mistake: Mistake,
    place: Option<Place>,
    name: Option<String>,
    /// The key that an unknown key should stand beside instead of below it.
    beside: Option<String>,
}

#[derive(Debug)]
enum Mistake {
    Other(String),
    Type { wanted: String, found: String },
    UnknownKey { key: String, known: &'static [&'static str] },
    UnknownChoice { choice: String, known: &'static [&'static str] },
    Missing(&'static str),
}

impl ReadError {
    fn new(mistake: Mistake) -> Self {
        ReadError { mistake, place: None, name: None, beside: None }
    }

    pub(super) fn at(mut self, place: &Place, name: &str) -> Self {
        self.place.get_or_insert_with(|| place.clone());
        self.name.get_or_insert_with(|| name.to_owned());
        self
    }

    /// On the way up, out of the value of a key of a mapping that knows these keys.
    pub(super) fn out_of(mut self, key: &str, known: &[&str]) -> Self {
        if let Mistake::UnknownKey { key: wrong, .. } | Mistake::UnknownChoice { choice: wrong, .. } =
            &self.mistake
            && known.contains(&wrong.as_str())
        {
            self.beside.get_or_insert_with(|| key.to_owned());
        }
        self
    }

    /// Says what the file says instead of what a variable held.
    pub(super) fn hiding(mut self, text: &Text) -> Self {
        if let Some(raw) = text.raw.as_ref().filter(|_| !text.text.is_empty()) {
            let (secret, escaped) = (&text.text, text.text.escape_debug().to_string());
            let hide = |message: &mut String| *message = message.replace(&escaped, raw).replace(secret, raw);
            match &mut self.mistake {
                Mistake::Other(message) => hide(message),
                Mistake::Type { found, .. } => hide(found),
                Mistake::UnknownChoice { choice, .. } => hide(choice),
                Mistake::UnknownKey { .. } | Mistake::Missing(_) => {}
            }
        }
        self
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name.as_deref().unwrap_or("the plan");
        let suggestion = |wrong: &str, known| suggestion(wrong, known, self.beside.as_deref());
        match &self.mistake {
            Mistake::Other(message) => write!(f, "{name}: {message}"),
            Mistake::Type { wanted, found } => write!(f, "{name} has to be {wanted}, not {found}"),
            Mistake::UnknownKey { key, known } => {
                write!(f, "unknown key {key:?} in {name}{}", suggestion(key, known))
            }
            Mistake::UnknownChoice { choice, known } => {
                write!(f, "unknown {name} {choice:?}{}", suggestion(choice, known))
            }
            Mistake::Missing(field) => write!(f, "{name} needs {field:?}"),
        }
    }
}

impl std::error::Error for ReadError {}

impl de::Error for ReadError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        ReadError::new(Mistake::Other(message.to_string()))
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        ReadError::new(Mistake::Type { wanted: wanted(expected), found: found(&unexpected) })
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(unexpected, expected)
    }

    fn unknown_field(key: &str, known: &'static [&'static str]) -> Self {
        ReadError::new(Mistake::UnknownKey { key: key.to_owned(), known })
    }

    fn unknown_variant(choice: &str, known: &'static [&'static str]) -> Self {
        ReadError::new(Mistake::UnknownChoice { choice: choice.to_owned(), known })
    }

    fn missing_field(field: &'static str) -> Self {
        ReadError::new(Mistake::Missing(field))
    }
}

impl From<ReadError> for PlanError {
    fn from(error: ReadError) -> Self {
        let place = error.place.clone().unwrap_or_default();
        PlanError::new(place, error.to_string())
    }
}
