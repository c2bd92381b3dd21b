//! Combinations of parents that make up a key, by their numbers.

use std::sync::Arc;

use super::{
    agreement::{MOST_LOOKED_AT, Step},
    parents::Parents,
};
use crate::{Seed, crud::TablePlan, generate::Permutation};

/// All combinations of the parents that make up a key, in an order of their own.
#[derive(Debug)]
pub(super) struct Combined {
    /// What the parents of a combination are chosen from, one by one.
    parts: Vec<Part>,
    space: u128,
    /// How many rows each may have.
    lines: u128,
    scramble: Permutation,
    /// Whether there are parents that are not looked at.
    is_sampled: bool,
}

/// One parent, and those that have to agree with it.
#[derive(Debug)]
struct Part {
    step: usize,
    followers: Vec<usize>,
    /// For each place of the first, how many combinations there are up to it; empty when no other follows.
    sums: Vec<u64>,
    space: u128,
}

impl Combined {
    /// None where no key is made of parents; the reason why they cannot be counted.
    pub(super) fn of(
        plan: &TablePlan,
        keys: &[Arc<Parents>],
        steps: &[Step],
        (seed, salt): (Seed, u64),
    ) -> Result<Option<Self>, String> {
        let combining = &plan.layout.combining;
        let is_part = |step: &Step| combining.references.contains(&step.reference);
        let mut parts = Vec::new();
        for (at, step) in steps.iter().enumerate().filter(|(_, step)| is_part(step)) {
            if step.shared.is_empty() {
                let follows = |other: &Step| is_part(other) && other.follows(step.reference);
                let followers = (0..steps.len()).filter(|other| follows(&steps[*other])).collect();
                parts.push(Part::of(at, followers, keys, steps));
            } else if !steps
                .iter()
                .any(|first| is_part(first) && first.shared.is_empty() && step.follows(first.reference))
            {
                return Err("its key is made of references that share columns in more than one way, \
                            which only run can write yet"
                    .to_owned());
            }
        }
        if parts.is_empty() {
            return Ok(None);
        }
        let space = parts.iter().fold(1u128, |space, part| space.saturating_mul(part.space)).min(1 << 126);
        let is_more = |at: &usize| keys[*at].is_full() || keys[*at].len() > MOST_LOOKED_AT;
        Ok(Some(Combined {
            space,
            lines: combining.lines.into(),
            scramble: Permutation::new(space, seed, salt),
            is_sampled: combining.references.iter().any(is_more),
            parts,
        }))
    }

    /// Sets the parents of row `number` that make up the key; the reason if there are no such.
    pub(super) fn choose(
        &self,
        number: u64,
        keys: &[Arc<Parents>],
        steps: &[Step],
        parents: &mut [u64],
    ) -> Result<(), String> {
        if u128::from(number) >= self.space.saturating_mul(self.lines) {
            let of = if self.is_sampled { " of the parents that are looked at" } else { " of its parents" };
            return Err(format!("there are no more combinations{of}"));
        }
        let mut rest = self.scramble.apply((u128::from(number) % self.space) as u64);
        for part in &self.parts {
            part.choose(rest % part.space, keys, steps, parents);
            rest /= part.space;
        }
        Ok(())
    }

    /// The line of a row among those of the same parents: they are dealt one each, and then again.
    pub(super) fn line_of(&self, number: u64) -> Option<u64> {
        u128::from(number).checked_div(self.space).map(|line| line as u64)
    }
}

impl Part {
    fn of(step: usize, followers: Vec<usize>, keys: &[Arc<Parents>], steps: &[Step]) -> Self {
        let first = steps[step].choice(keys, &[]);
        if followers.is_empty() {
            return Part { step, followers, sums: Vec::new(), space: first.len().into() };
        }
        let (mut sums, mut sum) = (Vec::with_capacity(first.len() as usize), 0u64);
        for place in 0..first.len() {
            let choices =
                |follower: &usize| steps[*follower].after(keys, steps[step].reference, first.at(place)).len();
            sum = sum.saturating_add(followers.iter().map(choices).fold(1, u64::saturating_mul));
            sums.push(sum);
        }
        Part { step, followers, sums, space: sum.into() }
    }

    fn choose(&self, number: u128, keys: &[Arc<Parents>], steps: &[Step], parents: &mut [u64]) {
        let (step, number) = (&steps[self.step], number as u64);
        let choice = step.choice(keys, parents);
        let place = self.sums.partition_point(|sum| *sum <= number);
        let place = if self.followers.is_empty() { number } else { place as u64 };
        parents[step.reference] = choice.at(place);
        let before = (place as usize).checked_sub(1).and_then(|before| self.sums.get(before));
        let mut rest = number - before.copied().unwrap_or(0);
        for follower in &self.followers {
            let choice = steps[*follower].choice(keys, parents);
            parents[steps[*follower].reference] = choice.at(rest % choice.len());
            rest /= choice.len();
        }
    }
}
