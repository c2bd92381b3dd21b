//! Parents of one row that agree in the columns that their references share.

use std::sync::Arc;

use super::{
    groups::{Choice, Groups},
    parents::Parents,
};
use crate::crud::{TablePlan, reference::Shared};

/// How one reference of a row finds its parent, when it is its turn.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) reference: usize,
    /// Columns that parents have which were chosen before.
    pub(super) shared: Vec<Shared>,
    /// The parents by what they have in those.
    groups: Option<Groups>,
    /// Those with which the parents that follow can agree, where any have to.
    usable: Option<Vec<u32>>,
}

/// Parents that are looked at for whether others can agree with them.
pub(super) const MOST_LOOKED_AT: u64 = 1 << 20;

impl Step {
    /// The steps of a row in which the parent of one reference may have to be chosen before all others.
    pub(super) fn all(plan: &TablePlan, keys: &[Arc<Parents>], first: Option<usize>) -> Vec<Step> {
        let others = (0..plan.references.len()).filter(|at| Some(*at) != first);
        let order: Vec<usize> = first.into_iter().chain(others).collect();
        let step = |(turn, reference): (usize, &usize)| {
            let shared = shared(plan, *reference, &order[..turn]);
            let positions: Vec<usize> = shared.iter().map(|shared| shared.position).collect();
            let groups = (!shared.is_empty()).then(|| Groups::of(&keys[*reference], &positions));
            Step { reference: *reference, shared, groups, usable: None }
        };
        let mut steps: Vec<Step> = order.iter().enumerate().map(step).collect();
        let is_needed = |reference: usize| {
            !plan.references[reference].optional || plan.layout.combining.references.contains(&reference)
        };
        for at in 0..steps.len() {
            let usable = steps[at].agreeing(&steps, keys, is_needed);
            steps[at].usable = usable;
        }
        steps
    }

    /// The parents that those which follow this one alone can agree with.
    fn agreeing(
        &self,
        steps: &[Step],
        keys: &[Arc<Parents>],
        is_needed: impl Fn(usize) -> bool,
    ) -> Option<Vec<u32>> {
        let followers: Vec<&Step> =
            steps.iter().filter(|step| step.follows(self.reference) && is_needed(step.reference)).collect();
        if followers.is_empty() || !self.shared.is_empty() {
            return None;
        }
        let agrees = |number: &u32| {
            followers.iter().all(|step| step.after(keys, self.reference, u64::from(*number)).len() > 0)
        };
        let looked_at = keys[self.reference].len().min(MOST_LOOKED_AT) as u32;
        Some((0..looked_at).filter(agrees).collect())
    }

    /// Whether all that it shares it shares with this reference.
    pub(super) fn follows(&self, reference: usize) -> bool {
        !self.shared.is_empty() && self.shared.iter().all(|shared| shared.from == reference)
    }

    /// The parents to choose from after the parent of another reference, which this one follows.
    pub(super) fn after(&self, keys: &[Arc<Parents>], reference: usize, number: u64) -> Choice<'_> {
        let values = self.shared.iter().map(|shared| keys[reference].key(number, shared.there));
        self.groups.as_ref().map_or(Choice::NONE, |groups| groups.find(values))
    }

    /// The parents to choose from when nothing is shared, or all of those that share have parents: `parents` by their
    /// references.
    pub(super) fn choice(&self, keys: &[Arc<Parents>], parents: &[u64]) -> Choice<'_> {
        match (&self.groups, &self.usable) {
            (Some(groups), _) => {
                let value = |shared: &Shared| keys[shared.from].key(parents[shared.from], shared.there);
                groups.find(self.shared.iter().map(value))
            }
            (None, Some(usable)) => Choice::These(usable),
            (None, None) => Choice::Below(keys[self.reference].len()),
        }
    }
}

/// The columns that a reference shares with the ones before it.
fn shared(plan: &TablePlan, reference: usize, before: &[usize]) -> Vec<Shared> {
    let columns = plan.references[reference].columns.iter().enumerate();
    let chosen = |(position, column): (usize, &usize)| {
        let place = |from: &usize| {
            let there = plan.references[*from].columns.iter().position(|other| other == column)?;
            Some(Shared { position, from: *from, there })
        };
        before.iter().find_map(place)
    };
    columns.filter_map(chosen).collect()
}
