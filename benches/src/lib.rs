//! What the benches share: a target that does nothing, so that the engine alone is measured.

mod acknowledge;
mod texts;

pub use acknowledge::Acknowledge;
use async_trait::async_trait;
use loadgen_core::{
    Cx, Done, Failure, LaneId, Mix, PrepareError, Rows, Scenario, Session, SessionOf, Setup, Target, Workload,
};

/// Answers at once.
#[derive(Debug)]
pub struct Null;

/// A session that does nothing.
#[derive(Debug)]
pub struct NullSession;

impl Session for NullSession {}

#[async_trait]
impl Target for Null {
    type Session = NullSession;

    async fn connect(&self) -> Result<NullSession, Failure> {
        Ok(NullSession)
    }

    fn describe(&self) -> String {
        "null://".to_owned()
    }
}

/// Draws one number an operation, three scenarios.
#[derive(Debug)]
pub struct Draws;

#[async_trait]
impl Workload for Draws {
    type Target = Null;
    type Lane = u64;

    async fn prepare(&mut self, _: &mut SessionOf<Self>, _: &Setup) -> Result<Mix<Self>, PrepareError> {
        Ok(Mix::new().with(3, Draw("insert")).with(2, Draw("update")).with(1, Draw("delete")))
    }

    fn lane(&self, _: LaneId) -> u64 {
        0
    }
}

struct Draw(&'static str);

#[async_trait]
impl Scenario<Draws> for Draw {
    fn name(&self) -> &str {
        self.0
    }

    async fn run(&self, _: &mut NullSession, sum: &mut u64, cx: &mut Cx) -> Result<Done, Failure> {
        *sum = sum.wrapping_add(cx.rng.bits());
        Ok(Done::Committed(Rows { inserted: 1, ..Rows::default() }))
    }
}
