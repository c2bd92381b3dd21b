//! Every value fits its column.

use proptest::{
    prelude::{Just, Strategy, any},
    prop_assert, prop_oneof, proptest,
    sample::select,
    strategy::Union,
};

use super::{column, config, table};
use crate::{
    Rng, Seed, Type, Value,
    generate::{for_column, meaning, words::words},
};

pub(super) fn types() -> impl Strategy<Value = Type> {
    let plain: Union<_> = prop_oneof![
        Just(Type::Bool),
        (1u8..=64).prop_map(Type::Int),
        (0u16..200, 0u8..=60).prop_map(|(precision, scale)| Type::Decimal { precision, scale }),
        Just(Type::Real),
        Just(Type::Double),
        (proptest::option::of(0u32..80), any::<bool>())
            .prop_map(|(max, fixed)| Type::Text { max, fixed: fixed && max.is_some() }),
        (proptest::option::of(0u32..80), any::<bool>())
            .prop_map(|(max, fixed)| Type::Bytes { max, fixed: fixed && max.is_some() }),
        Just(Type::Uuid),
        Just(Type::Date),
        (0u8..8).prop_map(Type::Time),
        (0u8..8, any::<bool>()).prop_map(|(precision, zoned)| Type::Timestamp { precision, zoned }),
        (0u8..8).prop_map(Type::Interval),
        Just(Type::Json),
        Just(Type::Enum(["new".to_owned(), "paid".to_owned()].into())),
    ];
    plain.prop_flat_map(|ty| prop_oneof![Just(ty.clone()), Just(Type::Array(Box::new(ty)))])
}

/// Names that mean something, and one that does not.
pub(super) fn names() -> impl Strategy<Value = String> {
    let mut names: Vec<String> = meaning::all().iter().map(|rule| words(rule.name).join("_")).collect();
    names.push("xyzzy".to_owned());
    select(names)
}

/// Whether a value may stand in a column of the type.
pub(super) fn fits(value: &Value, ty: &Type) -> bool {
    let whole = |micros: i64, precision: u8| micros % 10i64.pow(6 - u32::from(precision.min(6))) == 0;
    match (value, ty) {
        (Value::Bool(_), Type::Bool) | (Value::Json(_), Type::Json) => true,
        (Value::Bytes(bytes), Type::Bytes { max, fixed }) => max.is_none_or(|max| {
            let max = max as usize;
            if *fixed { bytes.len() == max } else { bytes.len() <= max }
        }),
        (Value::Int(x), Type::Int(bits)) => {
            let (least, most) = Type::whole_numbers(*bits);
            (least..=most).contains(&i128::from(*x))
        }
        (Value::Decimal(x), Type::Decimal { precision, scale }) => {
            let before = i32::from(*precision) - i32::from(*scale);
            let digits = x.unscaled.unsigned_abs().checked_ilog10().map_or(0, |log| log as i32 + 1);
            x.scale == (*scale).min(38)
                && digits <= 38
                && digits - i32::from(x.scale) <= before.max(-i32::from(x.scale))
        }
        (Value::Real(x), Type::Real) => x.is_finite() && x.to_string().parse() == Ok(*x),
        (Value::Double(x), Type::Double) => x.is_finite() && x.to_string().parse() == Ok(*x),
        (Value::Text(x), Type::Text { max, fixed }) => {
            let short = max.is_none_or(|max| x.chars().count() <= max as usize);
            short && !x.contains('\0') && !(*fixed && x.ends_with(' ')) && (*max == Some(0) || !x.is_empty())
        }
        (Value::Uuid(x), Type::Uuid) => x >> 76 & 0xf == 4 && x >> 62 & 0b11 == 0b10,
        (Value::Date(x), Type::Date) => (-719_162..=2_932_896).contains(x),
        (Value::Time(x), Type::Time(precision)) => (0..86_400_000_000).contains(x) && whole(*x, *precision),
        (Value::Timestamp(x), Type::Timestamp { precision, .. }) => {
            (-62_135_596_800_000_000..253_402_300_800_000_000).contains(x) && whole(*x, *precision)
        }
        (Value::Interval { micros, .. }, Type::Interval(precision)) => whole(*micros, *precision),
        (Value::Text(x), Type::Enum(labels)) => labels.contains(x),
        (Value::Array(items), Type::Array(ty)) => items.len() <= 5 && items.iter().all(|item| fits(item, ty)),
        _ => false,
    }
}

proptest! {
    #[test]
    fn values_fit_their_type_whatever_the_name(ty in types(), name in names(), seed: u64) {
        let generator = for_column(&table(), &column(&name, ty.clone()), None).unwrap();
        prop_assert!(!generator.describe().is_empty());
        for n in 0..20 {
            let value = generator.generate(&mut Rng::keyed(Seed(seed), [n, 0, 0]));
            prop_assert!(fits(&value, &ty), "{:?} is no {:?} ({})", value, ty, generator.describe());
        }
    }

    #[test]
    fn values_stay_between_the_bounds(low in -40_000i64..40_000, span in 0i64..100_000, seed: u64) {
        let bounds = config(&format!(r#"{{"min": {low}, "max": {}}}"#, low + span));
        let decimal = Type::Decimal { precision: 10, scale: 2 };
        for ty in [Type::Int(32), Type::Int(64), decimal, Type::Real, Type::Double] {
            let generator = for_column(&table(), &column("price", ty), Some(&bounds)).unwrap();
            let number = match generator.generate(&mut Rng::keyed(Seed(seed), [0; 3])) {
                Value::Int(x) => x as f64,
                Value::Decimal(x) => x.unscaled as f64 / 100.0,
                Value::Real(x) => f64::from(x),
                Value::Double(x) => x,
                other => panic!("{other:?}"),
            };
            prop_assert!(low as f64 <= number && number <= (low + span) as f64, "{}", number);
        }
    }

    #[test]
    fn lengths_are_kept(min in 0u32..100, more in 0u32..100, fixed: bool, seed: u64) {
        let lengths = config(&format!(r#"{{"min_length": {min}, "max_length": {}}}"#, min + more));
        let text = Type::Text { max: Some(250), fixed };
        for ty in [text, Type::Text { max: None, fixed: false }, Type::BYTES] {
            let generator = for_column(&table(), &column("notes", ty), Some(&lengths)).unwrap();
            let length = match generator.generate(&mut Rng::keyed(Seed(seed), [0; 3])) {
                Value::Text(text) => text.chars().count(),
                Value::Bytes(bytes) => bytes.len(),
                other => panic!("{other:?}"),
            };
            prop_assert!((min..=min + more).contains(&(length as u32)), "{}", length);
        }
    }
}

#[test]
fn lengths_between_two_that_the_plan_file_gives_all_come_up() {
    let lengths = config(r#"{"min_length": 5, "max_length": 300}"#);
    for ty in [Type::Text { max: None, fixed: false }, Type::BYTES] {
        let generator = for_column(&table(), &column("notes", ty), Some(&lengths)).unwrap();
        let length = |nth: u64| match generator.generate(&mut Rng::keyed(Seed(1), [nth, 0, 0])) {
            Value::Text(text) => text.chars().count(),
            Value::Bytes(bytes) => bytes.len(),
            other => panic!("{other:?}"),
        };
        let mut all: Vec<usize> = (0..1_000).map(length).collect();
        all.sort_unstable();
        assert!(all[0] < 12 && all[999] > 290 && (130..180).contains(&all[500]), "{all:?}");
    }
}

#[test]
fn every_rule_can_be_read() {
    for rule in meaning::all() {
        assert!(crate::generate::by_meaning::check(&rule).is_some(), "{rule:?}");
    }
}

#[test]
fn nulls_come_where_they_may() {
    let share = |nullable, config: Option<&str>| {
        let column = crate::Column { nullable, ..column("n", Type::Int(32)) };
        let config = config.map(super::config);
        let generator = for_column(&table(), &column, config.as_ref()).unwrap();
        let rng = &mut Rng::keyed(Seed(1), [0; 3]);
        (0..10_000).filter(|_| generator.generate(rng).is_null()).count()
    };
    assert_eq!(share(false, None), 0);
    assert!((800..1_200).contains(&share(true, None)));
    assert_eq!(share(true, Some(r#"{"choice": [1]}"#)), 0);
    assert_eq!(share(true, Some(r#"{"null_ratio": 1}"#)), 10_000);
    assert!((4_500..5_500).contains(&share(true, Some(r#"{"min": 1, "null_ratio": 0.5}"#))));
}

#[test]
fn weights_are_kept() {
    let weighted = config(r#"{"choice": ["a", "b", "c"], "weights": [8, 2, 0]}"#);
    let generator = for_column(&table(), &column("x", super::text(1)), Some(&weighted)).unwrap();
    let rng = &mut Rng::keyed(Seed(1), [0; 3]);
    let mut counts = [0; 3];
    for _ in 0..10_000 {
        match generator.generate(rng) {
            Value::Text(text) => counts[(text.as_bytes()[0] - b'a') as usize] += 1,
            other => panic!("{other:?}"),
        }
    }
    assert!((7_700..8_300).contains(&counts[0]) && counts[2] == 0, "{counts:?}");
}
