//! NULL now and then.

use super::Generator;
use crate::{Rng, Value};

/// Another generator's values, with a share of NULLs among them.
#[derive(Debug)]
pub(super) struct Nullable {
    pub(super) ratio: f64,
    pub(super) values: Box<dyn Generator>,
}

impl Generator for Nullable {
    fn generate(&self, rng: &mut Rng) -> Value {
        if rng.chance(self.ratio) { Value::Null } else { self.values.generate(rng) }
    }

    fn draws_null(&self, rng: &mut Rng) -> bool {
        rng.chance(self.ratio)
    }

    fn meaning(&self) -> Option<(&'static str, &'static str)> {
        self.values.meaning()
    }

    fn describe(&self) -> String {
        format!("{}, {} % NULL", self.values.describe(), (self.ratio * 1e4).round() / 1e2)
    }
}
