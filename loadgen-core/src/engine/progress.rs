//! A live view of a run that costs the hot path a few plain stores.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use crate::{Outcome, Outcomes};

/// Counters of one worker. Only that worker writes them, so a load and a store make an increment.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(crate) struct Counters {
    outcomes: [AtomicU64; 4],
    rows: AtomicU64,
    dropped: AtomicU64,
    lag_us: AtomicU64,
    connected: AtomicU64,
}

fn add(counter: &AtomicU64, n: u64) {
    counter.store(counter.load(Relaxed) + n, Relaxed);
}

impl Counters {
    pub(crate) fn ended(&self, outcome: Outcome, rows: u64, lag_us: u64) {
        add(&self.outcomes[outcome as usize], 1);
        add(&self.rows, rows);
        self.lag_us.store(lag_us, Relaxed);
    }

    pub(crate) fn dropped(&self, n: u64) {
        add(&self.dropped, n);
    }

    pub(crate) fn connected(&self, connected: bool) {
        self.connected.store(u64::from(connected), Relaxed);
    }
}

/// A handle on a run that can be looked at from anywhere while it goes on.
#[derive(Clone, Debug)]
pub struct Progress(Arc<[Counters]>);

/// What a run has come to so far, the warm-up included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// Operations that have ended.
    pub outcomes: Outcomes,
    /// Rows changed.
    pub rows: u64,
    /// Operations dropped.
    pub dropped: u64,
    /// The largest lag among the workers' latest operations, microseconds.
    pub lag_us: u64,
    /// Connections open now.
    pub connected: u64,
}

impl Progress {
    pub(crate) fn new(workers: u32) -> Self {
        Progress((0..workers).map(|_| Counters::default()).collect())
    }

    pub(crate) fn worker(&self, worker: u32) -> &Counters {
        &self.0[worker as usize]
    }

    pub(crate) fn workers(&self) -> u32 {
        self.0.len() as u32
    }

    /// The sums over all workers.
    pub fn snapshot(&self) -> Snapshot {
        let mut all = Snapshot::default();
        for counters in self.0.iter() {
            let [committed, skipped, aborted, indeterminate] =
                counters.outcomes.each_ref().map(|n| n.load(Relaxed));
            all.outcomes += Outcomes { committed, skipped, aborted, indeterminate };
            all.rows += counters.rows.load(Relaxed);
            all.dropped += counters.dropped.load(Relaxed);
            all.lag_us = all.lag_us.max(counters.lag_us.load(Relaxed));
            all.connected += counters.connected.load(Relaxed);
        }
        all
    }
}
