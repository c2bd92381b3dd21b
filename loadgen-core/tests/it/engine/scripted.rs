//! A target and a workload that do what a test says.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
    time::Duration,
};

use async_trait::async_trait;
use loadgen_core::{
    CheckError, Cx, Done, Failure, LaneId, Mix, PrepareError, Report, Rows, Run, Scenario, Session,
    SessionOf, Setup, Target, Workload,
};

/// How a call ends.
#[derive(Clone)]
pub(super) enum Reply {
    After(u64),
    Fails(Failure),
    Panics,
    Hangs,
}

impl Reply {
    pub(super) const OK: Reply = Reply::After(0);

    async fn give(self) -> Result<(), Failure> {
        match self {
            Reply::After(millis) => tokio::time::sleep(Duration::from_millis(millis)).await,
            Reply::Fails(failure) => return Err(failure),
            Reply::Panics => panic!("as the script says"),
            Reply::Hangs => std::future::pending().await,
        }
        Ok(())
    }
}

/// What happens, as functions of the number of the connection (0 is that of prepare), of the ping, or of the operation's lane,
/// number and attempt.
#[derive(Clone)]
pub(super) struct Script {
    pub(super) connect: fn(u64) -> Reply,
    pub(super) ping: fn(u64) -> Reply,
    pub(super) prepare: Reply,
    pub(super) operation: fn(&Cx) -> Reply,
    pub(super) check: Reply,
    pub(super) connects: Arc<AtomicU64>,
    pub(super) pings: Arc<AtomicU64>,
    /// Operations begun.
    pub(super) begun: Arc<AtomicU64>,
}

impl Script {
    pub(super) fn new(operation: fn(&Cx) -> Reply) -> Self {
        let (connects, pings, begun) = Default::default();
        let well: fn(u64) -> Reply = |_| Reply::OK;
        let (prepare, check) = (Reply::OK, Reply::OK);
        Script { connect: well, ping: well, prepare, operation, check, connects, pings, begun }
    }

    /// Four lanes on as many connections, without an end.
    pub(super) fn run(&self) -> Run<Scripted> {
        Run::new(self.clone(), Scripted(self.clone())).lanes(4).coarse_timer()
    }
}

pub(super) struct Connected(Script);

#[async_trait]
impl Session for Connected {
    async fn ping(&mut self) -> Result<(), Failure> {
        (self.0.ping)(self.0.pings.fetch_add(1, SeqCst)).give().await
    }
}

#[async_trait]
impl Target for Script {
    type Session = Connected;

    async fn connect(&self) -> Result<Connected, Failure> {
        (self.connect)(self.connects.fetch_add(1, SeqCst)).give().await?;
        Ok(Connected(self.clone()))
    }

    fn describe(&self) -> String {
        "scripted://".to_owned()
    }
}

pub(super) struct Scripted(Script);

struct Follow;

#[async_trait]
impl Workload for Scripted {
    type Target = Script;
    type Lane = ();

    async fn prepare(&mut self, _: &mut SessionOf<Self>, _: &Setup) -> Result<Mix<Self>, PrepareError> {
        self.0.prepare.clone().give().await?;
        Ok(Mix::new().with(1, Follow))
    }

    fn lane(&self, _: LaneId) {}

    async fn check(&self, _: &mut SessionOf<Self>, _: &Report) -> Result<(), CheckError> {
        Ok(self.0.check.clone().give().await?)
    }
}

#[async_trait]
impl Scenario<Scripted> for Follow {
    fn name(&self) -> &str {
        "follow"
    }

    async fn run(&self, session: &mut Connected, (): &mut (), cx: &mut Cx) -> Result<Done, Failure> {
        session.0.begun.fetch_add(1, SeqCst);
        (session.0.operation)(cx).give().await?;
        Ok(Done::Committed(Rows { inserted: 1, ..Rows::default() }))
    }
}
