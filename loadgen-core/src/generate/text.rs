//! Texts without a meaning, and those that a template gives one.

use super::{Generator, alphabet::Alphabet, template::Template};
use crate::{Rng, Value};

/// Texts of a template, under the name of their meaning.
#[derive(Debug)]
pub(super) struct Named {
    pub(super) name: &'static str,
    pub(super) spec: &'static str,
    pub(super) template: Template,
}

impl Generator for Named {
    fn generate(&self, rng: &mut Rng) -> Value {
        Value::Text(self.template.write(rng, 0))
    }

    fn describe(&self) -> String {
        self.name.to_owned()
    }

    fn meaning(&self) -> Option<(&'static str, &'static str)> {
        Some((self.name, self.spec))
    }
}

/// Small letters and digits.
#[derive(Debug)]
pub(super) struct Codes {
    /// The fewest and the most characters.
    pub(super) length: (u32, u32),
}

impl Generator for Codes {
    fn generate(&self, rng: &mut Rng) -> Value {
        let width = rng.between(self.length.0.into(), self.length.1.into()) as usize;
        let mut text = String::with_capacity(width);
        Alphabet::Base36.draw(rng, width, &mut text);
        Value::Text(text)
    }

    fn describe(&self) -> String {
        match self.length {
            (1, 1) => "code of 1 character".to_owned(),
            (low, high) if low == high => format!("code of {low} characters"),
            (low, high) => format!("code of {low} to {high} characters"),
        }
    }
}
