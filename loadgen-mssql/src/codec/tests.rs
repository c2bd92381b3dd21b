use loadgen_core::{Decimal, Fill, NativeType, Type, Value};

use super::*;

/// What a server would give back of what it is sent.
fn there_and_back(kind: Kind, value: &Value, digits: u8) -> Value {
    decode(kind, &encode_raw(kind, value, digits).unwrap()).unwrap()
}

#[test]
fn values_at_the_edges_come_back() {
    for (kind, value) in [
        (Kind::Int(8), Value::Int(255)),
        (Kind::Int(16), Value::Int(i64::from(i16::MIN))),
        (Kind::Int(64), Value::Int(i64::MIN)),
        (Kind::Date, Value::Date(-719_162)),
        (Kind::Date, Value::Date(2_932_896)),
        (Kind::Time, Value::Time(86_399_999_999)),
        (Kind::Moment, Value::Timestamp(-1)),
        (Kind::Moment, Value::Timestamp(-62_135_596_800_000_000)),
        (Kind::Instant, Value::Timestamp(253_402_300_799_999_999)),
        (Kind::Uuid, Value::Uuid(0x0011_2233_4455_6677_8899_aabb_ccdd_eeff)),
        (Kind::Decimal, Value::Decimal(Decimal { unscaled: -(10i128.pow(38) - 1), scale: 38 })),
        (Kind::Text, Value::Text("żółć 🦀\0".to_owned())),
    ] {
        for digits in [6, 7] {
            assert_eq!(there_and_back(kind, &value, digits), value);
        }
    }
    assert_eq!(there_and_back(Kind::Time, &Value::Time(1_230_000), 2), Value::Time(1_230_000));
    for kind in [Kind::Bool, Kind::Int(32), Kind::Decimal, Kind::Text, Kind::Bytes, Kind::Uuid, Kind::Instant]
    {
        assert_eq!(there_and_back(kind, &Value::Null, 7), Value::Null);
    }
}

#[test]
fn values_out_of_range_are_refused_before_they_are_sent() {
    for (kind, value) in [
        (Kind::Int(8), Value::Int(256)),
        (Kind::Int(16), Value::Int(-32_769)),
        (Kind::Date, Value::Date(-719_163)),
        (Kind::Date, Value::Date(2_932_897)),
        (Kind::Text, Value::Int(1)),
    ] {
        assert!(encode(kind, &value, 7).is_err(), "{kind:?} {value:?}");
    }
}

#[test]
fn a_parameter_is_written_and_sought_in_the_type_of_its_column() {
    let check = |ty: Type, name: &str, [set, key, read]: [&str; 3]| {
        let native = NativeType { name: name.to_owned(), ..NativeType::default() };
        let column = Column { name: "c d".to_owned(), ty, native, nullable: true, fill: Fill::None };
        assert_eq!(
            [written(&column, "@P1"), sought(&column, "@P1"), readable("t.", &column)],
            [set, key, read]
        );
    };
    let text = |max| Type::Text { max, fixed: false };
    check(text(Some(80)), "varchar", ["@P1", "cast(@P1 as varchar(80))", "cast(t.[c d] as nvarchar(80))"]);
    check(text(None), "nvarchar", ["@P1", "cast(@P1 as nvarchar(max))", "t.[c d]"]);
    check(Type::Int(32), "int", ["@P1", "@P1", "t.[c d]"]);
    check(
        Type::Decimal { precision: 18, scale: 4 },
        "money",
        ["cast(@P1 as money)", "cast(@P1 as money)", "cast(t.[c d] as decimal(19,4))"],
    );
    let moment = Type::Timestamp { precision: 3, zoned: false };
    check(moment, "datetime2", ["@P1", "cast(@P1 as datetime2)", "t.[c d]"]);
    let spelt = || Type::Spelt(Vec::new().into());
    check(
        spelt(),
        "geography",
        [
            "geography::STGeomFromText(@P1, 4326)",
            "geography::STGeomFromText(@P1, 4326)",
            "t.[c d].STAsText()",
        ],
    );
}

#[test]
fn a_time_is_sought_with_the_digits_of_its_column() {
    for (name, words, expected) in [
        ("time", "time(0)", "cast(@P1 as time(0))"),
        ("datetime2", "datetime2(3)", "cast(@P1 as datetime2(3))"),
        ("datetimeoffset", "dbo.moment (datetimeoffset(7))", "cast(@P1 as datetimeoffset(7))"),
    ] {
        let native = NativeType { name: name.to_owned(), words: words.to_owned(), ..NativeType::default() };
        let column =
            Column { name: "c".to_owned(), ty: Type::Time(0), native, nullable: true, fill: Fill::None };
        assert_eq!(sought(&column, "@P1"), expected, "{words}");
    }
}
