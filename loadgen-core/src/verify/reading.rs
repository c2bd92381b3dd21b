//! Goes through the places of a stream and tells replays from duplicates.

use super::{
    findings::{Draft, Findings},
    replay::Repeat,
    verification::Check,
};

/// Places in order.
#[derive(Debug)]
pub(super) struct Stream {
    pub(super) start: u64,
    pub(super) count: u64,
    pub(super) old: Vec<u64>,
}

/// In the place of [`Repeat::first`]: nothing that can be placed.
pub(super) const HOLE: u64 = u64::MAX;

/// A place where something came that is not new.
pub(super) struct Place {
    pub(super) start: u64,
    pub(super) stream: u32,
    pub(super) position: u64,
    pub(super) repeat: Repeat,
    pub(super) relation: u32,
    pub(super) key: u128,
}

impl Stream {
    fn is_old(&self, position: u64) -> bool {
        self.old.get((position / 64) as usize).is_some_and(|bits| bits >> (position % 64) & 1 == 1)
    }

    /// The new thing that came next.
    fn behind(&self, position: u64) -> u64 {
        (position + 1..self.count).find(|position| !self.is_old(*position)).unwrap_or(self.count)
    }
}

/// How far one stream was read.
#[derive(Default)]
pub(super) struct Reading {
    /// The place that comes next.
    next: u64,
    /// The last new thing.
    newest: u64,
    /// Where what was read last came first.
    cursor: u64,
    run: Option<Run>,
    /// Rows of a snapshot that came again and leave their rows as they were before, unless the stream ends in a replay.
    set_back: Vec<Draft>,
    /// How many of them came before something else that came again.
    followed: usize,
}

/// More rows that were set back are not told one by one.
const MOST: usize = 1_000;

/// Repeats without anything new between them.
struct Run {
    draft: Draft,
    count: u64,
    stale: Option<Draft>,
}

impl Reading {
    pub(super) fn take(&mut self, place: &Place, stream: &Stream, findings: &mut Findings) {
        if place.position > self.next {
            self.go_on(place.position - 1, findings);
        }
        self.next = place.position + 1;
        let first = place.repeat.first;
        if first == HOLE {
            if place.repeat.is_stale && self.set_back.len() < MOST {
                self.set_back.push(draft(place));
            }
            return;
        }
        self.followed = self.set_back.len();
        if self.cursor == self.newest {
            self.run = None;
        } else if first > self.cursor && first != stream.behind(self.cursor) {
            self.break_off(findings);
        }
        let run = self.run.get_or_insert_with(|| Run { draft: draft(place), count: 0, stale: None });
        run.count += 1;
        if place.repeat.is_stale && run.stale.is_none() {
            run.stale = Some(draft(place));
        }
        self.cursor = first;
    }

    /// Something new comes, up to a place.
    fn go_on(&mut self, newest: u64, findings: &mut Findings) {
        if self.cursor != self.newest {
            self.break_off(findings);
        }
        self.run = None;
        (self.newest, self.cursor) = (newest, newest);
        self.followed = self.set_back.len();
        self.tell_set_back(findings);
    }

    /// What has set rows back was no part of a replay that is still to end.
    fn tell_set_back(&mut self, findings: &mut Findings) {
        for draft in self.set_back.drain(..self.followed) {
            let words = "a row of a snapshot was delivered last, and is older than what had come".to_owned();
            findings.add(Check::FinalState, || Draft { check: Check::FinalState, words, ..draft });
        }
        self.followed = 0;
    }

    /// What was repeated has not come to where the stream was.
    fn break_off(&mut self, findings: &mut Findings) {
        let Some(run) = self.run.take() else { return };
        findings.add(Check::Duplicate, || Draft {
            words: match run.count {
                1 => "the change was delivered again, and the stream had not jumped back".to_owned(),
                count => format!("{count} changes from this on were delivered again, and they are no replay"),
            },
            ..run.draft
        });
        if let Some(stale) = run.stale {
            let words = "an earlier change of the row was delivered last".to_owned();
            findings.add(Check::FinalState, || Draft { check: Check::FinalState, words, ..stale });
        }
    }

    /// Whether the stream ends in the middle of a replay.
    pub(super) fn end(mut self, stream: &Stream, findings: &mut Findings) -> bool {
        if self.next < stream.count {
            self.go_on(stream.count - 1, findings);
        }
        if self.cursor == self.newest {
            self.tell_set_back(findings);
        }
        self.cursor != self.newest || !self.set_back.is_empty()
    }
}

fn draft(place: &Place) -> Draft {
    Draft {
        check: Check::Duplicate,
        relation: Some(place.relation),
        hash: place.key,
        key: None,
        lane: Some(place.repeat.lane),
        seq: Some(place.repeat.seq),
        words: String::new(),
    }
}
