//! What drawing and hashing values costs.

use criterion::{Criterion, criterion_group, criterion_main};
use loadgen_core::{
    LaneId, Rng, Seed, TableName, Type, Value, column_hash, column_salt, generate, memory::table, row_hash,
};

fn values(criterion: &mut Criterion) {
    let text = |max| Type::Text { max: Some(max), fixed: false };
    let people = table("people")
        .column("id", Type::Int(64))
        .column("first_name", text(50))
        .column("last_name", text(50))
        .column("email", text(100))
        .column("created_at", Type::Timestamp { precision: 6, zoned: true })
        .column("balance", Type::Decimal { precision: 12, scale: 2 });
    let name = TableName::new("public", "people");
    let generators: Vec<_> = people
        .columns
        .iter()
        .map(|column| generate::for_column(&name, column, None).expect("plain types can be filled"))
        .collect();
    let mut rng = Rng::keyed(Seed(1), [0; 3]);
    criterion.bench_function("row of 6 columns", |bencher| {
        bencher
            .iter(|| generators.iter().map(|generator| generator.generate(&mut rng)).collect::<Vec<Value>>());
    });
    let row: Vec<Value> = generators.iter().map(|generator| generator.generate(&mut rng)).collect();
    let salts: Vec<u64> = people.columns.iter().map(|column| column_salt(&column.name)).collect();
    criterion.bench_function("hash of a row of 6 columns", |bencher| {
        bencher.iter(|| {
            row_hash(row.iter().zip(&salts).fold(0, |sum, (v, salt)| sum.wrapping_add(column_hash(*salt, v))))
        });
    });
    let mut seq = 0;
    criterion.bench_function("stream of an operation", |bencher| {
        bencher.iter(|| {
            seq += 1;
            Rng::new(Seed(1), LaneId(7), seq).bits()
        });
    });
}

criterion_group!(benches, values);
criterion_main!(benches);
