//! Operations counted, by a worker and in a report alike.

use crate::Outcomes;

/// What became of the operations of a plan, the figures of the scenarios aside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Operations due until the last one ended, counted by the schedule itself; always `offered + dropped`.
    pub planned: u64,
    /// Operations that were started.
    pub offered: u64,
    /// Operations that were due and not started: later than [`Run::max_lag`](crate::Run::max_lag), or `undone`.
    pub dropped: u64,
    /// Those of the dropped ones that were due and not begun when the run was stopped.
    pub undone: u64,
    /// Tries after the first.
    pub retries: u64,
    /// Connections opened anew after one was lost.
    pub reconnects: u64,
    /// The operations of the warm-up, by how they ended.
    pub warmup: Outcomes,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Counts) {
        let Counts { planned, offered, dropped, undone, retries, reconnects, warmup } = other;
        self.planned += planned;
        self.offered += offered;
        self.dropped += dropped;
        self.undone += undone;
        self.retries += retries;
        self.reconnects += reconnects;
        self.warmup += warmup;
    }
}
