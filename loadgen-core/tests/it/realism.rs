//! Columns of a row that belong together.

use std::collections::BTreeMap;

use loadgen_core::{
    Check, Run, Schema, Seed, Table, Type, Value,
    crud::{Crud, CrudConfig, CrudPlan, Seeding},
    memory::{Memory, table},
};

use crate::shop::text;

fn config(json: &str) -> CrudConfig {
    serde_json::from_str(json).unwrap()
}

/// The rows after some traffic, each by the names of its columns.
async fn traffic(table: Table, config: CrudConfig) -> Vec<BTreeMap<String, Value>> {
    let memory = Memory::new([table.clone()]);
    let run = Run::new(memory.clone(), Crud::new(config)).lanes(4).operations(2_000).check();
    let report = run.execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:?}", report.errors);
    named(&memory, &table)
}

fn named(memory: &Memory, table: &Table) -> Vec<BTreeMap<String, Value>> {
    let names = || table.columns.iter().map(|column| column.name.clone());
    let rows = memory.rows(&table.name.table);
    assert!(rows.len() > 100, "{}", rows.len());
    rows.into_iter().map(|row| names().zip(row).collect()).collect()
}

fn word(row: &BTreeMap<String, Value>, column: &str) -> Option<String> {
    match &row[column] {
        Value::Null => None,
        Value::Text(text) => Some(text.clone()),
        other => panic!("{column}: {other:?}"),
    }
}

fn number(row: &BTreeMap<String, Value>, column: &str) -> Option<i128> {
    match &row[column] {
        Value::Null => None,
        Value::Int(number) => Some(i128::from(*number) * 100),
        Value::Decimal(number) => Some(number.unscaled * 100 / 10i128.pow(u32::from(number.scale))),
        other => panic!("{column}: {other:?}"),
    }
}

fn micros(row: &BTreeMap<String, Value>, column: &str) -> Option<i64> {
    match &row[column] {
        Value::Null => None,
        Value::Timestamp(micros) => Some(*micros),
        Value::Date(days) => Some(i64::from(*days) * 86_400_000_000),
        other => panic!("{column}: {other:?}"),
    }
}

/// The letters of a name as addresses spell them.
fn letters(name: &str) -> String {
    name.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect()
}

fn person() -> Table {
    let table = table("customers").serial("id").column("first_name", text(40)).column("last_name", text(40));
    let table = table.nullable("full_name", text(90)).nullable("email", text(90)).nullable("note", text(20));
    table.primary_key(["id"])
}

fn is_one_person(row: &BTreeMap<String, Value>) {
    let (first, last) = (word(row, "first_name").unwrap(), word(row, "last_name").unwrap());
    if let Some(full) = word(row, "full_name") {
        assert_eq!(full, format!("{first} {last}"));
    }
    if let Some(email) = word(row, "email") {
        let start = format!("{}.{}", letters(&first), letters(&last));
        assert!(email.starts_with(&start), "{email} of {first} {last}");
    }
}

#[tokio::test]
async fn names_and_addresses_of_a_row_are_those_of_one_person_after_updates_too() {
    let rows = traffic(person(), CrudConfig::default()).await;
    rows.iter().for_each(is_one_person);
    assert!(rows.iter().any(|row| row["email"].is_null()));
    let names: std::collections::BTreeSet<_> = rows.iter().map(|row| word(row, "full_name")).collect();
    assert!(names.len() > rows.len() * 2 / 3, "{} names", names.len());
}

#[tokio::test]
async fn a_unique_address_is_that_of_the_person_too() {
    let table = table("users").serial("id").column("first_name", text(40)).column("last_name", text(40));
    let table = table.column("email", text(90)).column("username", text(30)).column("bio", text(90));
    let table = table.primary_key(["id"]).unique(["email"]).unique(["username"]);
    for row in traffic(table, CrudConfig::default()).await {
        let (first, last) = (word(&row, "first_name").unwrap(), word(&row, "last_name").unwrap());
        let (email, user) = (word(&row, "email").unwrap(), word(&row, "username").unwrap());
        assert!(email.starts_with(&format!("{}.{}.", letters(&first), letters(&last))), "{email}: {row:?}");
        assert!(user.starts_with(&letters(&first)), "{user}: {row:?}");
    }
}

#[tokio::test]
async fn seeded_rows_are_related_as_well() {
    let memory = Memory::new([person()]);
    let plan = CrudPlan::new(&Schema::of([person()]), &CrudConfig::default(), Seed(1), 4).unwrap();
    Seeding::new(memory.clone(), plan, Some(500)).connections(3).execute().await.unwrap();
    named(&memory, &person()).iter().for_each(is_one_person);
}

#[tokio::test]
async fn a_place_is_a_place_and_billing_is_not_shipping() {
    let table = table("orders").serial("id").column("billing_city", text(40)).column("billing_zip", text(10));
    let table = table.column("billing_country", Type::Text { max: Some(2), fixed: true });
    let table = table.column("shipping_city", text(40)).column("shipping_country", text(60));
    let rows = traffic(table.column("note", text(9)).primary_key(["id"]), CrudConfig::default()).await;
    let berlin: Vec<_> = rows.iter().filter(|row| word(row, "billing_city").unwrap() == "Berlin").collect();
    assert!(berlin.len() > 1);
    for row in &berlin {
        assert_eq!(word(row, "billing_country").unwrap(), "DE");
        assert!(word(row, "billing_zip").unwrap().starts_with("10"), "{row:?}");
    }
    assert!(rows.iter().any(|row| word(row, "billing_city") != word(row, "shipping_city")));
    let paris = rows.iter().filter(|row| word(row, "shipping_city").unwrap() == "Paris");
    assert!(
        paris.clone().count() > 0
            && paris.clone().all(|row| word(row, "shipping_country").unwrap() == "France")
    );
}

#[tokio::test]
async fn what_comes_first_is_before_what_follows() {
    let moment = || Type::Timestamp { precision: 3, zoned: true };
    let table =
        table("orders").serial("id").column("delivered_on", Type::Date).column("ordered_at", moment());
    let table = table.nullable("shipped_at", moment()).column("valid_from", Type::Date);
    let table = table.column("valid_until", Type::Date).column("updated_at", moment());
    let table = table.column("due_on", Type::Date).primary_key(["id"]);
    for row in traffic(table, CrudConfig::default()).await {
        let at = |column| micros(&row, column);
        let known: Vec<i64> =
            ["ordered_at", "shipped_at", "delivered_on", "updated_at"].into_iter().filter_map(at).collect();
        assert!(known.is_sorted(), "{row:?}");
        assert!(at("valid_from") < at("valid_until") && at("ordered_at") < at("due_on"), "{row:?}");
    }
}

#[tokio::test]
async fn amounts_add_up() {
    let money = || Type::Decimal { precision: 10, scale: 2 };
    let table = table("lines").serial("id").column("quantity", Type::Int(16)).column("unit_price", money());
    let table = table.column("subtotal", money()).column("tax", money()).column("total", money());
    let mut taxed = 0;
    for row in traffic(table.primary_key(["id"]), CrudConfig::default()).await {
        let of = |column| number(&row, column).unwrap();
        assert_eq!(of("quantity") / 100 * of("unit_price"), of("subtotal"), "{row:?}");
        assert_eq!(of("subtotal") + of("tax"), of("total"), "{row:?}");
        taxed += i32::from(of("tax") > 0);
    }
    assert!(taxed > 50);
}

#[tokio::test]
async fn what_the_plan_file_and_checks_say_goes_first_and_the_rest_follows() {
    let mut table =
        table("lines").serial("id").column("quantity", Type::Int(32)).column("price", Type::Int(32));
    table = table
        .column("total", Type::Int(32))
        .column("created_at", Type::Date)
        .column("updated_at", Type::Date);
    table = table.primary_key(["id"]);
    let check = |condition: &str, columns: &[usize]| Check::new("c", condition, columns.to_vec());
    table.checks = vec![check("(quantity > 3)", &[1]), check("(total >= 0)", &[3])];
    let config = config(
        r#"{"tables": {"lines": {"columns": {"price": {"min": 5, "max": 9},
            "created_at": {"min": "2021-01-01", "max": "2021-01-31"}}}}}"#,
    );
    for row in traffic(table, config).await {
        let of = |column| number(&row, column).unwrap() / 100;
        assert!(of("quantity") > 3 && (5..=9).contains(&of("price")), "{row:?}");
        assert_eq!(of("total"), of("quantity") * of("price"), "{row:?}");
        let (created, updated) = (micros(&row, "created_at").unwrap(), micros(&row, "updated_at").unwrap());
        let january = 1_609_459_200_000_000..1_612_137_600_000_000;
        assert!(january.contains(&created) && created <= updated, "{row:?}");
    }
}

#[tokio::test]
async fn a_check_that_leaves_no_room_for_a_relation_is_met_without_it() {
    let mut table = table("people").serial("id").column("first_name", text(40)).column("last_name", text(40));
    table = table.column("email", text(90)).primary_key(["id"]);
    let condition = "((email)::text ~ '^[a-z]{5}@corp[.]test$'::text)".to_owned();
    table.checks = vec![Check::new("c", condition, vec![3])];
    for row in traffic(table, CrudConfig::default()).await {
        assert!(word(&row, "email").unwrap().ends_with("@corp.test"), "{row:?}");
    }
}

#[tokio::test]
async fn a_unique_address_that_is_a_persons_still_meets_its_check() {
    let mut table = table("people").serial("id").column("first_name", text(40)).column("last_name", text(40));
    table = table.column("email", text(90)).primary_key(["id"]).unique(["email"]);
    let condition = "((email)::text !~ '^[aeiou]'::text)".to_owned();
    table.checks = vec![Check::new("c", condition, vec![3])];
    let rows = traffic(table, CrudConfig::default()).await;
    assert!(rows.iter().all(|row| !word(row, "email").unwrap().starts_with(['a', 'e', 'i', 'o', 'u'])));
    let own = |row: &BTreeMap<String, Value>| {
        let first = letters(&word(row, "first_name").unwrap());
        word(row, "email").unwrap().starts_with(&format!("{first}."))
    };
    assert!(rows.iter().filter(|row| own(row)).count() > rows.len() / 2);
}

#[test]
fn columns_that_are_too_short_do_without_the_others() {
    let table = table("people").serial("id").column("first_name", text(3)).column("last_name", text(30));
    let table = table.column("full_name", text(40)).primary_key(["id"]);
    let plan = CrudPlan::new(&Schema::of([table]), &CrudConfig::default(), Seed(1), 4).unwrap();
    let words: Vec<String> = plan.tables[0].sources.iter().map(|source| source.describe()).collect();
    assert_eq!(words[1], "first name", "{words:?}");
    assert_eq!(words[2..], ["person: last name", "person: full name"]);
}

#[test]
fn a_plan_shows_rows_that_belong_together() {
    let plan = CrudPlan::new(&Schema::of([person()]), &CrudConfig::default(), Seed(1), 4).unwrap();
    let samples = |column: usize| plan.tables[0].samples(column, Seed(1), 3);
    assert_eq!(plan.tables[0].sources[1].describe(), "person: first name");
    for ((first, last), full) in samples(1).iter().zip(samples(2)).zip(samples(3)) {
        assert!(full.is_null() || full.to_string() == format!("{first} {last}"));
    }
    assert_eq!(samples(1).len(), 3);
}
