use std::sync::Arc;

use loadgen_core::{Decimal, Type, Value};
use proptest::prelude::*;

use super::*;

/// Every type that travels, with its number.
fn types() -> Vec<(Type, u32)> {
    vec![
        (Type::Bool, oid::BOOL),
        (Type::Int(16), oid::INT2),
        (Type::Int(32), oid::INT4),
        (Type::Int(64), oid::INT8),
        (Type::Real, oid::FLOAT4),
        (Type::Double, oid::FLOAT8),
        (Type::Decimal { precision: 38, scale: 9 }, oid::NUMERIC),
        (Type::Text { max: None, fixed: false }, oid::TEXT),
        (Type::Text { max: Some(9), fixed: true }, oid::BPCHAR),
        (Type::BYTES, oid::BYTEA),
        (Type::Uuid, oid::UUID),
        (Type::Date, oid::DATE),
        (Type::Time(6), oid::TIME),
        (Type::Timestamp { precision: 6, zoned: true }, oid::TIMESTAMPTZ),
        (Type::Interval(6), oid::INTERVAL),
        (Type::Json, oid::JSON),
        (Type::Json, oid::JSONB),
        (Type::Enum(Arc::new(["a".to_owned()])), 99_999),
    ]
}

fn value(ty: &Type) -> BoxedStrategy<Value> {
    match ty {
        Type::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Type::Int(16) => any::<i16>().prop_map(|x| Value::Int(x.into())).boxed(),
        Type::Int(32) => any::<i32>().prop_map(|x| Value::Int(x.into())).boxed(),
        Type::Int(_) => any::<i64>().prop_map(Value::Int).boxed(),
        Type::Real => any::<f32>().prop_map(Value::Real).boxed(),
        Type::Double => any::<f64>().prop_map(Value::Double).boxed(),
        Type::Decimal { .. } => (any::<i128>(), 0u32..128, 0u8..=38)
            .prop_map(|(bits, shift, scale)| {
                Value::Decimal(Decimal { unscaled: bits >> shift.max(1), scale })
            })
            .boxed(),
        Type::Text { .. } | Type::Enum(_) => {
            any::<String>().prop_map(|x| Value::Text(x.trim_end_matches(' ').to_owned())).boxed()
        }
        Type::Bytes { .. } => any::<Vec<u8>>().prop_map(Value::Bytes).boxed(),
        Type::Uuid => any::<u128>().prop_map(Value::Uuid).boxed(),
        Type::Date => (-2_000_000i32..2_000_000).prop_map(Value::Date).boxed(),
        Type::Time(_) => (0..=86_400_000_000i64).prop_map(Value::Time).boxed(),
        Type::Timestamp { .. } => (i64::MIN / 2..i64::MAX / 2).prop_map(Value::Timestamp).boxed(),
        Type::Interval(_) => (any::<i32>(), any::<i32>(), any::<i64>())
            .prop_map(|(months, days, micros)| Value::Interval { months, days, micros })
            .boxed(),
        Type::Json => any::<(String, i64)>()
            .prop_map(|(key, number)| Value::Json(serde_json::json!({key: [number, null]})))
            .boxed(),
        Type::Array(_) | Type::Spelt(_) | Type::Unsupported => unreachable!("not in the list"),
    }
}

fn array_of(element: u32) -> u32 {
    (1..5_000).find(|id| oid::element(*id) == Some(element)).unwrap_or(0)
}

fn round_trip(wire: &Wire, value: &Value) -> Value {
    let mut bytes = Vec::new();
    if wire.encode(value, &mut bytes).unwrap() { wire.decode(&bytes).unwrap() } else { Value::Null }
}

proptest! {
    #[test]
    fn values_come_back_as_they_went(index in 0..18usize, seed in any::<[u8; 32]>()) {
        let (ty, id) = types().swap_remove(index);
        let mut runner = proptest::test_runner::TestRunner::new_with_rng(
            ProptestConfig::default(),
            proptest::test_runner::TestRng::from_seed(proptest::test_runner::RngAlgorithm::ChaCha, &seed),
        );
        let wire = Wire::new(&ty, id).unwrap();
        let tree = prop::collection::vec(prop::option::of(value(&ty)), 0..5).new_tree(&mut runner).unwrap();
        let items: Vec<Value> =
            proptest::strategy::ValueTree::current(&tree).into_iter().map(Option::unwrap_or_default).collect();
        for item in &items {
            prop_assert_eq!(&round_trip(&wire, item), item);
        }
        let array = Wire::new(&Type::Array(Box::new(ty)), array_of(id)).unwrap();
        let array_value = Value::Array(items);
        prop_assert_eq!(&round_trip(&array, &array_value), &array_value);
    }

    #[test]
    fn any_bytes_are_decoded_or_refused(index in 0..18usize, bytes in any::<Vec<u8>>()) {
        let (ty, id) = types().swap_remove(index);
        let _ = Wire::new(&ty, id).unwrap().decode(&bytes);
        let _ = Wire::new(&Type::Array(Box::new(ty)), array_of(id)).unwrap().decode(&bytes);
    }
}

#[test]
fn decimals_of_38_digits_keep_all_of_them() {
    let wire = Wire::new(&Type::Decimal { precision: 38, scale: 0 }, oid::NUMERIC).unwrap();
    for unscaled in
        [0, 1, -1, 9_999, 10_000, Decimal::max_unscaled(38), -Decimal::max_unscaled(38), i128::MAX]
    {
        for scale in 0..=38 {
            let value = Value::Decimal(Decimal { unscaled, scale });
            assert_eq!(round_trip(&wire, &value), value);
        }
    }
}

#[test]
fn what_has_no_value_of_its_own_is_its_text() {
    let check = |ty, id, text: &str| {
        let value = Value::Text(text.to_owned());
        assert_eq!(round_trip(&Wire::new(&ty, id).unwrap(), &value), value);
    };
    for text in ["infinity", "-infinity"] {
        check(Type::Date, oid::DATE, text);
        check(Type::Timestamp { precision: 6, zoned: true }, oid::TIMESTAMPTZ, text);
    }
    let nines = "9".repeat(39);
    let long = format!("1{}.{}5", "0".repeat(40), "0".repeat(9));
    for text in ["NaN", "Infinity", "-Infinity", &nines, &long, &format!("-{long}"), &format!("0.{nines}")] {
        check(Type::Decimal { precision: Type::UNBOUNDED, scale: 2 }, oid::NUMERIC, text);
    }
}

#[test]
fn what_is_no_number_is_refused() {
    let wire = Wire::new(&Type::Decimal { precision: 9, scale: 2 }, oid::NUMERIC).unwrap();
    for text in ["", "-", ".5", "1e5", "ten", "1.2.3"] {
        assert!(wire.encode(&Value::Text(text.into()), &mut Vec::new()).is_err(), "{text}");
    }
}

#[test]
fn values_of_another_type_are_refused() {
    let wire = Wire::new(&Type::Int(16), oid::INT2).unwrap();
    let refusal = |value| wire.encode(&value, &mut Vec::new()).unwrap_err().to_string();
    assert_eq!(refusal(Value::Int(40_000)), "40000 does not fit 16 bits");
    assert_eq!(refusal(Value::Text("1".into())), "text as Int2");
    let refusal = |value| super::literal::array(&wire, &[value]).unwrap_err().to_string();
    assert_eq!(refusal(Value::Int(40_000)), "40000 does not fit 16 bits");
    assert_eq!(refusal(Value::Text("1".into())), "text as Int2 of an array");
    // What is not known travels as text.
    assert!(Wire::new(&Type::Unsupported, 600).is_some());
    assert_eq!(Wire::new(&Type::Array(Box::new(Type::Unsupported)), 1017), None);
}

#[test]
fn spans_in_arrays_are_spelt_as_every_version_reads_them() {
    let wire = Wire::new(&Type::Interval(6), oid::INTERVAL).unwrap();
    let span = |months, days, micros| Value::Interval { months, days, micros };
    let text =
        super::literal::array(&wire, &[span(-1, 2, -3_600_000_001), Value::Null, span(0, 0, 5_000_000)]);
    assert_eq!(
        text.unwrap(),
        r#"{"-1 mons +2 days -01:00:00.000001",NULL,"+0 mons +0 days +00:00:05.000000"}"#
    );
}
