//! How the jobs of a plan end, each by itself and all together.

use std::{path::Path, time::Duration};

use loadgen_core::{
    CheckError, Report, RunError, Target,
    freshness::FreshnessReport,
    summary::{CheckSummary, EndedJob, RunSummary, Summary, UnreachableSummary},
};
use tokio::task::JoinSet;

use crate::{
    execute::Execution,
    failed::{Code, Failed},
    job::Job,
    ledger,
    plan::Plan,
    signals::Signals,
    units::counted,
};

/// What is said of a run or a job that was stopped too early to have figures.
pub(crate) const STOPPED: &str = "stopped before the first operation";

/// A job that has a report.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) report: Report,
    pub(crate) check: Option<CheckSummary>,
    pub(crate) freshness: Option<FreshnessReport>,
}

/// The number of a job, and how it ended.
pub(crate) type Joined = (usize, Result<Ended, Box<RunError>>);

/// What a run came to, if it came to anything.
pub(crate) fn ended(result: Result<Report, RunError>, check: bool) -> Result<Ended, Box<RunError>> {
    let summary = |result: &str, details: Vec<String>| CheckSummary { result: result.to_owned(), details };
    match result {
        // A run that ended early was not compared.
        Ok(report) => {
            let check = (check && report.fatal.is_none()).then(|| summary(CheckSummary::HELD, Vec::new()));
            Ok(Ended { report, check, freshness: None })
        }
        Err(RunError::Check { source, report, .. }) => {
            let check = match source {
                CheckError::Differs(lines) => summary(CheckSummary::DIFFERS, lines),
                CheckError::Inconclusive(lines) => summary(CheckSummary::INCONCLUSIVE, lines),
                other => summary(CheckSummary::INCONCLUSIVE, vec![other.to_string()]),
            };
            Ok(Ended { report: *report, check: Some(check), freshness: None })
        }
        Err(error) => Err(Box::new(error)),
    }
}

/// How the jobs of a plan ended.
pub(crate) struct Ends<'a> {
    plan: &'a Plan,
    /// One for each job; none of a job that has no report.
    reports: Vec<Option<Ended>>,
    warnings: Vec<String>,
    failed: Option<Failed>,
}

impl<'a> Ends<'a> {
    pub(crate) fn new(plan: &'a Plan, warnings: Vec<String>) -> Self {
        Ends { plan, reports: plan.jobs.iter().map(|_| None).collect(), warnings, failed: None }
    }

    /// Waits for all jobs, or for the user to give up.
    pub(crate) async fn collect(&mut self, tasks: &mut JoinSet<Joined>, signals: &Signals) {
        loop {
            match join(tasks, signals).await {
                Ok(None) => return,
                Ok(Some((index, Ok(ended)))) => self.reports[index] = Some(ended),
                Ok(Some((index, Err(error)))) => self.missing(index, *error, signals),
                Err(failed) => {
                    self.warnings.extend(failed.message().map(str::to_owned));
                    self.failed = Some(failed);
                    return;
                }
            }
        }
    }

    /// A job ended without a report, which ends the others as well.
    fn missing(&mut self, index: usize, error: RunError, signals: &Signals) {
        let job = &self.plan.jobs[index];
        let failed = match error {
            RunError::Stopped => None,
            error => Some(self.plan.no_report(job, error)),
        };
        // What is said of its database says all.
        if let Some(outage) = outage_of(job).filter(|outage| !outage.is_back) {
            let failed = Failed::new(Code::Run, said_of(&outage));
            self.failed.get_or_insert(failed);
            return;
        }
        let why = failed.as_ref().and_then(Failed::message).unwrap_or(STOPPED);
        self.warnings.push(format!(
            "{} has no figures: {}",
            job.name,
            why.lines().next().unwrap_or_default()
        ));
        if let Some(failed) = failed {
            self.failed.get_or_insert(failed);
            if !job.is_tenant() {
                signals.drain();
            }
        }
    }

    /// Says of which databases had to be waited for, and of which in vain.
    fn look_at_outages(&mut self) -> Vec<UnreachableSummary> {
        let all: Vec<UnreachableSummary> = self.plan.jobs.iter().filter_map(outage_of).collect();
        for outage in &all {
            let line = said_of(outage);
            if !outage.is_back {
                self.failed.get_or_insert_with(|| Failed::new(Code::Run, &line));
            }
            self.warnings.push(line);
        }
        all
    }

    /// The run failed for a reason that is none of a job's.
    pub(crate) fn fail(&mut self, why: &str) {
        self.warnings.push(why.to_owned());
        let failed = Failed::new(Code::Run, format!("the run ended early: {why}"));
        self.failed.get_or_insert(failed);
    }

    /// Says what is to be done about ledgers that have not got their ends.
    pub(crate) fn look_at_ledgers(&mut self, out: &Path) {
        let is_well = |ended: &Option<Ended>| {
            ended.as_ref().is_some_and(|ended| ended.report.fatal.is_none() && !ended.report.cut)
        };
        for (job, _) in self.plan.jobs.iter().zip(&self.reports).filter(|(_, ended)| !is_well(ended)) {
            self.warnings.extend(ledger::unsettled(out, self.plan, job));
        }
    }

    /// The summary; `said` of the warnings that it began with have been said already.
    ///
    /// # Errors
    /// When no job has a report, and there is a reason for it.
    pub(crate) fn sum_up(mut self, run: RunSummary, said: usize) -> Result<Execution, Failed> {
        let unreachable = self.look_at_outages();
        let Ends { plan, reports, warnings, failed } = self;
        let jobs: Vec<EndedJob<'_>> = plan
            .jobs
            .iter()
            .zip(&reports)
            .filter_map(|(job, ended)| {
                let Ended { report, check, freshness } = ended.as_ref()?;
                let (check, freshness) = (check.as_ref(), freshness.as_ref());
                Some(EndedJob { name: &job.name, workload: job.workload(), report, check, freshness })
            })
            .collect();
        let failed = match failed {
            Some(failed) if jobs.is_empty() && unreachable.is_empty() => return Err(failed),
            failed => failed,
        };
        let mut summary = Summary::new(run, &jobs);
        summary.warnings.splice(..0, warnings);
        summary.unreachable = unreachable;
        summary.ok &= failed.is_none();
        Ok(Execution { summary, said, failed })
    }
}

fn outage_of(job: &Job) -> Option<UnreachableSummary> {
    job.outages.as_ref()?.summary(&job.name, job.target.describe())
}

/// One line about a database that could not be reached.
fn said_of(outage: &UnreachableSummary) -> String {
    let UnreachableSummary { job, target, seconds, attempts, is_back, why } = outage;
    let end = if *is_back { "" } else { ", up to the end" };
    let times = counted(*attempts, "attempt");
    format!("{job}: {target} could not be reached for {seconds:.1} s in {times}{end}: {why}")
}

/// The next job that ends. After the second signal only for a moment.
async fn join(tasks: &mut JoinSet<Joined>, signals: &Signals) -> Result<Option<Joined>, Failed> {
    let aborted = async {
        signals.reached(2).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
    };
    tokio::select! {
        biased;
        joined = tasks.join_next() => match joined.transpose() {
            Ok(joined) => Ok(joined),
            Err(error) => Err(Failed::because(Code::Run, &error)),
        },
        () = aborted => Err(Failed::new(Code::Aborted, "aborted: what had begun was not waited for")),
    }
}

#[cfg(test)]
mod tests;
