//! Runs of `orders` that keep a ledger.

use std::path::Path;

use loadgen_core::{
    Report, RetryPolicy, Run,
    ledger::{Header, Ledger, LedgerOptions},
    memory::{Faults, Memory},
    orders::{Orders, OrdersConfig},
};

use super::{every, replay::Replay};
use crate::orders::shop;

async fn run(memory: &Memory, directory: &Path) -> Report {
    let ledger =
        Ledger::create(directory, LedgerOptions { journals: 4, ..LedgerOptions::default() }).unwrap();
    let workload = Orders::new(OrdersConfig::default(), Vec::new()).traced(ledger, Header::named("r"));
    let quick = RetryPolicy { base: std::time::Duration::from_micros(10), ..RetryPolicy::default() };
    let run = Run::new(memory.clone(), workload).retry(quick).seed(7).lanes(16).connections(4);
    run.operations(2_000).check().execute().await.unwrap()
}

#[tokio::test]
async fn the_ledger_of_orders_says_exactly_what_is_there_whatever_is_lost() {
    let mut digests = Vec::new();
    for faults in [Faults::none(), every(7), every(2)] {
        let (memory, directory) = (shop().with_faults(faults), tempfile::tempdir().unwrap());
        let report = run(&memory, directory.path()).await;
        let outcomes = report.outcomes();
        assert_eq!((outcomes.indeterminate, outcomes.aborted), (0, 0), "{outcomes:?}");
        let replay = Replay::read(directory.path());
        replay.is_what_is_in(&memory).await;
        for (table, tally) in &report.tally.tables {
            assert_eq!((tally.live, tally.unknown), (replay.rows(table), 0), "{table}");
        }
        digests.push((report.tally.history, replay.resolved > 100));
    }
    let untraced = Run::new(shop(), Orders::new(OrdersConfig::default(), Vec::new())).seed(7).lanes(16);
    let history = untraced.operations(2_000).execute().await.unwrap().tally.history;
    assert_eq!(digests, [(history, false), (history, true), (history, true)]);
}
