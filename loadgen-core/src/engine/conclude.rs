//! The report, out of what the workers hand in.

use std::time::Duration;

use super::{crew::Handed, schedule::Timetable, shared::Shared};
use crate::{Action, Failure, Report, Target, Workload};

pub(super) async fn conclude<W: Workload>(
    shared: &Shared<W>,
    timetable: &Timetable,
    workers: u32,
    handed: Vec<Handed<W>>,
    elapsed: Duration,
) -> Report {
    if handed.len() < workers as usize {
        let message = "a thread of workers is gone: what they did is missing in the report";
        shared.fail(Failure::aborted(Action::Defect, "panic", message));
    }
    let ends = handed.iter().filter_map(|one| one.recorder.last_end);
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
        schema_changes: shared.progress.schema_changes(),
    };
    let epoch = shared.follower.newest().await;
    for Handed { recorder, lanes } in handed {
        report.counts += recorder.counts;
        report.cut |= recorder.cut;
        for (id, mut lane) in lanes {
            shared.workload.tally(id, &mut lane, &mut report.tally);
        }
        let Report { scenarios, skips, errors, .. } = &mut report;
        recorder.merge_into(&epoch.choice.names, scenarios, skips, errors);
    }
    report
}
