//! What is done to a target.

use std::{collections::BTreeMap, error::Error};

use async_trait::async_trait;

use crate::{Cx, Done, Failure, LaneId, Mix, Report, Seed, TableName, Tally, Target, crud::CrudPlanError};

/// The session type of a workload.
pub type SessionOf<W> = <<W as Workload>::Target as Target>::Session;

/// A kind of traffic: what has to be there before it, its scenarios, and what each lane remembers.
///
/// `prepare` runs once, before any lane; it is idempotent. `lane` is pure: the same id gives the same lane.
#[async_trait]
pub trait Workload: Send + Sync + Sized + 'static {
    /// Where it goes.
    type Target: Target;
    /// What one lane remembers.
    type Lane: Send + 'static;

    /// Gets the target ready and says what will be done to it.
    async fn prepare(
        &mut self,
        session: &mut SessionOf<Self>,
        setup: &Setup,
    ) -> Result<Mix<Self>, PrepareError>;

    /// A lane that has done nothing yet. Called after `prepare`.
    fn lane(&self, id: LaneId) -> Self::Lane;

    /// Adds what a lane did to the sums of the run. Called once, when all lanes have ended.
    fn tally(&self, _id: LaneId, _lane: &mut Self::Lane, _tally: &mut Tally) {}

    /// Whether [`Workload::look`] can find out anything. The default says no, and nobody looks.
    fn follows_schema(&self) -> bool {
        false
    }

    /// Looks whether the schema is still the one that the traffic was planned for, and plans anew where it is not; none
    /// if nothing that matters has changed. Called by one session at a time. Lanes learn of the new plan from its
    /// scenarios.
    async fn look(
        &self,
        _session: &mut SessionOf<Self>,
        _setup: &Setup,
        _occasion: Occasion,
    ) -> Result<Option<Replanned<Self>>, PrepareError> {
        Ok(None)
    }

    /// Whether the operations whose ends nobody has seen are found out, by [`Scenario::resolve`] and
    /// [`Workload::finish`]. The default says no, and they stay unknown.
    fn is_traced(&self) -> bool {
        false
    }

    /// Settles what is left when all lanes have ended, if the workload is traced. Called again, on another session, after a failure
    /// that may pass, and dropped half-way where a run that was cut off has no more time: what was settled stays so.
    async fn finish(&self, _session: &mut SessionOf<Self>) -> Result<(), Failure> {
        Ok(())
    }

    /// Compares the report with the target. The default has nothing to compare.
    async fn check(&self, _session: &mut SessionOf<Self>, _report: &Report) -> Result<(), CheckError> {
        Ok(())
    }
}

/// What a workload may depend on besides its own configuration.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    /// The seed of the run.
    pub seed: Seed,
    /// How many lanes there will be, on all shards together.
    pub lanes: u32,
    /// Whether [`Workload::check`] will be called: then whatever it compares with has to be read before the traffic.
    pub check: bool,
}

/// Why the schema is looked at again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// Some time has passed: whatever costs more than a glance is left out.
    Routine,
    /// Something failed as if the schema had changed, or the run is over and about to be checked.
    Suspicion,
}

/// Traffic planned for a schema that has changed.
pub struct Replanned<W: Workload> {
    /// What is done from now on.
    pub mix: Mix<W>,
    /// What has changed: the table, and words that follow its name.
    pub changes: Vec<(String, String)>,
}

/// One kind of operation of a workload.
///
/// `run` draws from `cx.rng` alone, and changes what the lane remembers only after the target has acknowledged: an
/// attempt that failed may be repeated with the same draws.
#[async_trait]
pub trait Scenario<W: Workload>: Send + Sync + 'static {
    /// What reports call it. Scenarios of one name are reported together.
    fn name(&self) -> &str;

    /// Does one operation.
    async fn run(&self, session: &mut SessionOf<W>, lane: &mut W::Lane, cx: &mut Cx)
    -> Result<Done, Failure>;

    /// Finds out, on a session opened since, how the operation ended of which `run` left nobody knowing. Called until it
    /// says so, and before anything else is asked of the lane, if the workload is traced.
    async fn resolve(
        &self,
        _session: &mut SessionOf<W>,
        _lane: &mut W::Lane,
        _cx: &mut Cx,
    ) -> Result<Resolved, Failure> {
        Ok(Resolved::Unknown)
    }
}

/// What was found out about an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolved {
    /// It was carried out.
    Done(Done),
    /// It certainly was not, and can be tried again.
    Aborted,
    /// Nobody can say.
    Unknown,
}

/// Why a workload could not get ready.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PrepareError {
    /// The target refused something.
    #[error("{0}")]
    Target(#[from] Failure),
    /// What was asked for does not fit the target: an unknown table, nothing that can be written. The workload's own
    /// error says which part of its configuration is meant, as [`CrudPlanError::part`] does.
    #[error(transparent)]
    Plan(Box<dyn Error + Send + Sync>),
    /// Tables that are to be written, and what the session may not do to each, in words that follow a "no".
    #[error("{}; GRANT it, or take the table out of the plan", denied(.0))]
    Rights(Vec<(TableName, String)>),
    /// A table that is to be written was dropped while it was being planned for.
    #[error("{0} was dropped while the schema was being read; try again")]
    Dropped(TableName),
}

impl From<CrudPlanError> for PrepareError {
    fn from(error: CrudPlanError) -> Self {
        PrepareError::Plan(Box::new(error))
    }
}

/// Tables that lack the same are said in one breath.
fn denied(missing: &[(TableName, String)]) -> String {
    let mut tables: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (table, words) in missing {
        tables.entry(words).or_default().push(table.to_string());
    }
    let lack = tables.iter().map(|(words, tables)| format!("no {words} on {}", tables.join(", ")));
    format!("this user has {}", lack.collect::<Vec<_>>().join("; "))
}

/// Why a check did not hold, or could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// The target refused something.
    #[error("{0}")]
    Target(#[from] Failure),
    /// The target holds something else than it should, one line a difference.
    #[error("{}", .0.join("; "))]
    Differs(Vec<String>),
    /// What could be compared agrees, but of something that should have been nobody knows what to expect, or nothing was
    /// compared; one line a reason.
    #[error("inconclusive: {}", .0.join("; "))]
    Inconclusive(Vec<String>),
}
