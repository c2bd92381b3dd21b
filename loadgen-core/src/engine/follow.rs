//! Following a schema that others change: what is done from when on.

use std::{
    convert::Infallible,
    sync::{Arc, OnceLock},
    time::Duration,
};

use tokio::{sync::Mutex, time::Instant};

use super::progress::Progress;
use crate::{
    Occasion, PrepareError, Replanned, SessionOf, Setup, Target, WeightsError, Workload, mix::Choice,
};

/// What is done until the schema changes. Workers go from one to the next by themselves; one that nobody is at any
/// more is gone.
pub(crate) struct Epoch<W: Workload> {
    pub(crate) choice: Choice<W>,
    next: OnceLock<Arc<Epoch<W>>>,
}

impl<W: Workload> Epoch<W> {
    pub(crate) fn new(choice: Choice<W>) -> Arc<Self> {
        Arc::new(Epoch { choice, next: OnceLock::new() })
    }

    /// What is done instead by now. Cheap enough to ask before every operation.
    pub(crate) fn next(&self) -> Option<&Arc<Self>> {
        self.next.get()
    }

    /// The last of those that follow, if any does.
    pub(crate) fn last(&self) -> Option<&Arc<Self>> {
        let mut last = self.next()?;
        while let Some(next) = last.next() {
            last = next;
        }
        Some(last)
    }
}

/// Looks at the schema, one look at a time for all who want to know.
pub(crate) struct Follower<W: Workload> {
    newest: Mutex<Newest<W>>,
    setup: Setup,
    progress: Progress,
}

struct Newest<W: Workload> {
    epoch: Arc<Epoch<W>>,
    /// When the latest look began, and how long it took.
    looked: Option<(Instant, Duration)>,
}

/// Why somebody wants to know about the schema.
pub(crate) struct Ask<'a, W: Workload> {
    /// What is done so far; whatever follows it is news. Without it, what follows everything is.
    pub(crate) after: Option<&'a Epoch<W>>,
    /// A look that began later is as good.
    pub(crate) since: Instant,
    /// Whether something else may as well be the reason: then a look of a moment ago is good enough, too.
    pub(crate) is_guess: bool,
    pub(crate) occasion: Occasion,
}

impl<W: Workload> Ask<'_, W> {
    fn is_answered(&self, (began, took): (Instant, Duration)) -> bool {
        let quiet = if self.is_guess { MOMENT.max(took * SHARE) } else { Duration::ZERO };
        began + quiet > self.since
    }
}

impl<W: Workload> Follower<W> {
    pub(crate) fn new(choice: Choice<W>, setup: Setup, progress: Progress) -> Self {
        let newest = Newest { epoch: Epoch::new(choice), looked: None };
        Follower { newest: Mutex::new(newest), setup, progress }
    }

    pub(crate) async fn newest(&self) -> Arc<Epoch<W>> {
        Arc::clone(&self.newest.lock().await.epoch)
    }

    /// Whether there is something else to do; looks, unless somebody has.
    pub(crate) async fn look(
        &self,
        workload: &W,
        session: &mut SessionOf<W>,
        ask: Ask<'_, W>,
    ) -> Result<bool, PrepareError> {
        let mut newest = self.newest.lock().await;
        if ask.after.is_some_and(|epoch| epoch.next().is_some()) {
            return Ok(true);
        }
        if newest.looked.is_some_and(|looked| ask.is_answered(looked)) {
            return Ok(false);
        }
        let began = Instant::now();
        let found = workload.look(session, &self.setup, ask.occasion).await?;
        newest.looked = Some((began, began.elapsed()));
        let Some(Replanned { mix, changes }) = found else { return Ok(false) };
        let names = newest.epoch.choice.names.clone();
        let choice =
            mix.build_after(names).map_err(|error: WeightsError| PrepareError::Plan(error.into()))?;
        let epoch = Epoch::new(choice);
        let _ = newest.epoch.next.set(Arc::clone(&epoch));
        newest.epoch = epoch;
        self.progress.schema_changed(changes);
        Ok(true)
    }

    /// Looks again and again, for changes that make nothing fail. Without a session it opens one.
    pub(crate) async fn poll(
        &self,
        (target, workload): (&W::Target, &W),
        mut session: Option<SessionOf<W>>,
        (every, deadline): (Duration, Duration),
    ) -> Infallible {
        if !workload.follows_schema() {
            drop(session);
            return std::future::pending().await;
        }
        let mut pause = every;
        loop {
            tokio::time::sleep(pause).await;
            let began = Instant::now();
            let looked = tokio::time::timeout(deadline, async {
                let mut session = match session.take() {
                    Some(session) => session,
                    None => target.connect().await?,
                };
                let ask = Ask { after: None, since: began, is_guess: false, occasion: Occasion::Routine };
                self.look(workload, &mut session, ask).await?;
                Ok::<_, PrepareError>(session)
            });
            match looked.await {
                Ok(Ok(sound)) => session = Some(sound),
                // Whoever carries traffic will say so.
                Ok(Err(error)) => tracing::debug!(%error, "failed to look at the schema"),
                Err(_) => tracing::debug!("no answer to a look at the schema"),
            }
            pause = every.max(began.elapsed() * SHARE);
        }
    }
}

/// A look that takes long is taken less often: one part in so many of the time.
const SHARE: u32 = 50;

/// How long nobody looks again on a guess.
const MOMENT: Duration = Duration::from_millis(100);
