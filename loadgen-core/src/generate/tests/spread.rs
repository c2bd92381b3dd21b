//! What a plan file says about how often values come, and what they mean.

use super::{column, config, table, text};
use crate::{Rng, Seed, Type, Value, generate::for_column};

fn values(ty: Type, json: &str) -> Vec<Value> {
    let generator = for_column(&table(), &column("x", ty), Some(&config(json))).unwrap();
    (0..2_000).map(|n| generator.generate(&mut Rng::keyed(Seed(1), [n, 0, 0]))).collect()
}

fn share(values: &[Value], of: impl Fn(&Value) -> bool) -> f64 {
    values.iter().filter(|value| of(value)).count() as f64 / values.len() as f64
}

#[test]
fn the_first_of_a_choice_is_the_hottest() {
    let drawn = values(text(9), r#"{"choice": ["a", "b", "c", "d"], "distribution": "zipf"}"#);
    // 1 / (1 + 1/2 + 1/3 + 1/4)
    assert!((share(&drawn, |value| *value == Value::Text("a".into())) - 0.48).abs() < 0.04);
    let labels = Type::Enum(["new".to_owned(), "paid".to_owned()].into());
    assert!(share(&values(labels, r#"{"distribution": "zipf"}"#), |v| *v == Value::Text("new".into())) > 0.6);
}

#[test]
fn a_range_is_spread_as_asked() {
    let middle = |value: &Value| matches!(value, Value::Int(400..=600));
    let drawn = values(Type::Int(32), r#"{"min": 0, "max": 1000, "distribution": "normal"}"#);
    assert!(share(&drawn, middle) > 0.7, "{}", share(&drawn, middle));
    let small = |value: &Value| matches!(value, Value::Int(0..=100));
    let drawn = values(Type::Int(32), r#"{"min": 0, "max": 1000, "distribution": "log_normal"}"#);
    assert!(share(&drawn, small) > 0.8, "{}", share(&drawn, small));
}

#[test]
fn a_meaning_makes_of_any_column_what_it_says() {
    let drawn = values(text(60), r#"{"meaning": "email"}"#);
    assert_eq!(share(&drawn, |value| matches!(value, Value::Text(text) if text.contains('@'))), 1.0);
    let drawn = values(Type::Int(16), r#"{"meaning": "age"}"#);
    assert_eq!(share(&drawn, |value| matches!(value, Value::Int(18..=90))), 1.0);
}

#[test]
fn digits_after_the_point_do_not_change_the_shape() {
    for scale in [0, 2, 6] {
        let ty = Type::Decimal { precision: 12, scale };
        let mut drawn: Vec<f64> = values(ty, r#"{"min": 1, "max": 999, "distribution": "log_normal"}"#)
            .iter()
            .map(|value| value.to_string().parse().unwrap())
            .collect();
        drawn.sort_by(f64::total_cmp);
        // The root of 999 is 31.6.
        assert!((28.0..35.0).contains(&drawn[1_000]), "{} at a scale of {scale}", drawn[1_000]);
        assert!(drawn[1_999] > 150.0, "{} at a scale of {scale}", drawn[1_999]);
    }
}
