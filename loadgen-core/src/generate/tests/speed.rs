//! An ad-hoc measure: `cargo test --release -p loadgen-core row_costs -- --ignored --nocapture`.

use std::{hint::black_box, time::Instant};

use super::{column, generator, text};
use crate::{LaneId, Rng, Seed, Type, generate::Distinct};

#[test]
#[ignore = "a measure, not a test"]
fn what_a_row_costs() {
    let row = [
        ("x", Type::Int(32)),
        ("first_name", text(50)),
        ("last_name", text(50)),
        ("email", text(100)),
        ("created_at", Type::Timestamp { precision: 6, zoned: true }),
        ("price", Type::Decimal { precision: 10, scale: 2 }),
    ];
    let generators: Vec<_> = row.iter().map(|(name, ty)| generator(name, ty.clone())).collect();
    let measure = |what: &str, run: &dyn Fn(&mut Rng)| {
        let rounds = if what.starts_with("finding") { 100 } else { 20_000 };
        let mut best = u128::MAX;
        for _ in 0..100 {
            let start = Instant::now();
            (0..rounds).for_each(|seq| run(&mut Rng::new(Seed(1), LaneId(1), seq)));
            best = best.min(start.elapsed().as_nanos());
        }
        println!("{what}: {:.1} ns", best as f64 / rounds as f64);
    };
    measure("finding a generator", &|_| drop(black_box(generator("customer_email_address", text(50)))));
    measure("finding none", &|_| drop(black_box(generator("some_other_thing", text(50)))));
    measure("nothing but the stream", &|rng| {
        black_box(rng.bits());
    });
    measure("the row", &|rng| {
        generators.iter().for_each(|generator| drop(black_box(generator.generate(rng))));
    });
    for (name, ty) in row.iter().cloned().chain([("notes", text(200)), ("x", Type::Json), ("x", Type::Uuid)])
    {
        let (one, distinct) =
            (generator(name, ty.clone()), Distinct::new(&column(name, ty), None, Seed(1), 1).unwrap());
        measure(name, &|rng| drop(black_box(one.generate(rng))));
        measure("  unique", &|rng| drop(black_box(distinct.value(rng.bits() >> 40))));
    }
}
