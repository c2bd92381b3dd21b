//! Memory does not grow with the length of a run. A binary of its own, because it looks at its whole process.
#![allow(clippy::unwrap_used, reason = "the lint spares only the test functions themselves")]
#![cfg(target_os = "linux")]

use loadgen_core::{
    Run, Type,
    crud::{Crud, CrudConfig, OperationWeights},
    memory::{Memory, table},
};

/// Resident memory of this process, MiB.
fn resident_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
}

/// LOADGEN_FOOTPRINT_OPERATIONS=5000000 makes an hour's worth of it.
fn operations() -> u64 {
    std::env::var("LOADGEN_FOOTPRINT_OPERATIONS").map_or(400_000, |text| text.parse().unwrap())
}

#[test]
fn five_hundred_lanes_stay_flat_however_long_they_run() {
    let text = Type::Text { max: Some(40), fixed: false };
    let accounts = table("accounts").serial("id").column("owner", text).column("balance", Type::Int(64));
    let memory = Memory::new([accounts.primary_key(["id"])]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let run = |operations| {
        // As many rows go as come, so that what is measured is the run and not the rows.
        let even = OperationWeights { insert: 1, update: 1, delete: 1 };
        let config = CrudConfig { operations: Some(even), ..CrudConfig::default() };
        let run =
            Run::new(memory.clone(), Crud::new(config)).lanes(500).connections(8).operations(operations);
        let report = runtime.block_on(run.execute()).unwrap();
        assert_eq!(report.completed(), operations);
        resident_mib()
    };
    let early = run(operations() / 10);
    let late = run(operations());
    println!(
        "resident after {} operations: {early:.1} MiB, after {}: {late:.1} MiB",
        operations() / 10,
        operations()
    );
    assert!(late < 100.0, "{late:.1} MiB");
    assert!(late < early + 20.0, "from {early:.1} MiB to {late:.1} MiB");
}
