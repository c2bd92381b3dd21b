//! What the lanes and whoever follows the sink share.

use std::{
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::Duration,
};

use hdrhistogram::Histogram;
use tokio::time::Instant;

use super::{
    recent::Recent,
    report::{FreshnessReport, FreshnessSnapshot},
    unseen::Unseen,
};
use crate::report::histogram;

/// Instants that are kept over all lanes, and the fewest and most of each.
const KEPT: usize = 1 << 16;
const KEPT_OF_LANE: (usize, usize) = (8, 1024);

/// The freshness of a sink: a handle that the run's workload, the follower and whoever looks share.
#[derive(Clone, Debug)]
pub struct Freshness(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// As many as there are lanes, which is known when the ledger begins.
    lanes: OnceLock<Box<[Mutex<Unseen>]>>,
    figures: Mutex<Figures>,
    start: Instant,
}

#[derive(Debug)]
struct Figures {
    latency_us: Histogram<u64>,
    resolution_us: Histogram<u64>,
    recent: Recent,
    failures: u64,
    failure: Option<String>,
    is_lost: bool,
}

impl Default for Freshness {
    fn default() -> Self {
        let (latency_us, resolution_us, recent) = (histogram(), histogram(), Recent::new());
        let (failures, failure, is_lost) = (0, None, false);
        let figures = Figures { latency_us, resolution_us, recent, failures, failure, is_lost };
        let (lanes, start) = (OnceLock::new(), Instant::now());
        Freshness(Arc::new(Shared { lanes, figures: Mutex::new(figures), start }))
    }
}

impl Freshness {
    /// Of a run that has not begun.
    pub fn new() -> Self {
        Freshness::default()
    }

    /// Has room for so many lanes; the first number counts.
    pub(crate) fn watch(&self, lanes: u32) {
        self.0.lanes.get_or_init(|| (0..lanes).map(|_| Mutex::default()).collect());
    }

    /// The target has just said that it has committed the next transaction of a lane.
    pub(crate) fn acknowledged(&self, lane: u32, seq: u64) {
        let Some(lanes) = self.0.lanes.get() else { return };
        let Some(lane) = lanes.get(lane as usize) else { return };
        let most = (KEPT / lanes.len()).clamp(KEPT_OF_LANE.0, KEPT_OF_LANE.1);
        lock(lane).acknowledged(seq, Instant::now(), most);
    }

    /// The sink was seen, at that time, to have all commits of a lane up to a number.
    pub(super) fn shown(&self, lane: u32, upto: u64, at: Instant) {
        let lane = self.0.lanes.get().and_then(|lanes| lanes.get(lane as usize));
        let Some(lane) = lane else { return };
        // The lane is not kept waiting for more than it has to be.
        let mut seen = Vec::new();
        lock(lane).shown(upto, at, |late, commits| seen.push((late, commits)));
        let (second, mut figures) = (self.second(at), lock(&self.0.figures));
        for (late, commits) in seen {
            let late = late.as_micros() as u64;
            let _ = figures.latency_us.record_n(late, commits);
            figures.recent.record(second, late, commits);
        }
    }

    /// A look was answered, and nothing was known of the time before it for so long.
    pub(super) fn looked(&self, gap: Duration) {
        let mut figures = lock(&self.0.figures);
        figures.is_lost = false;
        let _ = figures.resolution_us.record(gap.as_micros() as u64);
    }

    /// A look failed.
    pub(super) fn failed(&self, why: String) {
        let mut figures = lock(&self.0.figures);
        figures.failures += 1;
        figures.is_lost = true;
        figures.failure.get_or_insert(why);
    }

    /// When the oldest commit was acknowledged that is not seen.
    pub(super) fn oldest(&self) -> Option<Instant> {
        self.lanes().filter_map(|lane| lane.oldest()).min()
    }

    fn unseen(&self) -> u64 {
        self.lanes().map(|lane| lane.count()).sum()
    }

    fn lanes(&self) -> impl Iterator<Item = MutexGuard<'_, Unseen>> {
        self.0.lanes.get().into_iter().flatten().map(lock)
    }

    fn second(&self, at: Instant) -> u64 {
        at.saturating_duration_since(self.0.start).as_secs()
    }

    fn oldest_us(&self) -> u64 {
        self.oldest().map_or(0, |oldest| oldest.elapsed().as_micros() as u64)
    }

    /// How late the sink is by now.
    pub fn snapshot(&self) -> FreshnessSnapshot {
        let (unseen, oldest_us) = (self.unseen(), self.oldest_us());
        let mut figures = lock(&self.0.figures);
        let recent = figures.recent.all(self.second(Instant::now()));
        FreshnessSnapshot {
            seen: recent.len(),
            p50_us: recent.value_at_quantile(0.5),
            p99_us: recent.value_at_quantile(0.99),
            unseen,
            oldest_us,
            is_lost: figures.is_lost,
        }
    }

    /// What it came to so far, of a sink that is called so.
    pub(super) fn report(&self, sink: String) -> FreshnessReport {
        let (unseen, oldest_us) = (self.unseen(), self.oldest_us());
        let figures = lock(&self.0.figures);
        FreshnessReport {
            sink,
            latency_us: figures.latency_us.clone(),
            resolution_us: figures.resolution_us.clone(),
            unseen,
            oldest_us,
            failures: figures.failures,
            failure: figures.failure.clone(),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
