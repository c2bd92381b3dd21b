//! The workload: the tables are made and found, and what is there at the end is compared.

use std::{
    marker::PhantomData,
    sync::{Arc, OnceLock},
};

use async_trait::async_trait;

use super::{
    config::OrdersConfig,
    lane::OrdersLane,
    operation::{Kind, Operation},
    plan::prepared,
    role::{CUSTOMER, ITEM, ORDER},
    standing::Standing,
    steps::migrate,
    traffic::Traffic,
};
use crate::{
    CheckError, Failure, LaneId, Mix, PrepareError, Report, Session, SessionOf, Setup, TableTally, Tally,
    Target, Workload,
    crud::{doubts_of, miscounted},
    freshness::Freshness,
    ledger::{Header, Ledger, Tracer},
    migration::{MigrateSession, Migration},
};

/// Customers who order: five operations on three tables, which are made if none of them is there.
///
/// Every lane has customers and orders of its own. An order and its items are one transaction, its total is that of its items, and
/// its status never goes back, whoever else writes.
#[derive(Debug)]
pub struct Orders<T> {
    config: OrdersConfig,
    migrations: Vec<Migration>,
    /// The ledger that is not begun yet.
    ledger: Option<(Ledger, Header)>,
    /// Whoever follows a sink.
    freshness: Option<Freshness>,
    known: OnceLock<Known>,
    target: PhantomData<fn() -> T>,
}

/// What is known once the tables are there.
#[derive(Debug)]
struct Known {
    traffic: Arc<Traffic>,
    /// What the tables held before the traffic, if that is compared.
    before: Option<Standing>,
    tracer: Option<Arc<Tracer>>,
}

impl<T: Target> Orders<T>
where
    T::Session: MigrateSession,
{
    /// The workload with this configuration. The steps, in the SQL of the target, are taken first, as far as they are not yet; they
    /// make the tables; those of the workload itself are left out where somebody else has made all of these.
    pub fn new(config: OrdersConfig, migrations: Vec<Migration>) -> Self {
        let (ledger, freshness) = (None, None);
        Orders { config, migrations, ledger, freshness, known: OnceLock::new(), target: PhantomData }
    }

    /// Keeps a ledger of every transaction. `header` says what the caller knows of the run: its name, which has to be new to the
    /// target, where it goes, and the hash of its plan; the rest is filled in.
    #[must_use]
    pub fn traced(mut self, ledger: Ledger, header: Header) -> Self {
        self.ledger = Some((ledger, header));
        self
    }

    /// Notes for whoever follows a sink when each transaction of the ledger was acknowledged. Without a ledger there is nothing to
    /// note.
    #[must_use]
    pub fn followed(mut self, freshness: &Freshness) -> Self {
        self.freshness = Some(freshness.clone());
        self
    }

    fn tracer(&self) -> Option<&Arc<Tracer>> {
        self.known.get().and_then(|known| known.tracer.as_ref())
    }
}

fn unprepared() -> Failure {
    Failure::aborted(crate::Action::Defect, "unprepared", "the workload was not prepared")
}

#[async_trait]
impl<T: Target> Workload for Orders<T>
where
    T::Session: MigrateSession,
{
    type Target = T;
    type Lane = OrdersLane;

    async fn prepare(
        &mut self,
        session: &mut SessionOf<Self>,
        setup: &Setup,
    ) -> Result<Mix<Self>, PrepareError> {
        for (step, reason) in migrate(session, &self.config, &self.migrations).await?.refused {
            tracing::warn!("migration {step} was not taken, and the traffic goes on without it: {reason}");
        }
        session.forget_schema().await?;
        let tables = prepared(session, &self.config).await?;
        let mut traffic = Traffic::new(tables, setup)?;
        let before = match setup.check || self.ledger.is_some() {
            true => Some(Standing::read(session, &traffic.tables).await?),
            false => None,
        };
        let mut tracer = None;
        if let (Some((ledger, header)), Some(before)) = (self.ledger.take(), &before) {
            let header = Header { seed: setup.seed.0, lanes: setup.lanes, ..header };
            let begun = Tracer::begin(session, ledger, header).await?.followed(self.freshness.take());
            traffic.enter(&begun, before)?;
            tracer = Some(Arc::new(begun));
        }
        let traffic = Arc::new(traffic);
        self.known = OnceLock::from(Known { traffic: Arc::clone(&traffic), before, tracer });
        let weights = self.config.weights;
        let operation = |kind: Kind| Operation { traffic: Arc::clone(&traffic), kind };
        Ok(Mix::new()
            .with(weights.new_customer, operation(Kind::NewCustomer))
            .with(weights.advance_order, operation(Kind::AdvanceOrder))
            .with(weights.new_order, operation(Kind::NewOrder))
            .with(weights.change_email, operation(Kind::ChangeEmail))
            .with(weights.delete_item, operation(Kind::DeleteItem)))
    }

    fn lane(&self, id: LaneId) -> OrdersLane {
        let trace = self.tracer().map(|tracer| tracer.lane(id.0));
        OrdersLane::new(id, self.config.remember as usize, trace)
    }

    fn tally(&self, _: LaneId, lane: &mut OrdersLane, tally: &mut Tally) {
        if let Some(known) = self.known.get() {
            lane.tally(&known.traffic, tally);
        }
    }

    fn is_traced(&self) -> bool {
        self.tracer().is_some()
    }

    async fn finish(&self, session: &mut SessionOf<Self>) -> Result<(), Failure> {
        match self.tracer() {
            Some(tracer) => tracer.finish(session).await.map(|_| ()),
            None => Ok(()),
        }
    }

    async fn check(&self, session: &mut SessionOf<Self>, report: &Report) -> Result<(), CheckError> {
        let Some(Known { traffic, before: Some(before), .. }) = self.known.get() else {
            return Err(unprepared().into());
        };
        let (mut differences, mut doubts) = (Vec::new(), Vec::new());
        let mut found = Standing::read(session, &traffic.tables).await?;
        // What was left to the database without an answer may be carried out between one table and the next.
        if !found.broken_since(before).is_empty() {
            found = Standing::read(session, &traffic.tables).await?;
        }
        let mut missed = false;
        for at in [CUSTOMER, ORDER, ITEM] {
            let name = traffic.tables[at].table.name.to_string();
            let lanes = report.tally.tables.get(&name).copied().unwrap_or_default();
            missed |= lanes.missed > 0;
            let doubt = doubts_of(&lanes);
            if !doubt.is_empty() {
                doubts.push(format!("{name}: {doubt}"));
                continue;
            }
            differences.extend(difference(before, &found, (at, &lanes)).map(|why| format!("{name}: {why}")));
        }
        let broken = found.broken_since(before).into_iter().map(str::to_owned);
        // Where others write to the rows of the lanes, what does not hold may be theirs.
        if missed {
            doubts.extend(broken)
        } else {
            differences.extend(broken)
        }
        match (differences.is_empty(), doubts.is_empty()) {
            (false, _) => Err(CheckError::Differs(differences)),
            (true, false) => Err(CheckError::Inconclusive(doubts)),
            (true, true) => Ok(()),
        }
    }
}

/// What differs in a table from what was there before and what the lanes did.
fn difference(before: &Standing, found: &Standing, (at, lanes): (usize, &TableTally)) -> Option<String> {
    let (mut expected, found) = (before.tables[at], found.tables[at]);
    expected.rows += lanes.live;
    expected.digest.merge(lanes.digest);
    if found.rows != expected.rows {
        return Some(miscounted(found.rows, expected.rows));
    }
    (found.digest != expected.digest)
        .then(|| format!("digest {} instead of {}", found.digest, expected.digest))
}
