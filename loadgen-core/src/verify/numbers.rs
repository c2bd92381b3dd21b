//! Which transaction of a lane each of the source's is.

use std::collections::HashMap;

use super::{sighting::Sighting, version::Version};

/// The source's numbers of transactions and the lanes' own, as far as one was taken for the other.
#[derive(Default)]
pub(super) struct Numbers {
    lanes: HashMap<u64, (u32, u64)>,
    source: HashMap<(u32, u64), u64>,
}

impl Numbers {
    /// Takes a sighting for a version; whether that agrees with everything before. What comes again does not, if it is taken for
    /// another transaction.
    pub(super) fn agree(&mut self, seen: &Sighting<'_>, version: &Version) -> bool {
        let Some(number) = seen.transaction else { return true };
        let own = (version.lane, version.seq);
        *self.lanes.entry(number).or_insert(own) == own && *self.source.entry(own).or_insert(number) == number
    }
}
