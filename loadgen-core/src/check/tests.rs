//! What conditions mean.

use super::{Item, NOW, eval::eval, holds, parse};
use crate::{Decimal, Table, Type, Value, memory::table};

fn things() -> Table {
    let labels: Vec<String> = ["low", "middle", "high"].map(str::to_owned).to_vec();
    table("things")
        .nullable("a", Type::Int(32))
        .nullable("b", Type::Int(32))
        .nullable("price", Type::Decimal { precision: 10, scale: 2 })
        .nullable("name", Type::Text { max: Some(20), fixed: false })
        .nullable("flag", Type::Bool)
        .nullable("day", Type::Date)
        .nullable("at", Type::Timestamp { precision: 6, zoned: true })
        .nullable("level", Type::Enum(labels.into()))
        .nullable("tags", Type::Array(Box::new(Type::Text { max: None, fixed: false })))
        .nullable("doc", Type::Json)
        .nullable("odd", Type::Unsupported)
}

fn row() -> Vec<Value> {
    vec![
        Value::Int(7),
        Value::Null,
        Value::Decimal(Decimal { unscaled: 1_050, scale: 2 }),
        Value::Text("Widget 9".to_owned()),
        Value::Bool(true),
        Value::Date(19_782),
        Value::Timestamp(1_709_209_800_000_000),
        Value::Text("middle".to_owned()),
        Value::Array(vec![Value::Text("x".to_owned()), Value::Text("y".to_owned())]),
        Value::Json(serde_json::json!({"k": [1]})),
        Value::Null,
    ]
}

/// Each line is a condition that is true, false or NULL for the row.
const MEANINGS: &str = include_str!("meanings.txt");

#[test]
fn conditions_mean_what_the_database_makes_of_them() {
    let (table, row) = (things(), row());
    let mut wrong = Vec::new();
    for line in MEANINGS.lines().filter(|line| !line.is_empty()) {
        let (expected, condition) = line.split_once(' ').unwrap();
        let expr = match parse(condition, &table) {
            Ok(expr) => expr,
            Err(error) => {
                wrong.push(error.to_string());
                continue;
            }
        };
        let found = eval(&expr, &row, NOW[0] + 1);
        let expected = match expected {
            "true" => Ok(Item::Bool(true)),
            "false" => Ok(Item::Bool(false)),
            "null" => Ok(Item::Null),
            _ => Err(super::item::Unknown),
        };
        if found != expected {
            wrong.push(format!("{condition} is {found:?}"));
        }
        assert_eq!(holds(&expr, &row, NOW[0] + 1), matches!(found, Ok(Item::Bool(true) | Item::Null)));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_is_not_known_is_not_understood() {
    for condition in [
        "(a > (SELECT 1))",
        "no_such_function(a)",
        "(missing > 1)",
        "(odd = 'x'::text)",
        "(name ~ '(a)\\1'::text)",
        "((a > 1",
        "(name = (price)::mine)",
    ] {
        assert!(parse(condition, &things()).is_err(), "{condition}");
    }
}

fn eval_of(condition: &str) -> Result<Item, super::item::Unknown> {
    eval(&parse(condition, &things()).unwrap(), &row(), NOW[0])
}

#[test]
fn what_does_not_fit_its_type_is_unknown() {
    for condition in [
        "((100000)::smallint = 5)",
        "(((a * 100000))::smallint > 0)",
        "((price * '1e12'::numeric))::integer > 0",
        "((1000)::numeric(4,2) > 5)",
        "('maybe'::boolean)",
        "(day > ('2024-01-01'::date + 99999999999999999))",
        "(at > (now() - '99999999999999:00:00'::interval))",
        "(at > (now() + '9223372036854775807 mons'::interval))",
    ] {
        assert!(parse(condition, &things()).is_err() || eval_of(condition).is_err(), "{condition}");
    }
    assert_eq!(eval_of("('NO'::boolean)"), Ok(Item::Bool(false)));
    assert_eq!(eval_of("(' On '::boolean)"), Ok(Item::Bool(true)));
}

#[test]
fn texts_are_padded_however_wide_their_column_is() {
    let wide = table("t").column("code", Type::Text { max: Some(70_000), fixed: true });
    for (condition, expected) in [("(octet_length(code) = 70000)", true), ("(code ~~ 'a'::text)", false)] {
        let expr = parse(condition, &wide).unwrap();
        assert_eq!(eval(&expr, &[Value::Text("a".to_owned())], 0), Ok(Item::Bool(expected)), "{condition}");
    }
}
