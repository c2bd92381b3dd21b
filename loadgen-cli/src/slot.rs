//! The slot that a run makes: whether it can be had, and who looks after it.

use loadgen_core::crud::CrudPlan;
use loadgen_pg::slot::{self, CreatedFile, SlotGuard, SlotPlan};
use tokio::{sync::oneshot, task::JoinHandle};

use crate::{
    execute::Manner,
    failed::{Code, Failed},
    plan::Plan,
    signals::Signals,
};

/// The slot that was asked for.
#[derive(Clone, Debug)]
pub(crate) struct SlotWish {
    pub(crate) name: String,
    /// How many bytes of the log it may keep.
    pub(crate) most: u64,
}

/// What the slot would be; whatever can be refused is refused before anything is made.
pub(crate) async fn fit(
    plan: &Plan,
    plans: &[CrudPlan],
    manner: &Manner,
) -> Result<Option<SlotPlan>, Failed> {
    let Some(wish) = &manner.slot else { return Ok(None) };
    let ([job], [planned]) = (plan.jobs.as_slice(), plans) else {
        let message = "--slot goes with one job, and the plan has several; pick one with --job";
        return Err(Failed::new(Code::Usage, message));
    };
    let mut session = job.connect().await?;
    let tables = planned.tables.iter().map(|table| table.table.as_ref());
    let fitted = slot::fit(&mut session, &wish.name, tables).await;
    session.close().await;
    fitted.map(Some).map_err(|error| Failed::because(Code::Run, &error))
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
    let task = made.zip(plan.jobs.first()).zip(manner.slot.as_ref()).map(|((file, job), wish)| {
        let (guard, signals) = (SlotGuard::new(job.target.clone(), file, wish.most), signals.clone());
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
