//! Arrays.

use super::Generator;
use crate::{Rng, Value};

/// The most elements of an array.
const MOST: i64 = 5;

/// A few values of another generator.
#[derive(Debug)]
pub(super) struct Array(pub(super) Box<dyn Generator>);

impl Generator for Array {
    fn generate(&self, rng: &mut Rng) -> Value {
        let count = rng.between(0, MOST);
        Value::Array((0..count).map(|_| self.0.generate(rng)).collect())
    }

    fn describe(&self) -> String {
        format!("0 to {MOST} of {}", self.0.describe())
    }
}
