//! What cannot be filled, and what people are told.

use super::{column, config, table, text};
use crate::{Type, generate::for_column};

fn check(ty: Type, json: &str, expected: &str) {
    let config = config(json);
    let error = for_column(&table(), &column("x", ty), Some(&config)).unwrap_err();
    assert_eq!(error.to_string(), expected);
}

#[test]
fn an_error_names_the_column_what_is_wrong_and_what_to_write() {
    check(
        Type::Unsupported,
        "{}",
        "column public.things.x cannot be filled: its type is not known to loadgen; \
         write choice: [..] with values as the database writes them, or leave_out: true",
    );
    check(
        Type::Int(32),
        r#"{"choice": [1, "two"]}"#,
        "column public.things.x cannot be filled: \"two\" is not a value of its type; \
         write a whole number such as 42",
    );
    check(
        Type::Date,
        r#"{"min": "2024-13-01"}"#,
        "column public.things.x cannot be filled: \"2024-13-01\" is not a value of its type; \
         write a day such as 2024-02-29",
    );
    check(
        Type::Int(32),
        r#"{"pattern": "[0-9]"}"#,
        "column public.things.x cannot be filled: it is no text that a pattern could spell; \
         write choice: [..] instead of pattern",
    );
    check(
        Type::Int(16),
        r#"{"max": 70000}"#,
        "column public.things.x cannot be filled: \"70000\" is out of the range of its type; \
         write a whole number such as 42",
    );
    check(
        text(5),
        r#"{"min_length": 9}"#,
        "column public.things.x cannot be filled: it holds at most 5 characters; write a min_length up to 5",
    );
    check(
        Type::Int(32),
        r#"{"null_ratio": 0.5}"#,
        "column public.things.x cannot be filled: it is NOT NULL, and null_ratio is above zero; \
         write no null_ratio",
    );
    check(
        Type::Bool,
        r#"{"min": 0}"#,
        "column public.things.x cannot be filled: its type has no order for min, max and \
         distribution; write choice: [..] instead",
    );
    check(
        text(5),
        r#"{"meaning": "email"}"#,
        "column public.things.x cannot be filled: no \"email\" is known that fits its type and length; \
         write a meaning like email, first name, city, price or created at",
    );
    check(
        text(50),
        r#"{"meaning": "xyzzy"}"#,
        "column public.things.x cannot be filled: the meaning \"xyzzy\" is not known; \
         write a meaning like email, first name, city, price or created at",
    );
    check(
        Type::Int(32),
        r#"{"choice": [1, 2], "weights": [1, 2], "distribution": "zipf"}"#,
        "column public.things.x cannot be filled: distribution does not go with weights, constant, meaning, \
         pattern, sequence, from or lengths; \
         write distribution beside choice, or beside min and max",
    );
}

#[test]
fn a_type_that_is_not_known_takes_what_the_plan_lists() {
    let config = config(r#"{"choice": ["POINT(1 1)"]}"#);
    assert!(for_column(&table(), &column("x", Type::Unsupported), Some(&config)).is_ok());
}
