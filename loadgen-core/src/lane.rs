//! Lanes and what one operation of a lane is given.

use std::{fmt, time::Duration};

use crate::{Rng, Seed};

/// The number of a lane, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LaneId(pub u32);

impl fmt::Display for LaneId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a scenario knows about the operation that it carries out; nothing here names a worker or a connection.
#[derive(Debug)]
pub struct Cx {
    /// The lane, the owner of the keys that the operation may touch.
    pub lane: LaneId,
    /// The operation's number within its lane, from 0.
    pub seq: u64,
    /// When the operation was due, from the start of the run.
    pub due: Duration,
    /// How often this operation was tried before.
    pub attempt: u32,
    /// The only source of randomness of the operation.
    pub rng: Rng,
}

impl Cx {
    /// The context of the first attempt at operation `seq` of `lane`.
    pub fn new(seed: Seed, lane: LaneId, seq: u64, due: Duration) -> Self {
        Cx { lane, seq, due, attempt: 0, rng: Rng::new(seed, lane, seq) }
    }
}
