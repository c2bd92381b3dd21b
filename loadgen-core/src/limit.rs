//! How much is done in all.

use std::time::Duration;

use crate::LaneId;

/// When a run ends by itself: at the first bound it reaches; never without one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limit {
    /// Operations over all lanes. They are dealt to the lanes evenly and in advance, so that equal limits mean equal
    /// histories whatever the speed.
    pub operations: Option<u64>,
    /// Time from the start. Operations due before its end are done, later ones are not.
    pub duration: Option<Duration>,
}

impl Limit {
    /// The number of operations that fall to a lane out of `lanes`.
    pub fn share(&self, lanes: u32, lane: LaneId) -> u64 {
        let lanes = u64::from(lanes);
        self.operations.map_or(u64::MAX, |all| all / lanes + u64::from(u64::from(lane.0) < all % lanes))
    }

    /// Whether an operation due at `due` is still part of the run.
    pub fn admits(&self, due: Duration) -> bool {
        self.duration.is_none_or(|end| due < end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shares_add_up() {
        let limit = Limit { operations: Some(103), duration: None };
        let shares: Vec<u64> = (0..10).map(|lane| limit.share(10, LaneId(lane))).collect();
        assert_eq!(shares.iter().sum::<u64>(), 103);
        assert_eq!((shares[2], shares[3]), (11, 10));
    }
}
