//! The report, out of what the workers hand in.

use std::time::Duration;

use super::{recorder::Recorder, schedule::Timetable, worker::Shared};
use crate::{Action, Failure, Report, Target, Workload};

pub(super) fn conclude<W: Workload>(
    shared: &Shared<W>,
    timetable: &Timetable,
    workers: u32,
    recorders: Vec<Recorder>,
    elapsed: Duration,
) -> Report {
    if recorders.len() < workers as usize {
        let message = "a thread of workers is gone: what they did is missing in the report";
        shared.fail(Failure::aborted(Action::Defect, "panic", message));
    }
    let ends = recorders.iter().filter_map(|recorder| recorder.last_end);
    let duration = ends.max().unwrap_or(elapsed);
    let mut report = Report {
        target: shared.target.describe(),
        seed: timetable.seed,
        lanes: timetable.lanes,
        connections: workers,
        open: shared.open,
        duration,
        counts: Default::default(),
        scenarios: Default::default(),
        skips: Default::default(),
        errors: Default::default(),
        tally: Default::default(),
        fatal: shared.fatal.get().cloned(),
        cut: false,
    };
    for mut recorder in recorders {
        report.counts += recorder.counts;
        report.cut |= recorder.cut;
        report.tally.merge(std::mem::take(&mut recorder.tally));
        let Report { scenarios, skips, errors, .. } = &mut report;
        recorder.merge_into(&shared.choice.names, scenarios, skips, errors);
    }
    report
}
