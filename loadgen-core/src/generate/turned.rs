//! Values of one type for a column of another.

use super::{Distinct, Generator, distinct::Domain};
use crate::{Rng, Type, Value, turn::turn};

/// Another generator's values as those of a type that has them, too.
#[derive(Debug)]
pub(crate) struct Turned {
    pub(crate) values: Box<dyn Generator>,
    pub(crate) ty: Type,
}

/// How often a value is drawn that the type has.
const TRIES: u32 = 16;

impl Generator for Turned {
    fn generate(&self, rng: &mut Rng) -> Value {
        let drawn = (0..TRIES).find_map(|_| turn(&self.values.generate(rng), &self.ty));
        drawn.unwrap_or_default()
    }

    fn draws_null(&self, rng: &mut Rng) -> bool {
        self.values.draws_null(rng)
    }

    fn meaning(&self) -> Option<(&'static str, &'static str)> {
        self.values.meaning()
    }

    fn describe(&self) -> String {
        self.values.describe()
    }
}

impl Distinct {
    /// The same values as those of a type that has them, too. Numbers do not come in order, as nobody asks for the largest
    /// that is there.
    #[must_use]
    pub(crate) fn turned(mut self, ty: Type) -> Self {
        if let Domain::Rising(ladder) = self.domain {
            self.domain = Domain::Scattered(ladder);
        }
        self.turned = Some(ty);
        self
    }
}
