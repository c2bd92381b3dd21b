//! Is everything in a replica that was committed, once and in order? A test of your own that says so: two servers that are gone
//! afterwards, logical replication between them, traffic with a ledger, and a verifier that holds the replica against it.

use std::{error::Error, path::Path, time::Duration};

use loadgen_core::{
    Run, SqlSession, Target,
    crud::{Crud, CrudConfig},
    ledger::{Header, Ledger, LedgerOptions, LedgerReader},
    verify::{Check, Sink, Verdict, Verification, Verifier, VerifyOptions, observe_copy},
};
use loadgen_pg::{PgSession, PgSettings, PgTarget, server::Server};

const SCHEMA: &str = "create table users (id bigserial primary key, email varchar(80) not null unique, born date);
    create table orders (id uuid primary key, user_id bigint not null references users, total numeric(10, 2) not null)";

#[tokio::test]
async fn the_replica_has_every_change() -> Result<(), Box<dyn Error>> {
    let (publisher, subscriber) = (Server::start().await?, Server::start().await?);
    let address = publisher.create_database("shop").await?;
    let target = PgTarget::new(PgSettings::from_url(&address)?);
    let copy = PgTarget::new(PgSettings::from_url(&subscriber.create_database("shop").await?)?);
    let (mut source, mut replica) = (target.connect().await?, copy.connect().await?);

    // Both sides have the tables, and the one of markers, which tells how far the replica has come: it is replicated, too.
    for session in [&mut source, &mut replica] {
        session.execute(SCHEMA).await?;
        session.marker_table().await?;
    }
    source.execute("create publication everything for all tables").await?;
    replica
        .execute(&format!("create subscription copy connection '{address}' publication everything"))
        .await?;

    // Every transaction is written down before it is committed.
    let directory = tempfile::tempdir()?;
    let ledger = Ledger::create(directory.path(), LedgerOptions::default())?;
    let traffic = Crud::new(CrudConfig::default()).traced(ledger, Header::named("a test"));
    Run::new(target, traffic).seed("black friday").connections(4).operations(2_000).execute().await?;

    let found = verified(directory.path(), &mut replica).await?;
    assert_eq!(found.verdict, Verdict::Pass, "{found:#?}");

    // A replica of which somebody has lost a row is found out.
    replica.execute("delete from orders where id = (select id from orders limit 1)").await?;
    let found = verified(directory.path(), &mut replica).await?;
    assert_eq!((found.verdict, found.checks[&Check::Lost]), (Verdict::Fail, 1), "{found:#?}");
    Ok(())
}

/// Waits for the replica to come as far as the ledger, and compares every row.
async fn verified(ledger: &Path, replica: &mut PgSession) -> Result<Verification, Box<dyn Error>> {
    let mut verifier = Verifier::new(LedgerReader::open(ledger)?, Sink::State, VerifyOptions::default())?;
    observe_copy(replica, Duration::from_secs(60), &mut verifier).await?;
    Ok(verifier.finish()?)
}
