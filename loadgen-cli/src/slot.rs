//! The slot that a run makes: whether it can be had, and who looks after it.

use loadgen_core::{Target, crud::CrudPlan};
use loadgen_pg::slot::{self, CreatedFile, SlotGuard, SlotPlan};
use tokio::{sync::oneshot, task::JoinHandle};

use crate::{
    begun::Begun,
    execute::Manner,
    failed::{Code, Failed},
    plan::Plan,
    prepared::Prepared,
    signals::Signals,
};

/// What is refused of other databases.
pub(crate) const SLOTS: &str = "slots and publications";

/// The slot that was asked for.
#[derive(Clone, Debug)]
pub(crate) struct SlotWish {
    pub(crate) name: String,
    /// How many bytes of the log it may keep.
    pub(crate) most: u64,
}

/// What the slot would be; whatever can be refused is refused before anything is made.
pub(crate) async fn fit(plan: &Plan, begun: &[Begun], manner: &Manner) -> Result<Option<SlotPlan>, Failed> {
    let Some(wish) = &manner.slot else { return Ok(None) };
    let planned: Vec<Option<&CrudPlan>> = begun.iter().map(crud_of).collect();
    let ([job], [Some(planned)]) = (plan.jobs.as_slice(), planned.as_slice()) else {
        let message = "--slot goes with one job, and the plan has several; pick one with --job";
        return Err(Failed::new(Code::Usage, message));
    };
    let mut session = job.connect().await?;
    let tables = planned.tables.iter().map(|table| table.table.as_ref());
    let place = job.target.describe();
    let fitted = slot::fit(session.postgres(SLOTS, &place)?, &wish.name, tables).await;
    session.close().await;
    fitted.map(Some).map_err(|error| Failed::because(Code::Run, &error))
}

/// The plan of a job that writes tables of any schema.
fn crud_of(begun: &Begun) -> Option<&CrudPlan> {
    begun.known().and_then(Prepared::crud)
}

/// The tables that the slot does not show.
pub(crate) fn warnings(fitted: Option<&SlotPlan>) -> impl Iterator<Item = String> {
    let line = |plan: &SlotPlan| {
        let lines = plan.left_out.iter().map(|left| {
            format!("{} is not in the publication of the slot {}: {}", left.table, plan.name, left.why)
        });
        lines.collect::<Vec<_>>()
    };
    fitted.map(line).into_iter().flatten()
}

/// Looks after the slot while the jobs run.
pub(crate) struct Guard {
    ended: oneshot::Sender<()>,
    task: Option<JoinHandle<Option<String>>>,
}

/// Begins to look after the slot, if one was made.
pub(crate) fn guard(plan: &Plan, made: Option<CreatedFile>, manner: &Manner, signals: &Signals) -> Guard {
    let (ended, has_ended) = oneshot::channel();
    let target = plan.jobs.first().and_then(|job| job.target.postgres(SLOTS).ok());
    let task = made.zip(target).zip(manner.slot.as_ref()).map(|((file, target), wish)| {
        let (guard, signals) = (SlotGuard::new(target.clone(), file, wish.most), signals.clone());
        tokio::spawn(async move {
            let over = move || signals.drain();
            guard.keep(over, async move { drop(has_ended.await) }).await
        })
    });
    Guard { ended, task }
}

impl Guard {
    /// The jobs have ended. Why that was too early, if it was.
    pub(crate) async fn end(self) -> Option<String> {
        drop(self.ended);
        match self.task?.await {
            Ok(why) => why,
            Err(error) => Some(format!("nobody looked after the slot: {error}")),
        }
    }
}
