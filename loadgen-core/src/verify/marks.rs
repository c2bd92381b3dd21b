//! The marker rows that a sink shows: how far each lane has come.

use std::collections::BTreeMap;

use super::observation::{Cell, Observation, Seen, Sink};
use crate::Value;

/// What was seen of the markers of all lanes.
#[derive(Debug, Default)]
pub(super) struct Marks {
    pub(super) lanes: BTreeMap<u32, Mark>,
    pub(super) seen: u64,
    /// Marker rows of any run.
    pub(super) observed: u64,
    /// Marker rows of other runs.
    pub(super) foreign: u64,
}

/// What was seen of the marker of one lane.
#[derive(Debug, Default)]
pub(super) struct Mark {
    /// The highest number.
    pub(super) newest: u64,
    /// The number that the sink began at, if it began with a snapshot.
    pub(super) base: u64,
    /// Numbers that have been passed over: from and to.
    pub(super) gaps: Vec<(u64, u64)>,
    /// Numbers that came after higher ones had come.
    pub(super) late: Vec<u64>,
    started: bool,
}

/// How many gaps and late numbers of a lane are told apart.
const MOST: usize = 1_000;

impl Marks {
    /// Takes a row of the marker table. Gives lane and number of a change that was not seen before.
    pub(super) fn see(&mut self, seen: &Observation<'_>, run: &str, sink: Sink) -> Option<(u32, u64)> {
        let cell = |wanted: &str| {
            seen.columns.iter().find_map(|(name, cell)| match cell {
                Cell::Value(value) if *name == wanted => Some(value),
                _ => None,
            })
        };
        let is_ours = cell("run_id")?.to_string() == run;
        let (Value::Int(lane), Value::Int(seq)) = (cell("lane")?, cell("last_seq")?) else { return None };
        let (lane, seq) = (u32::try_from(*lane).ok()?, u64::try_from(*seq).ok()?);
        if !is_ours {
            self.foreign += 1;
            return None;
        }
        if matches!(seen.seen, Seen::Delete | Seen::Truncate) {
            return None;
        }
        self.seen += 1;
        let mark = self.lanes.entry(lane).or_default();
        match (sink, seen.seen) {
            (Sink::State, _) => mark.newest = mark.newest.max(seq),
            (Sink::Changes, Seen::Row) if mark.started => {}
            (Sink::Changes, Seen::Row) => (mark.newest, mark.base) = (seq, seq),
            (Sink::Changes, _) => return mark.step(seq).then_some((lane, seq)),
        }
        None
    }

    /// How far a lane has come.
    pub(super) fn newest(&self, lane: u32) -> u64 {
        self.lanes.get(&lane).map_or(0, |mark| mark.newest)
    }

    /// What a snapshot has shown instead of the changes.
    pub(super) fn base(&self, lane: u32) -> u64 {
        self.lanes.get(&lane).map_or(0, |mark| mark.base)
    }
}

impl Mark {
    /// Whether this is new.
    fn step(&mut self, seq: u64) -> bool {
        self.started = true;
        if seq > self.newest {
            if seq > self.newest + 1 && self.gaps.len() < MOST {
                self.gaps.push((self.newest + 1, seq - 1));
            }
            self.newest = seq;
            true
        } else if let Some(at) = self.gaps.iter().position(|(from, to)| (*from..=*to).contains(&seq)) {
            let (from, to) = self.gaps.remove(at);
            let rest = [(from, seq - 1), (seq + 1, to)];
            self.gaps.extend(rest.into_iter().filter(|(from, to)| from <= to));
            if self.late.len() < MOST {
                self.late.push(seq);
            }
            true
        } else {
            false
        }
    }
}
