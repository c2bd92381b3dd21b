//! Booleans.

use super::Generator;
use crate::{Rng, Value};

/// True with a probability.
#[derive(Debug)]
pub(super) struct Flag(pub(super) f64);

impl Generator for Flag {
    fn generate(&self, rng: &mut Rng) -> Value {
        Value::Bool(rng.chance(self.0))
    }

    fn describe(&self) -> String {
        format!("true in {} %", (self.0 * 1e4).round() / 1e2)
    }
}
