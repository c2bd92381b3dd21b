//! Distinct values are distinct, fit, and end at their capacity.

use std::collections::HashSet;

use proptest::{prop_assert, prop_assert_eq, prop_assert_ne, proptest};

use super::{
    column, config,
    fits::{fits, names, types},
    text,
};
use crate::{
    Column, Seed, Type, Value,
    generate::{ColumnConfig, Distinct},
};

fn distinct(column: &Column, config: Option<&ColumnConfig>) -> Distinct {
    Distinct::new(column, config, Seed(7), 1).unwrap()
}

/// All values of a small domain.
fn all(name: &str, ty: Type, json: Option<&str>) -> Vec<Value> {
    let config = json.map(config);
    let values = distinct(&column(name, ty), config.as_ref());
    let count = u64::try_from(values.capacity()).unwrap();
    assert_eq!(values.value(count), None);
    let all: Vec<Value> = (0..count).map(|index| values.value(index).unwrap()).collect();
    let once: HashSet<String> = all.iter().map(|value| format!("{value:?}")).collect();
    assert_eq!(once.len(), all.len());
    all
}

proptest! {
    #[test]
    fn two_indexes_never_give_one_value(ty in types(), name in names(), seed: u64, one: u64, other: u64) {
        let values = Distinct::new(&column(&name, ty.clone()), None, Seed(seed), 1).unwrap();
        let capacity = values.capacity();
        prop_assert_eq!(values.value(u64::MAX).is_some(), capacity > u128::from(u64::MAX));
        if capacity > 0 {
            let below = |index: u64| (u128::from(index) % capacity) as u64;
            let (one, other) = (below(one), below(other));
            let value = values.value(one).unwrap();
            prop_assert!(fits(&value, &ty), "{:?} is no {:?}", value, ty);
            let next = if one == other { (one + 1) % capacity.min(1 << 60) as u64 } else { other };
            if one != next {
                prop_assert_ne!(value, values.value(next).unwrap());
            }
        }
    }

    #[test]
    fn neighbours_differ_even_in_lower_case(name in names(), seed: u64, from in 0u64..1 << 20) {
        let values = Distinct::new(&column(&name, text(60)), None, Seed(seed), 1).unwrap();
        let from = (u128::from(from) % (values.capacity() - 50)) as u64;
        let texts: HashSet<String> = (from..from + 50)
            .map(|index| match values.value(index) {
                Some(Value::Text(text)) => text.to_lowercase(),
                other => panic!("{other:?}"),
            })
            .collect();
        prop_assert_eq!(texts.len(), 50);
    }
}

#[test]
fn small_domains_are_used_up_exactly() {
    assert_eq!(all("id", Type::Int(16), None).len(), 32_767);
    assert_eq!(all("x", text(1), None).len(), 36);
    assert_eq!(all("x", text(2), None).len(), 1_296);
    assert_eq!(all("x", Type::Bool, None).len(), 2);
    assert_eq!(all("x", Type::Enum(["a".to_owned(), "b".to_owned()].into()), None).len(), 2);
    assert_eq!(all("x", Type::Int(32), Some(r#"{"choice": [3, 1, 3]}"#)), [Value::Int(3), Value::Int(1)]);
    assert_eq!(all("x", Type::Int(32), Some(r#"{"min": -2, "max": 0}"#)), []);
    assert_eq!(all("x", Type::Int(32), Some(r#"{"max": 3}"#)), [1, 2, 3].map(Value::Int));
    assert_eq!(all("x", Type::Int(32), Some(r#"{"min": 8, "max": 9}"#)), [8, 9].map(Value::Int));
    assert_eq!(all("x", Type::Decimal { precision: 3, scale: 2 }, None).len(), 1_000);
    assert_eq!(all("x", Type::Time(0), None).len(), 86_400);
    assert_eq!(all("x", Type::BYTES, Some(r#"{"max_length": 1}"#)).len(), 256);
    assert_eq!(all("x", Type::Array(Box::new(Type::Bool)), None).len(), 2);
}

#[test]
fn another_seed_gives_other_values() {
    let sample = |seed, name: &str, ty: Type| {
        let values = Distinct::new(&column(name, ty), None, Seed(seed), 1).unwrap();
        (0..4).map(|index| format!("{:?}", values.value(index))).collect::<Vec<_>>()
    };
    let timestamp = Type::Timestamp { precision: 6, zoned: true };
    for (name, ty) in [("email", text(60)), ("x", text(9)), ("x", Type::Uuid), ("x", timestamp)] {
        assert_ne!(sample(1, name, ty.clone()), sample(2, name, ty));
    }
}

#[test]
fn integers_come_in_order_from_the_start() {
    let values = Distinct::new(&column("id", Type::Int(64)), None, Seed(1), 501).unwrap();
    assert_eq!([values.value(0), values.value(9)], [Some(Value::Int(501)), Some(Value::Int(510))]);
}

fn in_table(table: &str, name: &str, ty: Type) -> Vec<String> {
    let values = distinct(&column(name, ty), None).in_table(&crate::TableName::new("public", table), name);
    (0..4).filter_map(|index| values.value(index)).map(|value| value.to_string()).collect()
}

#[test]
fn unique_names_look_like_what_their_table_is_about() {
    let products = ["Chair", "Lamp", "Mug", "Drill", "Bench"];
    for table in ["roles", "widgets", "teams", "cities", "departments", "customers"] {
        let names = in_table(table, "name", text(80));
        assert!(names.iter().all(|name| !products.iter().any(|product| name.contains(product))), "{names:?}");
    }
    let cities = in_table("cities", "name", text(80));
    assert!(cities.iter().all(|city| city.split(' ').count() >= 2), "a city and a code: {cities:?}");
    let short = in_table("widgets", "name", text(6));
    assert!(short.iter().all(|name| name.len() <= 6), "{short:?}");
}

#[test]
fn codes_of_countries_are_codes_of_countries() {
    for ty in [text(9), Type::Text { max: Some(2), fixed: true }] {
        let codes = in_table("countries", "code", ty);
        assert!(
            codes.iter().all(|code| code.len() == 2 && code.chars().all(|c| c.is_ascii_uppercase())),
            "{codes:?}"
        );
    }
    assert_eq!(in_table("countries", "code", Type::Text { max: Some(3), fixed: true })[0].len(), 3);
}
