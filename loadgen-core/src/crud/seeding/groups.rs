//! Parents by the values of some of their columns.

use super::parents::Parents;
use crate::{Value, column_hash};

/// Numbers of parents to choose from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Choice<'a> {
    /// All below this one.
    Below(u64),
    /// This one alone.
    One(u64),
    /// These.
    These(&'a [u32]),
}

impl Choice<'_> {
    pub(super) const NONE: Choice<'static> = Choice::These(&[]);

    pub(super) fn len(&self) -> u64 {
        match self {
            Choice::Below(end) => *end,
            Choice::One(_) => 1,
            Choice::These(numbers) => numbers.len() as u64,
        }
    }

    /// The number at a place below [`Choice::len`].
    pub(super) fn at(&self, place: u64) -> u64 {
        match self {
            Choice::Below(_) => place,
            Choice::One(number) => *number,
            Choice::These(numbers) => u64::from(numbers[place as usize]),
        }
    }
}

/// Parents by the values of some of their columns.
#[derive(Debug)]
pub(super) enum Groups {
    /// Of a key of one number without gaps.
    Dense { least: i64, rows: u64 },
    /// The hashes of the values, in order; where the parents with them begin, and one more; the parents.
    Listed { hashes: Vec<u64>, starts: Vec<u32>, numbers: Vec<u32> },
}

impl Groups {
    pub(super) fn of(parents: &Parents, positions: &[usize]) -> Self {
        if let Parents::Dense { least, rows } = parents {
            return Groups::Dense { least: *least, rows: *rows };
        }
        let hash =
            |number: u32| hash_of(positions.iter().map(|position| parents.key(u64::from(number), *position)));
        let mut all: Vec<(u64, u32)> =
            (0..parents.len() as u32).map(|number| (hash(number), number)).collect();
        all.sort_unstable();
        let (mut hashes, mut starts) = (Vec::new(), Vec::new());
        for (at, (hash, _)) in all.iter().enumerate() {
            if hashes.last() != Some(hash) {
                hashes.push(*hash);
                starts.push(at as u32);
            }
        }
        starts.push(all.len() as u32);
        Groups::Listed { hashes, starts, numbers: all.into_iter().map(|(_, number)| number).collect() }
    }

    /// The parents with these values. Those of equal hashes are taken for equal: among a million, two others have the
    /// same once in millions of times.
    pub(super) fn find(&self, mut values: impl Iterator<Item = Value>) -> Choice<'_> {
        match self {
            Groups::Dense { least, rows } => match values.next() {
                Some(Value::Int(value)) if value >= *least && value.abs_diff(*least) < *rows => {
                    Choice::One(value.abs_diff(*least))
                }
                _ => Choice::NONE,
            },
            Groups::Listed { hashes, starts, numbers } => match hashes.binary_search(&hash_of(values)) {
                Ok(at) => Choice::These(&numbers[starts[at] as usize..starts[at + 1] as usize]),
                Err(_) => Choice::NONE,
            },
        }
    }
}

fn hash_of(values: impl Iterator<Item = Value>) -> u64 {
    let hash = |(place, value): (usize, Value)| column_hash(crate::rng::splitmix(place as u64), &value);
    values.enumerate().map(hash).fold(0, u64::wrapping_add)
}
