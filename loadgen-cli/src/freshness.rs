//! How late a sink is while a run goes on: which sinks can be followed, and what is said of them.

use std::{fmt::Write, path::Path, time::Duration};

use loadgen_core::{
    Target,
    freshness::{Freshness, FreshnessReport, FreshnessSnapshot},
    summary::FreshnessSummary,
};
use loadgen_pg::{
    PgTarget,
    freshness::{Replica, SlotCopy},
    slot::{Created, SlotSource},
};
use tokio::{sync::oneshot, task::JoinHandle};

use crate::{
    backend::Backend,
    created,
    environment::Environment,
    execute::{Manner, Traced},
    failed::{Code, Failed},
    guard,
    plan::Plan,
    run_target::target_at,
    sink::Sink,
    slot::{SLOTS, SlotWish},
    units::{count, millis},
};

/// How long a sink may take, when the traffic has come to its end, to show the rest.
const PATIENCE: Duration = Duration::from_secs(5);

/// A sink that is to be followed.
#[derive(Clone, Debug)]
pub(crate) enum Followed {
    /// A database that has copies of the tables.
    Copy(Box<PgTarget>),
    /// The slot that the run makes.
    Slot,
}

impl Followed {
    /// The sink of `--freshness`, in a run that makes this slot.
    pub(crate) fn new(
        sink: &Sink,
        slot: Option<&SlotWish>,
        environment: &Environment,
    ) -> Result<Self, Failed> {
        let made = slot.map(|slot| slot.name.as_str());
        let why = match sink {
            Sink::Copy(address) => {
                let target = target_at(Some(address), environment)?;
                return Ok(Followed::Copy(Box::new(target.postgres("--freshness takes what")?.clone())));
            }
            Sink::Slot(name) if made == Some(name) => return Ok(Followed::Slot),
            Sink::Slot(name) => {
                format!("the slot {name} is not one that this run makes; add --slot {name}")
            }
            Sink::Source => "the tables themselves show a commit when it is acknowledged".to_owned(),
            Sink::Debezium(_) => "a capture does not say when an event came to be in it".to_owned(),
        };
        let takes = "--freshness takes the address of a copy, or slot:NAME with --slot NAME";
        Err(Failed::new(Code::Usage, format!("{takes}: {why}")))
    }

    /// Whether the sink of a plan can be followed, before anything is begun.
    pub(crate) async fn check(&self, plan: &Plan, allow_host: &[String]) -> Result<(), Failed> {
        if plan.jobs.len() > 1 {
            let message = "--freshness goes with one job, and the plan has several; pick one with --job";
            return Err(Failed::new(Code::Usage, message));
        }
        match self {
            Followed::Copy(target) => {
                guard::check(&Backend::Pg(PgTarget::clone(target)), allow_host).await?;
                reached(target).await
            }
            Followed::Slot => Ok(()),
        }
    }
}

/// Whether there is a database at the address of a copy. The tables may still have to come.
async fn reached(target: &PgTarget) -> Result<(), Failed> {
    let failed = |failure| {
        let message = format!("failed to connect to {}: {failure}; look at --freshness", target.describe());
        Failed::new(Code::Run, message)
    };
    target.connect().await.map(drop).map_err(failed)
}

/// What follows the sink while the job runs.
pub(crate) struct Following {
    pub(crate) freshness: Freshness,
    ended: oneshot::Sender<()>,
    task: JoinHandle<FreshnessReport>,
}

/// Begins to follow the sink, if one was asked for.
pub(crate) fn begin(plan: &Plan, traced: &[Traced], manner: &Manner) -> Result<Option<Following>, Failed> {
    let (Some(followed), Some(out)) = (&manner.freshness, manner.ledger.as_deref()) else { return Ok(None) };
    let ([job], [(_, Some((_, header)))]) = (plan.jobs.as_slice(), traced) else { return Ok(None) };
    let created = made(out)?;
    let Some(marker) = created.marker.as_ref().map(|marker| marker.name()) else { return Ok(None) };
    let (ended, has_ended) = oneshot::channel();
    let (freshness, has_ended) = (Freshness::new(), async move { drop(has_ended.await) });
    let follower = freshness.clone();
    let task = match (followed, created.slot, created.publication) {
        (Followed::Copy(target), ..) => {
            let sink = Replica::new(PgTarget::clone(target), &marker, &header.run);
            tokio::spawn(async move { follower.follow(sink, has_ended, PATIENCE).await })
        }
        (Followed::Slot, Some(slot), Some(publication)) => {
            let source = SlotSource { slot: slot.name, publication: publication.name };
            let sink = SlotCopy::new(job.target.postgres(SLOTS)?.clone(), source, marker, &header.run);
            tokio::spawn(async move { follower.follow(sink, has_ended, PATIENCE).await })
        }
        (Followed::Slot, ..) => return Ok(None),
    };
    Ok(Some(Following { freshness, ended, task }))
}

fn made(out: &Path) -> Result<Created, Failed> {
    Ok(created::read(out, None)?.map(|file| file.created).unwrap_or_default())
}

impl Following {
    /// The traffic has come to its end; what following came to.
    pub(crate) async fn end(self) -> Option<FreshnessReport> {
        drop(self.ended);
        self.task.await.ok()
    }
}

/// What a line of progress says of the sink.
pub(crate) fn live(now: FreshnessSnapshot) -> String {
    let ms = |us: u64| millis(us as f64 / 1e3);
    let mut words = match now.seen {
        0 => ", sink: nothing seen lately".to_owned(),
        _ => format!(", sink: p50 {} ms, p99 {} ms", ms(now.p50_us), ms(now.p99_us)),
    };
    if now.is_lost {
        words.push_str(", cannot be looked at");
    }
    if now.unseen > 0 {
        let _ = write!(words, ", {} unseen for up to {} ms", count(now.unseen), ms(now.oldest_us));
    }
    words
}

/// What the summary says of the sink.
pub(crate) fn text(freshness: &FreshnessSummary, text: &mut String) {
    let FreshnessSummary { sink, count: seen, unseen, latency_ms, resolution_ms, .. } = freshness;
    let _ = writeln!(text, "from commit to {sink}");
    if let Some(ms) = latency_ms {
        let [p50, p90, p99, max] = [ms.p50, ms.p90, ms.p99, ms.max].map(millis);
        let _ = writeln!(text, "  ms: p50 {p50}, p90 {p90}, p99 {p99}, max {max}");
    }
    if let Some(ms) = resolution_ms {
        let resolution = [ms.p50, ms.max].map(millis);
        let _ = writeln!(text, "  looked at every {} ms, {} at most", resolution[0], resolution[1]);
    }
    let _ = writeln!(text, "  {} commits seen, {} unseen\n", count(*seen), count(*unseen));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_late_the_sink_is_and_what_it_does_not_show() {
        let fine =
            FreshnessSnapshot { seen: 7, p50_us: 4_200, p99_us: 12_000, ..FreshnessSnapshot::default() };
        assert_eq!(live(fine), ", sink: p50 4.20 ms, p99 12.0 ms");
        let stuck = FreshnessSnapshot { unseen: 1_500, oldest_us: 2_000_000, ..FreshnessSnapshot::default() };
        assert_eq!(live(stuck), ", sink: nothing seen lately, 1,500 unseen for up to 2,000 ms");
    }

    #[test]
    fn only_a_copy_and_the_slot_of_the_run_can_be_followed() {
        let wish = SlotWish { name: "cdc".to_owned(), most: 1 };
        let refused = |sink: &str| {
            let sink: Sink = sink.parse().unwrap();
            let environment = Environment::default();
            Followed::new(&sink, Some(&wish), &environment)
                .unwrap_err()
                .message()
                .unwrap_or_default()
                .to_owned()
        };
        assert!(refused("slot:other").contains("add --slot other"));
        assert!(refused("source").contains("tables themselves"));
        assert!(refused("debezium:-").contains("capture"));
        let slot = "slot:cdc".parse().unwrap();
        assert!(matches!(Followed::new(&slot, Some(&wish), &Environment::default()), Ok(Followed::Slot)));
        Followed::new(&slot, None, &Environment::default()).unwrap_err();
    }
}
