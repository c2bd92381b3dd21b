//! Values out of a given list.

use super::{
    Generator,
    distribution::{Distribution, Ranks},
    literal::literal,
    scalar::Scalar,
    unfillable::Refusal,
};
use crate::{Rng, Type, Value, Weights};

/// One of some values.
#[derive(Debug)]
pub(super) struct Choice {
    values: Box<[Value]>,
    weights: Option<Weights>,
    ranks: Option<Ranks>,
    shown: Box<[String]>,
}

/// How many values a description shows.
const SHOWN: usize = 6;

impl Choice {
    /// The labels of an enum, each alike.
    pub(super) fn labels(labels: &[String]) -> Result<Self, Refusal> {
        if labels.is_empty() {
            return Err(Refusal::new("its enum has no labels", "leave_out: true"));
        }
        let values = labels.iter().map(|label| Value::Text(label.clone())).collect();
        Ok(Choice { values, weights: None, ranks: None, shown: labels.into() })
    }

    /// The values of a plan file.
    pub(super) fn listed(ty: &Type, listed: &[Scalar], weights: Option<&[u32]>) -> Result<Self, Refusal> {
        if listed.is_empty() {
            return Err(Refusal::new("its choice is empty", "one value or more in choice"));
        }
        let values = listed.iter().map(|scalar| literal(scalar.as_str(), ty)).collect::<Result<_, _>>()?;
        let weights = weights.map(|weights| {
            let wide: Vec<u64> = weights.iter().copied().map(u64::from).collect();
            Weights::new(&wide).map_err(|error| Refusal::new(error.to_string(), "other weights"))
        });
        let shown = listed.iter().map(|scalar| scalar.0.clone()).collect();
        Ok(Choice { values, weights: weights.transpose()?, ranks: None, shown })
    }

    /// The same values, those in front more or less often than those behind.
    pub(super) fn spread(self, distribution: Distribution) -> Self {
        let ranks = Ranks::new(distribution, self.values.len() as u64);
        Choice { ranks: Some(ranks), ..self }
    }

    /// The values, each once, in their order.
    pub(super) fn distinct(self) -> Vec<Value> {
        let mut once: Vec<Value> = Vec::new();
        for value in self.values {
            if !once.contains(&value) {
                once.push(value);
            }
        }
        once
    }
}

impl Generator for Choice {
    fn generate(&self, rng: &mut Rng) -> Value {
        match (&self.weights, &self.ranks) {
            (Some(weights), _) => self.values[weights.pick(rng)].clone(),
            (None, Some(ranks)) => self.values[ranks.draw(rng) as usize].clone(),
            (None, None) => rng.pick(&self.values).clone(),
        }
    }

    fn describe(&self) -> String {
        let shown = self.shown[..self.shown.len().min(SHOWN)].join(", ");
        match self.shown.len() {
            1 => format!("always {shown}"),
            len if len > SHOWN => format!("one of {shown} and {} more", len - SHOWN),
            _ => format!("one of {shown}"),
        }
    }
}
