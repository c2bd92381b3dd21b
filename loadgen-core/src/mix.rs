//! Weighted choice in constant time.

use std::sync::Arc;

use crate::{Rng, Scenario, Workload};

/// Picks an index with a probability of exactly `weight / total`, in O(1).
///
/// Walker's alias method in integers, after Vose ("A Linear Algorithm for Generating Random Numbers with a Given
/// Distribution"): nothing is rounded.
#[derive(Clone, Debug)]
pub struct Weights {
    total: u64,
    /// For each column of the table: below which draw it stands for itself, and for what otherwise.
    columns: Box<[(u64, u32)]>,
}

/// Why weights cannot be picked from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WeightsError {
    /// No weight is above zero.
    #[error("all weights are zero: at least one has to be above")]
    AllZero,
    /// The sum of the weights times their number does not fit 64 bits.
    #[error("the weights are too large: their sum times their number has to stay below 2^64")]
    TooLarge,
}

impl Weights {
    /// Prepares the table; a weight of 0 is never picked.
    ///
    /// # Errors
    /// When no weight is above zero, or their sum is out of range.
    pub fn new(weights: &[u64]) -> Result<Self, WeightsError> {
        let total =
            weights.iter().try_fold(0u64, |sum, w| sum.checked_add(*w)).ok_or(WeightsError::TooLarge)?;
        if total == 0 {
            return Err(WeightsError::AllZero);
        }
        let n = weights.len() as u64;
        total.checked_mul(n).ok_or(WeightsError::TooLarge)?;
        let mut scaled: Vec<u64> = weights.iter().map(|w| w * n).collect();
        let mut columns: Box<[(u64, u32)]> = (0..weights.len() as u32).map(|i| (total, i)).collect();
        let (mut small, mut large): (Vec<usize>, Vec<usize>) =
            (0..weights.len()).partition(|&i| scaled[i] < total);
        while let (Some(&less), Some(&more)) = (small.last(), large.last()) {
            small.pop();
            columns[less] = (scaled[less], more as u32);
            scaled[more] -= total - scaled[less];
            if scaled[more] < total {
                large.pop();
                small.push(more);
            }
        }
        Ok(Weights { total, columns })
    }

    /// An index, drawn by weight.
    pub fn pick(&self, rng: &mut Rng) -> usize {
        let column = rng.below(self.columns.len() as u64) as usize;
        let (threshold, alias) = self.columns[column];
        if rng.below(self.total) < threshold { column } else { alias as usize }
    }
}

/// The scenarios of a workload with their weights.
pub struct Mix<W: Workload> {
    scenarios: Vec<(u64, Arc<dyn Scenario<W>>)>,
}

impl<W: Workload> Mix<W> {
    /// No scenario yet.
    pub fn new() -> Self {
        Mix { scenarios: Vec::new() }
    }

    /// Adds a scenario. A weight of 0 keeps it in the report and never runs it.
    #[must_use]
    pub fn with(mut self, weight: u64, scenario: impl Scenario<W>) -> Self {
        self.scenarios.push((weight, Arc::new(scenario)));
        self
    }

    /// Prepares the choice.
    pub(crate) fn build(self) -> Result<Choice<W>, WeightsError> {
        self.build_after(Vec::new())
    }

    /// Prepares the choice; these names of scenarios keep their indexes.
    pub(crate) fn build_after(self, mut names: Vec<String>) -> Result<Choice<W>, WeightsError> {
        let weights = Weights::new(&self.scenarios.iter().map(|(weight, _)| *weight).collect::<Vec<_>>())?;
        let mut scenarios = Vec::with_capacity(self.scenarios.len());
        for (_, scenario) in self.scenarios {
            let known = names.iter().position(|name| name == scenario.name());
            let group = known.unwrap_or_else(|| {
                names.push(scenario.name().to_owned());
                names.len() - 1
            });
            scenarios.push((group, scenario));
        }
        Ok(Choice { weights, scenarios, names })
    }
}

impl<W: Workload> Default for Mix<W> {
    fn default() -> Self {
        Mix::new()
    }
}

/// A [`Mix`] ready to pick from.
pub(crate) struct Choice<W: Workload> {
    weights: Weights,
    scenarios: Vec<(usize, Arc<dyn Scenario<W>>)>,
    /// The names of the scenarios, each once.
    pub(crate) names: Vec<String>,
}

impl<W: Workload> Choice<W> {
    /// A scenario and the index of its name.
    pub(crate) fn pick(&self, rng: &mut Rng) -> (usize, &dyn Scenario<W>) {
        let (group, scenario) = &self.scenarios[self.weights.pick(rng)];
        (*group, scenario.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Rng, Seed};

    #[test]
    fn weights_of_zero_only_are_refused() {
        assert_eq!(Weights::new(&[0, 0]).unwrap_err(), WeightsError::AllZero);
        assert_eq!(Weights::new(&[]).unwrap_err(), WeightsError::AllZero);
        assert_eq!(Weights::new(&[u64::MAX, 1]).unwrap_err(), WeightsError::TooLarge);
    }

    proptest! {
        #[test]
        fn the_table_holds_exactly_the_weights(weights in prop::collection::vec(0u64..1_000, 1..50)) {
            prop_assume!(weights.iter().sum::<u64>() > 0);
            let table = Weights::new(&weights).unwrap();
            let mut mass = vec![0u64; weights.len()];
            for (column, &(threshold, alias)) in table.columns.iter().enumerate() {
                mass[column] += threshold;
                mass[alias as usize] += table.total - threshold;
            }
            let scaled: Vec<u64> = weights.iter().map(|w| w * weights.len() as u64).collect();
            prop_assert_eq!(mass, scaled);
        }
    }

    #[test]
    fn picks_converge_to_the_weights_and_zero_is_never_picked() {
        let table = Weights::new(&[3, 0, 2, 1]).unwrap();
        let mut rng = Rng::keyed(Seed(1), [0; 3]);
        let mut counts = [0u32; 4];
        (0..60_000).for_each(|_| counts[table.pick(&mut rng)] += 1);
        assert_eq!(counts[1], 0);
        for (count, expected) in [(counts[0], 30_000), (counts[2], 20_000), (counts[3], 10_000u32)] {
            assert!(count.abs_diff(expected) < 600, "{counts:?}");
        }
    }
}
