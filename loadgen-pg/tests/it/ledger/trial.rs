//! A server, a proxy in front of it, and a traced run that goes through the proxy.

use std::time::Duration;

use loadgen_core::{
    RetryPolicy, Run, SqlSession, Target,
    crud::{Crud, CrudConfig, RowCounts},
    ledger::{Header, Ledger, LedgerOptions},
};
use loadgen_pg::{PgSession, PgSettings, PgTarget, server::Server};
use tempfile::TempDir;

use super::{
    book::Book,
    proxy::{Fate, Proxy, Sent},
};
use crate::waiting::{holds, until};

/// A shop, and a trigger that notes each move of a marker in the transaction that moves it.
const SHOP: &str = "create table customers (id bigint generated always as identity primary key, name text not null);
    create table orders (id uuid primary key, customer_id bigint not null references customers, total numeric(10, 2),
        placed_at timestamptz not null);
    create table visits (page text, nth int, seconds int not null, primary key (page, nth));
    create table loadgen_lane (run_id text, lane bigint, last_seq bigint not null, epoch bigint not null,
        primary key (run_id, lane));
    create schema aside;
    create table aside.moves (lane bigint, seq bigint, primary key (lane, seq));
    create function aside.note() returns trigger language plpgsql as
        'begin insert into aside.moves values (new.lane, new.last_seq); return null; end';
    create trigger note after update of last_seq on loadgen_lane for each row execute function aside.note()";

pub(super) struct Trial {
    pub(super) server: Server,
    pub(super) proxy: Proxy,
    directory: TempDir,
}

impl Trial {
    /// What the plan says holds for the run alone.
    pub(super) async fn new(plan: impl Fn(Sent) -> Fate + Send + Sync + 'static) -> Trial {
        let server = Server::start().await.unwrap();
        server.create_database("shop").await.unwrap();
        let (proxy, directory) = (Proxy::start(&server, plan), tempfile::tempdir().unwrap());
        let trial = Trial { server, proxy, directory };
        trial.observer().await.execute(SHOP).await.unwrap();
        trial
    }

    /// A run whose answers may take so long.
    pub(super) fn run(&self, deadline: Duration) -> Run<Crud<PgTarget>> {
        let url = self.proxy.url(&self.server, "shop");
        let target = PgTarget::new(PgSettings::from_url(&url).unwrap()).with_statement_deadline(deadline);
        let options = LedgerOptions { journals: 4, segment: 256 << 10, ..LedgerOptions::default() };
        let ledger = Ledger::create(self.directory.path(), options).unwrap();
        let header = Header { run: "run".to_owned(), ..Header::default() };
        let rows = RowCounts { insert: 3, update: 2, delete: 1 };
        let config = CrudConfig { rows, schemas: vec!["public".to_owned()], ..CrudConfig::default() };
        let quick = Duration::from_millis(1);
        let retry = RetryPolicy { base: quick, cap: quick * 50, ..RetryPolicy::default() };
        let run = Run::new(target, Crud::new(config).traced(ledger, header)).retry(retry);
        run.seed(3).lanes(12).connections(4).grace(Duration::from_secs(60)).check()
    }

    /// A session that does not go through the proxy, as soon as there is one to be had.
    pub(super) async fn observer(&self) -> PgSession {
        let target = PgTarget::new(PgSettings::from_url(&self.server.database_url("shop")).unwrap());
        loop {
            match target.connect().await {
                Ok(session) => return session,
                Err(failure) => assert!(failure.breaks_session(), "{failure}"),
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Until the run has begun to write: what it has to know before, it asks once.
    pub(super) async fn is_under_way(&self) {
        let (mut observer, some) = (self.observer().await, "select count(*) > 50 from aside.moves");
        until("it is under way", async || holds(&mut observer, some).await).await;
    }

    /// The ledger, held against the database.
    pub(super) async fn book(&self) -> Book {
        let book = Book::read(self.directory.path());
        book.is_what_is_in(&mut self.observer().await).await;
        book
    }
}

/// A number that the environment may raise.
pub(super) fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|number| number.parse().ok()).unwrap_or(otherwise)
}
