//! Following a schema that others change: what is done from when on.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex as Lock, MutexGuard, OnceLock, PoisonError},
    time::Duration,
};

use tokio::{sync::Mutex, time::Instant};

use super::open::deadline_passed;
use super::progress::Progress;
use super::refusals::Refusals;
use crate::{
    Failure, Occasion, PrepareError, Replanned, SessionOf, Setup, Target, WeightsError, Workload, mix::Choice,
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
    refusals: Lock<Refusals>,
    setup: Setup,
    progress: Progress,
}

struct Newest<W: Workload> {
    epoch: Arc<Epoch<W>>,
    /// When the latest look began that came to something, or that the target did not answer.
    looked: Option<Instant>,
    guesses: Guesses,
}

/// Looks on a guess, of which many may be wrong: where a table refuses rows for reasons of its own, every operation that
/// is given up suspects the schema.
#[derive(Default)]
struct Guesses {
    latest: Option<Instant>,
    /// How many came to nothing, one after the other.
    vain: u32,
}

impl Guesses {
    /// Whether it is too early for another.
    fn are_enough(&self, now: Instant) -> bool {
        self.latest.is_some_and(|latest| now < latest + FIRST_PAUSE * (1 << self.vain.min(8)))
    }

    fn note(&mut self, now: Instant, is_right: bool) {
        let is_long_ago = self.latest.is_none_or(|latest| now > latest + FORGET);
        self.vain = if is_right || is_long_ago { 0 } else { self.vain + 1 };
        self.latest = (!is_right).then_some(now);
    }
}

/// Why somebody wants to know about the schema.
pub(crate) struct Ask<'a, W: Workload> {
    /// What is done so far; whatever follows it is news. Without it, what follows everything is.
    pub(crate) after: Option<&'a Epoch<W>>,
    /// A look that began later is as good.
    pub(crate) since: Instant,
    /// Whether something else may as well be the reason: then nobody looks if too many have done so in vain.
    pub(crate) is_guess: bool,
    pub(crate) occasion: Occasion,
    /// How long the target may take for it; the turn is waited for besides, behind others with the same patience.
    pub(crate) within: Duration,
}

impl<W: Workload> Follower<W> {
    pub(crate) fn new(choice: Choice<W>, setup: Setup, progress: Progress) -> Self {
        let newest = Newest { epoch: Epoch::new(choice), looked: None, guesses: Guesses::default() };
        Follower { newest: Mutex::new(newest), refusals: Lock::default(), setup, progress }
    }

    pub(crate) async fn newest(&self) -> Arc<Epoch<W>> {
        Arc::clone(&self.newest.lock().await.epoch)
    }

    /// Whether nothing like this failure was seen before, and it is time to look whether the schema is the reason.
    pub(crate) fn is_news(&self, failure: &Failure) -> bool {
        self.refusals().is_news(failure, Instant::now())
    }

    fn refusals(&self) -> MutexGuard<'_, Refusals> {
        self.refusals.lock().unwrap_or_else(PoisonError::into_inner)
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
        let began = Instant::now();
        // Whoever waits behind a look that is not answered does not try in turn, each with all of its patience.
        let is_known = newest.looked.is_some_and(|looked| looked > ask.since);
        if is_known || ask.is_guess && newest.guesses.are_enough(began) {
            return Ok(false);
        }
        let look = tokio::time::timeout(ask.within, workload.look(session, &self.setup, ask.occasion)).await;
        let found = look.unwrap_or_else(|_| Err(deadline_passed("answer", ask.within).into()));
        let is_over = match &found {
            Ok(_) => true,
            Err(error) => matches!(error, PrepareError::Target(failure) if failure.breaks_session()),
        };
        if is_over {
            newest.looked = Some(began);
        }
        let found = found?;
        if ask.is_guess {
            newest.guesses.note(began, found.is_some());
        }
        let Some(Replanned { mix, changes }) = found else { return Ok(false) };
        let names = newest.epoch.choice.names.clone();
        let choice =
            mix.build_after(names).map_err(|error: WeightsError| PrepareError::Plan(error.into()))?;
        let epoch = Epoch::new(choice);
        let _ = newest.epoch.next.set(Arc::clone(&epoch));
        newest.epoch = epoch;
        // A rule that has been made anew may have the name of an old one.
        *self.refusals() = Refusals::default();
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
                let ask = Ask {
                    after: None,
                    since: began,
                    is_guess: false,
                    occasion: Occasion::Routine,
                    within: deadline,
                };
                self.look(workload, &mut session, ask).await?;
                Ok::<_, PrepareError>(session)
            });
            match looked.await {
                Ok(Ok(sound)) => session = Some(sound),
                // Whoever carries traffic will say so.
                Ok(Err(error)) => tracing::debug!(%error, "failed to look at the schema"),
                Err(_) => tracing::debug!("no answer to a look at the schema"),
            }
            pause = pause_after(began.elapsed(), every);
        }
    }
}

/// Looks begin one after the other at the same distance, however long one takes; only a target that is at it for more than half of
/// the time gets as long a rest, up to the distance.
fn pause_after(took: Duration, every: Duration) -> Duration {
    every.saturating_sub(took).max(took.min(every))
}

/// How long nobody looks again after a guess that came to nothing; twice as long after each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(10);

/// After that time, guesses that came to nothing do not count any more.
const FORGET: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_come_at_the_same_distance_however_long_one_takes() {
        let every = Duration::from_secs(5);
        let check = |took: u64, pause: u64| {
            assert_eq!(pause_after(Duration::from_millis(took), every), Duration::from_millis(pause));
        };
        check(0, 5_000);
        check(440, 4_560);
        check(3_000, 3_000);
        check(60_000, 5_000);
    }

    #[test]
    fn guesses_that_come_to_nothing_become_rare_until_one_is_right() {
        let (mut guesses, start) = (Guesses::default(), Instant::now());
        let looks = |guesses: &mut Guesses, from: u64| {
            let later = |ms| start + Duration::from_millis(from + ms);
            let look = |ms: &u64| {
                let looks = !guesses.are_enough(later(*ms));
                if looks {
                    guesses.note(later(*ms), false);
                }
                looks
            };
            (0..10_000).filter(look).count()
        };
        assert!((8..=14).contains(&looks(&mut guesses, 0)));
        assert!(looks(&mut guesses, 10_000) <= 5);
        guesses.note(start + Duration::from_secs(20), true);
        assert!(!guesses.are_enough(start + Duration::from_secs(20)));
    }
}
