//! Rows outside the plan that make up part of a key: of one reference, and of those that share columns with it.

use std::collections::HashMap;

use crate::crud::{
    live::Slot,
    pool::Pool,
    reference::{Reference, Shared},
};

/// The rows of one reference, with those of others that agree with each.
#[derive(Clone, Debug)]
pub(super) struct Part {
    reference: usize,
    rows: u64,
    followers: Vec<Follower>,
    /// For each row of the first, how many combinations there are up to it; empty when no other follows.
    sums: Vec<u64>,
}

/// A reference whose rows have to agree with those of another.
#[derive(Clone, Debug)]
struct Follower {
    reference: usize,
    /// Its rows by what they have in the columns that are shared.
    groups: Vec<Vec<Slot>>,
    /// For each row of the other the group that agrees; none where there is no such.
    group_of: Vec<Option<u32>>,
}

impl Part {
    /// The parts of a key; none where one of its references has to agree with more than one other.
    pub(super) fn all(
        references: &[Reference],
        key: &[usize],
        pool: impl Fn(usize) -> Option<usize>,
        pools: &[&Pool],
    ) -> Option<Vec<Part>> {
        let of = |at: usize| pool(at).map(|pool| pools[pool]);
        let mut parts = Vec::new();
        for at in key.iter().copied().filter(|at| references[*at].shared.is_empty()) {
            let first = of(at)?;
            let mut followers = Vec::new();
            for other in key.iter().copied().filter(|other| follows(&references[*other], at)) {
                followers.push(Follower::of(other, of(other)?, first, &references[other].shared));
            }
            parts.push(Part::with(at, first.len() as u64, followers));
        }
        let covered: usize = parts.iter().map(|part| 1 + part.followers.len()).sum();
        (covered == key.len()).then_some(parts)
    }

    fn with(reference: usize, rows: u64, followers: Vec<Follower>) -> Part {
        let mut sums = Vec::new();
        if !followers.is_empty() {
            let choices = |row: usize| followers.iter().map(move |follower| follower.rows(row).len() as u64);
            let mut sum = 0u64;
            sums.extend((0..rows as usize).map(|row| {
                sum = sum.saturating_add(choices(row).fold(1, u64::saturating_mul));
                sum
            }));
        }
        Part { reference, rows, followers, sums }
    }

    /// How many combinations there are.
    pub(super) fn space(&self) -> u128 {
        if self.followers.is_empty() {
            self.rows.into()
        } else {
            self.sums.last().copied().unwrap_or(0).into()
        }
    }

    /// Sets the rows of a combination below [`Part::space`].
    pub(super) fn choose(&self, number: u128, parents: &mut [Slot]) {
        if self.followers.is_empty() {
            parents[self.reference] = number as Slot;
            return;
        }
        let number = number as u64;
        let row = self.sums.partition_point(|sum| *sum <= number);
        parents[self.reference] = row as Slot;
        let mut rest = number - row.checked_sub(1).map_or(0, |before| self.sums[before]);
        for follower in &self.followers {
            let rows = follower.rows(row);
            parents[follower.reference] = rows[(rest % rows.len() as u64) as usize];
            rest /= rows.len() as u64;
        }
    }
}

impl Follower {
    fn of(reference: usize, pool: &Pool, first: &Pool, shared: &[Shared]) -> Follower {
        let key = |pool: &Pool, row: Slot, place: fn(&Shared) -> usize| {
            shared.iter().map(|own| format!("{:?}", pool.key(row, place(own)))).collect::<Vec<_>>()
        };
        let (mut known, mut groups) = (HashMap::new(), Vec::<Vec<Slot>>::new());
        for row in 0..pool.len() as Slot {
            let group = *known.entry(key(pool, row, |own| own.position)).or_insert_with(|| {
                groups.push(Vec::new());
                groups.len() - 1
            });
            groups[group].push(row);
        }
        let agreeing = |row: Slot| known.get(&key(first, row, |own| own.there)).map(|group| *group as u32);
        let group_of = (0..first.len() as Slot).map(agreeing).collect();
        Follower { reference, groups, group_of }
    }

    /// The rows that agree with one of the other reference.
    fn rows(&self, row: usize) -> &[Slot] {
        self.group_of[row].map_or(&[], |group| &self.groups[group as usize])
    }
}

/// Whether all that a reference shares it shares with one.
fn follows(reference: &Reference, first: usize) -> bool {
    !reference.shared.is_empty() && reference.shared.iter().all(|shared| shared.from == first)
}

/// Whether the references of a key cannot be told apart into some that choose and some that follow one of those.
pub(in crate::crud) fn is_tangled(references: &[Reference], key: &[usize]) -> bool {
    let chooses = |at: &usize| references[*at].shared.is_empty();
    let has_one = |at: &usize| key.iter().any(|first| chooses(first) && follows(&references[*at], *first));
    !key.iter().all(|at| chooses(at) || has_one(at))
}
