//! The only draws that do not come from the seed: the seed itself, and names of runs.

use std::hash::{BuildHasher, Hasher, RandomState};

use loadgen_core::Seed;

/// A number of the system's randomness.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// A seed that is short enough to be typed again.
pub(crate) fn seed() -> Seed {
    Seed(random() & 0xFFFF_FFFF)
}

/// The name of a run.
pub(crate) fn run() -> String {
    format!("{:08x}", random() as u32)
}
