//! What 500 lanes with a million live keys weigh, and what a rate costs: one figure a line.

use std::{process::ExitCode, time::Duration};

use loadgen_benches::{Acknowledge, Draws, Null};
use loadgen_core::{
    Pace, Run, RunError,
    crud::{Crud, CrudConfig, OperationWeights, RowCounts},
};

fn resident_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kib =
        status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.split_whitespace().next()?.parse().ok());
    kib.unwrap_or(f64::NAN) / 1024.0
}

async fn figures() -> Result<(), RunError> {
    println!("at rest: {:.1} MiB", resident_mib());
    let operations = OperationWeights { insert: 1, update: 0, delete: 0 };
    let rows = RowCounts { insert: 10, ..RowCounts::default() };
    let config = CrudConfig { operations: Some(operations), rows, ..CrudConfig::default() };
    let keys =
        Run::new(Acknowledge::default(), Crud::new(config)).lanes(500).connections(8).operations(100_000);
    let progress = keys.progress();
    let watch = tokio::spawn(async move {
        let mut most: f64 = 0.0;
        while progress.snapshot().outcomes.committed < 100_000 {
            most = most.max(resident_mib());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        most.max(resident_mib())
    });
    let report = keys.execute().await?;
    let live: u64 = report.tally.tables.values().map(|table| table.live).sum();
    println!("500 lanes, {live} live keys: at most {:.1} MiB", watch.await.unwrap_or(f64::NAN));
    for rate in ["1k/s", "10k/s", "100k/s"] {
        let pace = Pace::Constant(rate.parse().unwrap_or_else(|_| unreachable!("a rate")));
        let run = Run::new(Null, Draws).connections(2).threads(2).pace(pace).duration(Duration::from_secs(5));
        let report = run.execute().await?;
        let achieved = report.counts.offered as f64 / report.duration.as_secs_f64();
        let lag = report.lag_us();
        println!(
            "{rate}: planned {}, offered {}, {achieved:.1}/s, lag p50 {} us, p99 {} us",
            report.counts.planned,
            report.counts.offered,
            lag.value_at_quantile(0.5),
            lag.value_at_quantile(0.99)
        );
    }
    Ok(())
}

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    match runtime.map(|runtime| runtime.block_on(figures())) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        other => {
            eprintln!("{other:?}");
            ExitCode::FAILURE
        }
    }
}
