//! What the engine itself costs an operation, on a target that does nothing.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use loadgen_benches::{Draws, Null};
use loadgen_core::{Run, Weights};

const OPERATIONS: u64 = 200_000;

fn engine(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut group = criterion.benchmark_group("engine");
    group.throughput(Throughput::Elements(OPERATIONS)).sample_size(20);
    for lanes in [1, 64, 500] {
        group.bench_function(format!("null target, {lanes} lanes, one core"), |bencher| {
            bencher.iter(|| {
                let run = Run::new(Null, Draws).lanes(lanes).connections(1).operations(OPERATIONS);
                runtime.block_on(run.execute()).expect("a run that cannot fail")
            });
        });
    }
    group.finish();
    let weights = Weights::new(&[3, 2, 1, 40, 30, 15, 10, 5]).expect("weights above zero");
    let mut rng = loadgen_core::Rng::keyed(1.into(), [0; 3]);
    criterion.bench_function("weighted pick", |bencher| bencher.iter(|| weights.pick(&mut rng)));
}

criterion_group!(benches, engine);
criterion_main!(benches);
