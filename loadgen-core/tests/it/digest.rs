//! The definition of the digest that is published, and the digest.

use loadgen_core::{Decimal, Digest, Value, column_hash, column_salt, row_hash};
use xxhash_rust::xxh3::xxh3_64_with_seed;

const PAGE: &str = include_str!("../../../docs/digest.md");

#[track_caller]
fn stands(words: &str) {
    assert!(PAGE.contains(&format!("`{words}`")), "docs/digest.md does not say {words}");
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

#[track_caller]
fn check(value: &Value, form: &str) {
    stands(form);
    assert_eq!(column_hash(9, value), xxh3_64_with_seed(&bytes(form), 9), "{value:?} is not {form}");
}

fn decimal(unscaled: i128) -> Value {
    Value::Decimal(Decimal { unscaled, scale: 2 })
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

#[test]
fn each_kind_of_value_has_the_form_that_the_page_says() {
    check(&Value::Null, "00");
    check(&Value::Bool(true), "0101");
    check(&Value::Int(-7), "02f9ffffffffffffff");
    check(&Value::Real(1.5), "030000c03f");
    check(&Value::Double(0.1), "049a9999999999b93f");
    check(&decimal(1_990), "0502c6070000000000000000000000000000");
    check(&text("é"), "060200000000000000c3a9");
    check(&Value::Bytes(vec![1, 255]), "07020000000000000001ff");
    check(&Value::Uuid(0x0011_2233_4455_6677_8899_aabb_ccdd_eeff), "0800112233445566778899aabbccddeeff");
    check(&Value::Date(19_782), "09464d0000");
    check(&Value::Time(45_000_000_000), "0a0082357a0a000000");
    check(&Value::Timestamp(1_709_209_800_000_000), "0b00c2f96a84120600");
    check(&Value::Interval { months: 1, days: 2, micros: 3_000_000 }, "0c0100000002000000c0c62d0000000000");
    check(&Value::Array(vec![Value::Int(1), Value::Null]), "0e020000000000000002010000000000000000");
    let document = serde_json::json!({"b": [1.5, "x"], "a": null});
    check(
        &Value::Json(document),
        "1002000000000000000d0100000000000000610d04000000000000006e756c6c0d0100000000000000620f02000000000000000d030000\
         0000000000312e350d0300000000000000227822",
    );
    for zeros in [[Value::Real(0.0), Value::Real(-0.0)], [Value::Double(0.0), Value::Double(-0.0)]] {
        assert_eq!(column_hash(9, &zeros[0]), column_hash(9, &zeros[1]));
    }
}

#[test]
fn scalars_in_documents_are_written_as_the_page_says() {
    for (document, words) in [
        (serde_json::json!("\"\\\u{8}\t\n\u{c}\r\u{1f}é/"), r#""\"\\\b\t\n\f\r\u001fé/""#),
        (serde_json::json!(-12), "-12"),
        (serde_json::json!(u64::MAX), "18446744073709551615"),
        (serde_json::json!(0.5), "0.5"),
        (serde_json::json!(100.0), "100.0"),
        (serde_json::json!(9_007_199_254_740_992.0), "9007199254740992.0"),
        (serde_json::json!(0.000_01), "0.00001"),
        (serde_json::json!(1e-6), "1e-6"),
        (serde_json::json!(1.5e-7), "1.5e-7"),
        (serde_json::json!(1e16), "1e+16"),
    ] {
        let form = [&[0x0d][..], &(words.len() as u64).to_le_bytes(), words.as_bytes()].concat();
        assert_eq!(column_hash(9, &Value::Json(document)), xxh3_64_with_seed(&form, 9), "{words}");
    }
}

#[test]
fn the_example_adds_up() {
    let rows = [
        [Value::Int(1), text("paid"), decimal(1_990), Value::Null, Value::Timestamp(1_709_209_800_000_000)],
        [Value::Int(2), text("new"), decimal(5), text("żółć"), Value::Timestamp(1_709_251_200_000_000)],
    ];
    let mut digest = Digest::default();
    for (index, row) in rows.iter().enumerate() {
        let mut sum = 0u64;
        for (name, value) in ["id", "status", "total", "note", "placed_at"].iter().zip(row) {
            let salt = column_salt(name);
            let hash = column_hash(salt, value);
            sum = sum.wrapping_add(hash);
            stands(&format!("{salt:016x}"));
            if index == 0 {
                stands(&format!("{hash:016x}"));
            }
        }
        stands(&format!("{sum:016x}"));
        stands(&format!("{:032x}", row_hash(sum)));
        digest.add(row_hash(sum));
    }
    stands(&digest.to_string());
}
