//! Looks at a schema that a target does not answer, in paused time.

use std::time::Duration;

use async_trait::async_trait;
use loadgen_core::{
    Action, Cx, Done, Failure, LaneId, Mix, Occasion, PrepareError, Replanned, Run, Scenario, SessionOf,
    Setup, Workload,
};
use tokio::time::Instant;

use super::{Slow, SlowSession};

/// Every operation suspects the schema, and nobody ever says what it is.
struct Unanswered;

struct Suspect;

#[async_trait]
impl Workload for Unanswered {
    type Target = Slow;
    type Lane = ();

    async fn prepare(&mut self, _: &mut SessionOf<Self>, _: &Setup) -> Result<Mix<Self>, PrepareError> {
        Ok(Mix::new().with(1, Suspect))
    }

    fn lane(&self, _: LaneId) {}

    fn follows_schema(&self) -> bool {
        true
    }

    async fn look(
        &self,
        _: &mut SessionOf<Self>,
        _: &Setup,
        _: Occasion,
    ) -> Result<Option<Replanned<Self>>, PrepareError> {
        std::future::pending().await
    }
}

#[async_trait]
impl Scenario<Unanswered> for Suspect {
    fn name(&self) -> &str {
        "suspect"
    }

    async fn run(&self, _: &mut SlowSession, _: &mut (), _: &mut Cx) -> Result<Done, Failure> {
        Err(Failure::aborted(Action::RereadSchema, "moved", "the schema has moved"))
    }
}

#[tokio::test(start_paused = true)]
async fn those_who_wait_for_a_look_that_is_not_answered_do_not_try_in_turn() {
    let took = async |workers: u32| {
        let target = Slow { service: Duration::ZERO, stall: None };
        let run = Run::new(target, Unanswered).coarse_timer().lanes(workers).connections(workers);
        let began = Instant::now();
        let run = run
            .operations(workers.into())
            .deadline(Duration::from_secs(10))
            .look_every(Duration::from_secs(3_600));
        run.execute().await.unwrap();
        began.elapsed()
    };
    let (alone, crowd) = (took(1).await, took(16).await);
    assert!(crowd < alone * 4, "{crowd:?} for sixteen, {alone:?} for one");
}
