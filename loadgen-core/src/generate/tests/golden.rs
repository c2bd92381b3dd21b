//! Fixed values of a fixed seed, so that a change of any list, rule or draw is seen.

use std::fmt::Write;

use super::{column, generator, text};
use crate::{
    Rng, Seed, Type,
    generate::{Distinct, meaning, meaning::Kind, words::words},
};

const GOLDEN: &str = include_str!("golden.txt");

/// A column of each type without a meaning.
fn types() -> Vec<Type> {
    let enumerated = Type::Enum(["new".to_owned(), "paid".to_owned(), "shipped".to_owned()].into());
    vec![
        Type::Bool,
        Type::Int(16),
        Type::Int(32),
        Type::Int(64),
        Type::Decimal { precision: 10, scale: 2 },
        Type::Decimal { precision: 38, scale: 38 },
        Type::Real,
        Type::Double,
        text(4),
        text(40),
        Type::Text { max: Some(10), fixed: true },
        Type::Text { max: None, fixed: false },
        Type::BYTES,
        Type::Uuid,
        Type::Date,
        Type::Time(3),
        Type::Timestamp { precision: 6, zoned: true },
        Type::Timestamp { precision: 0, zoned: false },
        Type::Interval(6),
        Type::Json,
        enumerated,
        Type::Array(Box::new(text(8))),
    ]
}

/// The type in which a meaning shows.
fn shown(kind: Kind) -> Type {
    match kind {
        Kind::Text | Kind::Unique | Kind::Thing | Kind::Prose => text(200),
        Kind::Number => Type::Double,
        Kind::Date => Type::Date,
        Kind::Bool => Type::Bool,
    }
}

fn lines(out: &mut String, name: &str, ty: Type) {
    let generator = generator(name, ty.clone());
    let distinct = Distinct::new(&column(name, ty.clone()), None, Seed(42), 1).unwrap();
    let rng = &mut Rng::keyed(Seed(42), [0; 3]);
    writeln!(out, "{name} {ty:?}: {}", generator.describe()).unwrap();
    (0..3).for_each(|_| writeln!(out, "  {:?}", generator.generate(rng)).unwrap());
    (0..2).for_each(|index| writeln!(out, "  unique {:?}", distinct.value(index)).unwrap());
}

#[test]
fn values_never_change() {
    let mut out = String::new();
    types().into_iter().for_each(|ty| lines(&mut out, "x", ty));
    let mut seen = std::collections::HashSet::new();
    for rule in meaning::all() {
        if seen.insert((rule.name, format!("{:?}", shown(rule.kind)))) {
            lines(&mut out, &words(&rule.name.replace('*', "so")).join("_"), shown(rule.kind));
        }
    }
    if std::env::var_os("LOADGEN_BLESS").is_some() {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/src/generate/tests/golden.txt"), &out).unwrap();
        return;
    }
    for (number, (now, before)) in out.lines().zip(GOLDEN.lines()).enumerate() {
        assert_eq!(now, before, "line {} of golden.txt; LOADGEN_BLESS=1 writes it anew", number + 1);
    }
    assert_eq!(out.lines().count(), GOLDEN.lines().count());
}
