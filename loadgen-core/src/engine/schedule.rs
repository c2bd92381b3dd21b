//! Which lane of a worker is due next: pure, no clock.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, binary_heap::PeekMut},
    time::Duration,
};

use crate::{LaneId, Limit, Pace, Seed};

/// What decides due times and ends, the same for all workers.
#[derive(Clone, Debug)]
pub(crate) struct Timetable {
    pub(crate) seed: Seed,
    pub(crate) lanes: u32,
    pub(crate) pace: Pace,
    pub(crate) limit: Limit,
}

/// The lanes of one worker in order of due time.
#[derive(Debug)]
pub(crate) struct Schedule {
    timetable: Timetable,
    lanes: Vec<Position>,
    queue: BinaryHeap<Reverse<(Duration, u32)>>,
    /// Operations left behind so far.
    planned: u64,
}

/// How far a lane has come.
#[derive(Debug)]
struct Position {
    id: LaneId,
    seq: u64,
    end: u64,
}

/// The operation at the head of a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Due {
    pub(crate) at: Duration,
    /// Index of the lane within the worker.
    pub(crate) slot: usize,
    pub(crate) lane: LaneId,
    pub(crate) seq: u64,
}

impl Schedule {
    pub(crate) fn new(timetable: Timetable, ids: impl IntoIterator<Item = LaneId>) -> Self {
        let mut schedule = Schedule { timetable, lanes: Vec::new(), queue: BinaryHeap::new(), planned: 0 };
        for id in ids {
            let Timetable { seed, lanes, pace, limit } = &schedule.timetable;
            let slot = schedule.lanes.len() as u32;
            let position = Position { id, seq: 0, end: limit.share(*lanes, id) };
            let at = pace.due(*seed, *lanes, id, 0, Duration::ZERO, limit);
            if position.end > 0 && limit.admits(at) {
                schedule.queue.push(Reverse((at, slot)));
            }
            schedule.lanes.push(position);
        }
        schedule
    }

    /// The next operation; none when every lane has come to its end.
    pub(crate) fn head(&self) -> Option<Due> {
        let Reverse((at, slot)) = *self.queue.peek()?;
        let Position { id, seq, .. } = self.lanes[slot as usize];
        Some(Due { at, slot: slot as usize, lane: id, seq })
    }

    /// Moves the lane at the head on to its next operation; `ended` is when the one at the head came to its end.
    pub(crate) fn advance(&mut self, ended: Duration) {
        let Timetable { seed, lanes, pace, limit } = &self.timetable;
        let Some(mut head) = self.queue.peek_mut() else { return };
        let Reverse((at, slot)) = *head;
        let position = &mut self.lanes[slot as usize];
        position.seq += 1;
        self.planned += 1;
        let before = if pace.is_closed() { ended } else { at };
        let next = pace.due(*seed, *lanes, position.id, position.seq, before, limit);
        if position.seq < position.end && limit.admits(next) {
            *head = Reverse((next, slot));
        } else {
            PeekMut::pop(head);
        }
    }

    /// When the run is over, if it has a duration.
    pub(crate) fn end(&self) -> Option<Duration> {
        self.timetable.limit.duration
    }

    /// How many operations it has left behind, whatever became of them.
    pub(crate) fn planned(&self) -> u64 {
        self.planned
    }

    /// Passes over what is due by `now`, `most` operations at once, and says how many those were. A closed pace plans nothing
    /// ahead.
    pub(crate) fn pass_over(&mut self, now: Duration, most: u64) -> u64 {
        let mut passed = 0;
        while passed < most
            && !self.timetable.pace.is_closed()
            && self.head().is_some_and(|due| due.at <= now)
        {
            self.advance(now);
            passed += 1;
        }
        passed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timetable(pace: Pace, limit: Limit) -> Timetable {
        Timetable { seed: Seed(1), lanes: 8, pace, limit }
    }

    fn order(pace: Pace, limit: Limit, workers: u32) -> Vec<(Duration, u32, u64)> {
        let (mut all, mut planned) = (Vec::new(), 0);
        for worker in 0..workers {
            let ids = (0..8).filter(|lane| lane % workers == worker).map(LaneId);
            let mut schedule = Schedule::new(timetable(pace, limit), ids);
            while let Some(due) = schedule.head() {
                all.push((due.at, due.lane.0, due.seq));
                schedule.advance(due.at + Duration::from_millis(1));
            }
            planned += schedule.planned();
        }
        all.sort();
        assert_eq!(planned, all.len() as u64);
        all
    }

    #[test]
    fn the_workers_together_do_the_same_operations_at_the_same_times_whatever_their_number() {
        let limit = Limit { operations: Some(1_000), duration: None };
        for pace in [Pace::Constant("1k/s".parse().unwrap()), Pace::Poisson("1k/s".parse().unwrap())] {
            let one = order(pace, limit, 1);
            assert_eq!(one.len(), 1_000);
            assert_eq!(one, order(pace, limit, 2));
            assert_eq!(one, order(pace, limit, 8));
        }
    }

    #[test]
    fn a_duration_admits_exactly_what_is_due_within_it() {
        let limit = Limit { operations: None, duration: Some(Duration::from_secs(2)) };
        assert_eq!(order(Pace::Constant("500/s".parse().unwrap()), limit, 3).len(), 1_000);
    }

    #[test]
    fn a_minute_admits_as_many_operations_as_a_rate_has_a_minute() {
        let limit = Limit { operations: None, duration: Some(Duration::from_secs(60)) };
        for rate in 1..=600 {
            let pace = Pace::Constant(format!("{rate}/min").parse().unwrap());
            assert_eq!(order(pace, limit, 1).len(), rate, "{rate}/min");
        }
    }

    #[test]
    fn what_is_overdue_is_passed_over_one_by_one() {
        let pace = Pace::Constant("1k/s".parse().unwrap());
        let mut schedule = Schedule::new(timetable(pace, Limit::default()), (0..8).map(LaneId));
        assert_eq!(schedule.pass_over(Duration::from_millis(99), 60), 60);
        assert_eq!(schedule.pass_over(Duration::from_millis(99), 60), 40);
        assert_eq!(schedule.head().unwrap().at, Duration::from_millis(100));
    }

    #[test]
    fn a_closed_pace_goes_round_the_lanes() {
        let mut schedule = Schedule::new(timetable(Pace::Unpaced, Limit::default()), (0..3).map(LaneId));
        let mut lanes = Vec::new();
        for tick in 1..=6 {
            lanes.push(schedule.head().unwrap().lane.0);
            schedule.advance(Duration::from_millis(tick));
        }
        assert_eq!(lanes, [0, 1, 2, 0, 1, 2]);
    }
}
