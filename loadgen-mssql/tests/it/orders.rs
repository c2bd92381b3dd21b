//! `orders` on a server that executes it, with others at work on the same rows.

use std::time::Duration;

use loadgen_core::{
    CheckError, Report, Run, RunError, SqlSession, Target,
    ledger::{Header, Ledger, LedgerOptions},
    migration::apply,
    orders::{Orders, OrdersConfig},
};
use loadgen_mssql::{MssqlSession, MssqlTarget, orders::migrations};

use crate::support::Server;

/// How many operations; `LOADGEN_ORDERS=100000` is the full number.
fn operations() -> u64 {
    std::env::var("LOADGEN_ORDERS").ok().and_then(|number| number.parse().ok()).unwrap_or(5_000)
}

fn run(target: &MssqlTarget, seed: u64) -> Run<Orders<MssqlTarget>> {
    let workload = Orders::new(OrdersConfig::default(), migrations());
    Run::new(target.clone(), workload).seed(seed).lanes(32).connections(8)
}

/// Fails if a query has rows.
async fn none(session: &mut MssqlSession, query: &str, what: &str) {
    session.execute(&format!("if exists ({query}) throw 50001, '{what}', 1")).await.unwrap();
}

/// What has to hold of every database that the workload has written, whatever else happened to it.
async fn hold(session: &mut MssqlSession) {
    let torn = "select o.OrderId from Orders o left join OrderItems i on i.OrderId = o.OrderId
        group by o.OrderId, o.TotalAmount
        having coalesce(sum(i.Quantity * i.UnitPrice), 0) <> o.TotalAmount or o.TotalAmount <= 0";
    none(session, torn, "orders that are not worth their items").await;
    let alone = "select 1 from Customers c where not exists (select 1 from Orders o where o.CustomerId = c.CustomerId)";
    none(session, alone, "customers without a first order").await;
}

#[tokio::test]
async fn orders_hold_from_eight_connections_and_the_digest_is_that_of_one() {
    let Some(server) = Server::of_the_environment() else { return };
    let mut digests = Vec::new();
    for connections in [8, 1] {
        let (target, mut session) = server.database("").await;
        let run = run(&target, 3).operations(operations()).connections(connections).check();
        let report: Report = run.execute().await.unwrap_or_else(|error| panic!("{error:?}"));
        assert!(report.errors.is_empty(), "{:?}", report.errors);
        hold(&mut session).await;
        digests.push(report.tally.history);
    }
    assert_eq!(digests[0], digests[1]);
    server.clean().await;
}

#[tokio::test]
async fn no_status_goes_back_and_no_item_leaves_a_shipped_order_whoever_else_writes() {
    let Some(server) = Server::of_the_environment() else { return };
    let (target, mut session) = server.database("").await;
    apply(&mut session, &migrations()).await.unwrap();
    for batch in include_str!("orders/audit.sql").split("\nGO\n") {
        session.execute(batch).await.unwrap();
    }
    let meddling = tokio::spawn(meddle(target.connect().await.unwrap()));
    let (one, other) = tokio::join!(
        run(&target, 1).operations(operations() / 2).execute(),
        run(&target, 2).operations(operations() / 2).execute()
    );
    meddling.abort();
    for report in [one.unwrap(), other.unwrap()] {
        assert_eq!(report.outcomes().aborted, 0, "{:?}", report.errors);
        let skipped = report.skips.get("somebody else has changed the row").copied().unwrap_or_default();
        assert!(skipped > 0, "nobody was in the way: {:?}", report.skips);
        let cut = report.scenarios["delete_item"].rows.deleted;
        assert!(cut > 0, "no item was taken out: {:?}", report.skips);
    }
    hold(&mut session).await;
    none(&mut session, "select 1 from moves where after_rank <= before_rank", "a status went back").await;
    none(&mut session, "select 1 from removals where rank > 2", "an item left an order that was shipped")
        .await;
    none(&mut session, "select 1 where not exists (select 1 from removals)", "no item was taken out").await;
    server.clean().await;
}

/// Somebody who advances some orders, and cancels others, as fast as he can. He may be the victim of a deadlock.
async fn meddle(mut session: MssqlSession) {
    let sql = "update Orders set Status = case when OrderId % 2 = 0 then 'Cancelled' when Status = 'Pending' then 'Processing'
                 else 'Shipped' end
               where OrderId in (select top 2 OrderId from Orders where Status in ('Pending', 'Processing') order by OrderId desc)";
    loop {
        if let Err(failure) = session.execute(sql).await {
            assert!(!failure.breaks_session(), "{failure}");
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_ledger_of_orders_is_kept() {
    let Some(server) = Server::of_the_environment() else { return };
    let (target, mut session) = server.database("").await;
    let directory = tempfile::tempdir().unwrap();
    let ledger = Ledger::create(directory.path(), LedgerOptions::default()).unwrap();
    let workload = Orders::new(OrdersConfig::default(), migrations()).traced(ledger, Header::named("run"));
    let run =
        Run::new(target.clone(), workload).seed(3).lanes(32).connections(8).operations(operations() / 5);
    let report = run.check().execute().await.unwrap_or_else(|error| panic!("{error:?}"));
    assert_eq!((report.fatal.as_ref(), report.errors.len()), (None, 0), "{:?}", report.errors);
    hold(&mut session).await;
    server.clean().await;
}

#[tokio::test]
async fn connections_that_are_lost_leave_nothing_torn_and_nothing_counted_that_is_not_known() {
    let Some(server) = Server::of_the_environment() else { return };
    let (target, mut session) = server.database("").await;
    apply(&mut session, &migrations()).await.unwrap();
    let killer = tokio::spawn(kill(session));
    let ended = run(&target, 6).operations(operations() / 5).check().execute().await;
    killer.abort();
    let report = match ended {
        Ok(report) => report,
        Err(RunError::Check { source: CheckError::Inconclusive(doubts), report, .. }) => {
            assert!(doubts.iter().all(|doubt| doubt.contains("of unknown outcome")), "{doubts:?}");
            *report
        }
        Err(error) => panic!("{error:?}"),
    };
    assert!(report.counts.reconnects > 5, "{:?}", report.counts);
    let mut session = target.connect().await.unwrap();
    hold(&mut session).await;
    // Babelfish has its own way with letters.
    let known =
        report.tally.tables.iter().find(|(name, _)| name.to_lowercase() == "dbo.customers").unwrap().1;
    let (least, most) = (known.live, known.live + known.unknown);
    let others = format!("select 1 where (select count(*) from Customers) not between {least} and {most}");
    none(&mut session, &others, "customers that nobody knows of").await;
    server.clean().await;
}

#[tokio::test]
async fn a_ledger_settles_whatever_was_lost_with_its_connection() {
    let Some(server) = Server::of_the_environment() else { return };
    let (target, mut session) = server.database("").await;
    apply(&mut session, &migrations()).await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let ledger = Ledger::create(directory.path(), LedgerOptions::default()).unwrap();
    let workload = Orders::new(OrdersConfig::default(), migrations()).traced(ledger, Header::named("run"));
    let killer = tokio::spawn(kill(session));
    let traced =
        Run::new(target.clone(), workload).seed(6).lanes(32).connections(8).operations(operations() / 5);
    let report = traced.check().execute().await.unwrap_or_else(|error| panic!("{error:?}"));
    killer.abort();
    assert_eq!((report.fatal.as_ref(), report.outcomes().indeterminate), (None, 0), "{:?}", report.errors);
    assert!(report.counts.reconnects > 5, "{:?}", report.counts);
    hold(&mut target.connect().await.unwrap()).await;
    let (calm, _) = server.database("").await;
    let calm = run(&calm, 6).operations(operations() / 5).execute().await.unwrap();
    assert_eq!(report.tally.history, calm.tally.history, "the same was done, at last");
    server.clean().await;
}

/// Ends some of the run's connections, one after the other, from its first customers on.
async fn kill(mut session: MssqlSession) {
    let sql =
        "declare @id int = (select top 1 session_id from sys.dm_exec_sessions where program_name = 'loadgen'
                   and session_id <> @@spid and database_id = db_id() order by newid());
               declare @kill nvarchar(40) = concat('kill ', @id);
               if @id is not null and exists (select 1 from Customers) exec(@kill)";
    for _ in 0..60 {
        // One that has just gone is no session any more.
        if let Err(failure) = session.execute(sql).await {
            assert!(failure.message.contains("is not an active process ID"), "{failure}");
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
