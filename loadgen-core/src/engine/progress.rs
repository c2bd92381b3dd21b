//! A live view of a run that costs the hot path a few plain stores.

use std::{
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::time::Instant;

use crate::{Outcome, Outcomes, SchemaChange, SchemaChanges};

/// Counters of one worker. Only that worker writes them, so a load and a store make an increment.
#[derive(Debug)]
#[repr(align(128))]
pub(crate) struct Counters {
    outcomes: [AtomicU64; 4],
    rows: AtomicU64,
    dropped: AtomicU64,
    lag_us: AtomicU64,
    /// When the first operation that is not begun is due, microseconds after the start; [`NONE`] without one.
    next_us: AtomicU64,
    connected: AtomicU64,
}

/// Later than any operation is due.
const NONE: u64 = u64::MAX;

fn add(counter: &AtomicU64, n: u64) {
    counter.store(counter.load(Relaxed) + n, Relaxed);
}

impl Counters {
    fn new() -> Self {
        let zero = AtomicU64::default;
        let (outcomes, next_us) = (std::array::from_fn(|_| zero()), AtomicU64::new(NONE));
        Counters { outcomes, rows: zero(), dropped: zero(), lag_us: zero(), next_us, connected: zero() }
    }

    pub(crate) fn ended(&self, outcome: Outcome, rows: u64, lag_us: u64) {
        add(&self.outcomes[outcome as usize], 1);
        add(&self.rows, rows);
        self.lag_us.store(lag_us, Relaxed);
    }

    pub(crate) fn dropped(&self, n: u64) {
        add(&self.dropped, n);
    }

    /// Says when the first operation that is not begun is due: how late it is by now, whoever looks finds out.
    pub(crate) fn next(&self, due: Option<Duration>) {
        self.next_us.store(due.map_or(NONE, |due| due.as_micros() as u64), Relaxed);
    }

    pub(crate) fn connected(&self, connected: bool) {
        self.connected.store(u64::from(connected), Relaxed);
    }
}

/// A handle on a run that can be looked at from anywhere while it goes on.
#[derive(Clone, Debug)]
pub struct Progress(Arc<Watched>);

#[derive(Debug)]
struct Watched {
    start: OnceLock<Instant>,
    /// As many as there are workers, which is known when the run begins.
    workers: OnceLock<Box<[Counters]>>,
    schema_changes: Mutex<SchemaChanges>,
}

/// What a run has come to so far, the warm-up included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// Operations that have ended.
    pub outcomes: Outcomes,
    /// Rows changed.
    pub rows: u64,
    /// Operations dropped.
    pub dropped: u64,
    /// The largest lag among the workers' latest operations and, with an open pace, those that are due and not begun
    /// yet; microseconds.
    pub lag_us: u64,
    /// Connections open now.
    pub connected: u64,
}

impl Progress {
    pub(crate) fn new() -> Self {
        let (start, workers, schema_changes) = (OnceLock::new(), OnceLock::new(), Mutex::default());
        Progress(Arc::new(Watched { start, workers, schema_changes }))
    }

    /// Has counters for so many workers; the first number counts.
    pub(crate) fn watch(&self, workers: u32) {
        self.0.workers.get_or_init(|| (0..workers).map(|_| Counters::new()).collect());
    }

    /// The counters of a worker, of those that are watched.
    pub(crate) fn worker(&self, worker: u32) -> &Counters {
        &self.0.workers.get().expect("workers are watched before there are any")[worker as usize]
    }

    /// Says what due times count from.
    pub(crate) fn started(&self, at: Instant) {
        let _ = self.0.start.set(at);
    }

    /// Notes changes to the schema, as pairs of a table and words about it, that have just been noticed.
    pub(crate) fn schema_changed(&self, changes: Vec<(String, String)>) {
        let at = self.0.start.get().map_or(Duration::ZERO, Instant::elapsed);
        let mut known = self.0.schema_changes.lock().unwrap_or_else(PoisonError::into_inner);
        changes.into_iter().for_each(|(table, what)| known.push(SchemaChange { at, table, what }));
    }

    /// What has become of the schema so far.
    pub fn schema_changes(&self) -> SchemaChanges {
        self.0.schema_changes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether the first operations are due: before that, the target is looked at.
    pub fn is_under_way(&self) -> bool {
        self.0.start.get().is_some()
    }

    /// The sums over all workers.
    pub fn snapshot(&self) -> Snapshot {
        let mut all = Snapshot::default();
        let now_us = self.0.start.get().map_or(0, |start| start.elapsed().as_micros() as u64);
        for counters in self.0.workers.get().into_iter().flatten() {
            let [committed, skipped, aborted, indeterminate] =
                counters.outcomes.each_ref().map(|n| n.load(Relaxed));
            all.outcomes += Outcomes { committed, skipped, aborted, indeterminate };
            all.rows += counters.rows.load(Relaxed);
            all.dropped += counters.dropped.load(Relaxed);
            let overdue_us = now_us.saturating_sub(counters.next_us.load(Relaxed));
            all.lag_us = all.lag_us.max(counters.lag_us.load(Relaxed)).max(overdue_us);
            all.connected += counters.connected.load(Relaxed);
        }
        all
    }
}
