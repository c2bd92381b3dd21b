//! What columns hold by the names of their tables and of their neighbours.

use std::collections::BTreeMap;

use loadgen_core::{
    Fill, Run, Schema, Seed, Table, Type, Value,
    crud::{Crud, CrudConfig, CrudPlan},
    memory::{Memory, table},
};

use crate::shop::text;

type Row = BTreeMap<String, Value>;

/// Rows as a plan shows them, by the names of their columns.
fn samples(table: Table) -> Vec<Row> {
    let names: Vec<String> = table.columns.iter().map(|column| column.name.clone()).collect();
    let plan = CrudPlan::new(&Schema::of([table]), &CrudConfig::default(), Seed(3), 4).unwrap();
    let columns: Vec<Vec<Value>> =
        (0..names.len()).map(|column| plan.tables[0].samples(column, Seed(3), 8)).collect();
    let row = |row: usize| {
        names.iter().zip(&columns).filter_map(move |(name, all)| Some((name.clone(), all.get(row)?.clone())))
    };
    (0..8).map(|number| row(number).collect()).collect()
}

fn number(value: &Value) -> f64 {
    value.to_string().parse().unwrap()
}

fn says(name: &str, column: &str, ty: Type, expected: &str) {
    let plan = table(name).serial("id").column(column, ty).primary_key(["id"]);
    let plan = CrudPlan::new(&Schema::of([plan]), &CrudConfig::default(), Seed(1), 4).unwrap();
    assert_eq!(plan.tables[0].sources[1].describe(), expected, "{name}.{column}");
}

fn money(precision: u16, scale: u8) -> Type {
    Type::Decimal { precision, scale }
}

#[test]
fn titles_and_names_are_those_of_what_the_table_is_about() {
    says("film", "title", text(255), "film title");
    says("movies", "title", text(255), "film title");
    says("albums", "title", text(160), "album title");
    says("tracks", "name", text(200), "song title");
    says("artist", "name", text(120), "artist name");
    says("playlists", "name", text(120), "playlist name");
    says("genre", "name", text(120), "genre");
    says("books", "title", text(120), "book title");
    says("articles", "title", text(120), "article title");
    says("events", "name", text(120), "event name");
    says("tasks", "title", text(120), "task title");
    says("tenants", "name", text(120), "tenant");
    says("people", "name", text(120), "full name");
    says("tickets", "passenger_name", text(120), "passenger name");
    says("track", "composer", text(220), "passenger name");
    says("employees", "title_of_courtesy", text(25), "title of courtesy");
    says("us_states", "state_abbr", text(2), "state abbr");
    says("airports", "airport_code", Type::Text { max: Some(3), fixed: true }, "airport code");
    says("t", "name", text(80), "title");
}

#[test]
fn numbers_are_in_the_range_of_what_they_measure() {
    says("film", "rental_rate", money(4, 2), "decimal 0.99 to 9.99");
    says("film", "rental_duration", Type::Int(16), "integer 3 to 14");
    says("film", "length", Type::Int(16), "integer 61 to 199");
    says("movies", "runtime", Type::Int(32), "integer 61 to 199");
    says("patients", "weight_kg", money(5, 2), "decimal 48.00 to 118.00");
    says("parcels", "weight_kg", money(7, 3), "decimal 0.050 to 50.000");
    says("readings", "temperature_c", money(5, 2), "decimal -20.00 to 40.00");
    says("calls", "duration_minutes", Type::Int(32), "integer 5 to 240");
    says("invoices", "tax_rate", money(5, 4), "decimal 0.0000 to 0.2500");
}

#[test]
fn a_default_says_whether_a_rate_is_a_percentage() {
    let table = |default: &str| {
        let table = table("invoices").serial("id").column("net", money(12, 2)).column("tax", money(12, 2));
        let fill = Fill::Constant(default.to_owned());
        table.with("tax_rate", money(5, 2), false, fill).column("gross", money(12, 2)).primary_key(["id"])
    };
    for row in samples(table("'19'::numeric")) {
        let [net, tax, rate, gross] = ["net", "tax", "tax_rate", "gross"].map(|name| number(&row[name]));
        assert!((net * rate / 100.0 - tax).abs() < 0.01 && (net + tax - gross).abs() < 1e-6, "{row:?}");
        assert!([0.0, 5.0, 7.0, 10.0, 19.0, 20.0, 21.0].contains(&rate), "{row:?}");
    }
    assert!(samples(table("0.19")).iter().all(|row| number(&row["tax_rate"]) < 1.0));
}

#[test]
fn a_discount_is_taken_off_where_a_check_says_so() {
    let table = table("orders").serial("id").column("subtotal", money(12, 2)).column("tax", money(12, 2));
    let table = table.column("discount", money(12, 2)).column("total", money(12, 2)).primary_key(["id"]);
    for row in samples(table.check("(total = ((subtotal - discount) + tax))")) {
        let [net, tax, off, total] = ["subtotal", "tax", "discount", "total"].map(|name| number(&row[name]));
        assert!((net + tax - off - total).abs() < 1e-6 && tax <= net * 0.22 && total >= 0.0, "{row:?}");
    }
}

#[test]
fn without_a_column_for_tax_a_discount_is_all_that_is_taken_off() {
    let table =
        table("orders").serial("id").column("subtotal", money(12, 2)).column("discount", money(12, 2));
    let table = table.column("total", money(12, 2)).primary_key(["id"]);
    let plan = |check: &str| {
        let schema = Schema::of([table.clone().check(check)]);
        CrudPlan::new(&schema, &CrudConfig::default(), Seed(3), 4).unwrap()
    };
    let words = plan("(total = (subtotal - discount))").tables[0].sources[3].describe();
    assert!(words.starts_with("net − discount"), "{words}");
    for row in samples(table.clone().check("(total = (subtotal - discount))")) {
        let [net, off, total] = ["subtotal", "discount", "total"].map(|name| number(&row[name]));
        assert!((net - off - total).abs() < 1e-6 && off <= net * 0.2, "{row:?}");
    }
    let words = plan("(discount <= total)").tables[0].sources[3].describe();
    assert!(!words.contains("discount"), "{words}");
}

async fn traffic(table: Table) -> Vec<Row> {
    let memory = Memory::new([table.clone()]);
    let run = Run::new(memory.clone(), Crud::new(CrudConfig::default())).lanes(4).operations(1_000).check();
    let report = run.execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:?}", report.errors);
    let names = || table.columns.iter().map(|column| column.name.clone());
    memory.rows(&table.name.table).into_iter().map(|row| names().zip(row).collect()).collect()
}

#[tokio::test]
async fn what_columns_say_of_the_same_thing_agrees_after_updates_too() {
    let table =
        table("customers").serial("id").column("activebool", Type::Bool).nullable("active", Type::Int(32));
    let table = table.column("is_inactive", Type::Bool).column("birth_date", Type::Date);
    let table =
        table.column("age", Type::Int(32)).column("street", text(60)).nullable("house_number", text(6));
    let rows = traffic(table.column("note", text(9)).primary_key(["id"])).await;
    assert!(rows.len() > 100);
    for row in &rows {
        let Value::Bool(active) = row["activebool"] else { panic!("{row:?}") };
        assert!(row["active"].is_null() || row["active"] == Value::Int(active.into()), "{row:?}");
        assert_eq!(row["is_inactive"], Value::Bool(!active));
        let (Value::Date(born), Value::Int(age)) = (&row["birth_date"], &row["age"]) else { panic!() };
        let years = f64::from(20_453 - born) / 365.2425;
        assert!((years - *age as f64 - 0.5).abs() < 0.51, "{row:?}");
        let Value::Text(street) = &row["street"] else { panic!() };
        assert!(!street.contains(|c: char| c.is_ascii_digit()), "{street}");
        let number = &row["house_number"];
        assert!(number.is_null() || (1.0..200.0).contains(&self::number(number)), "{row:?}");
    }
}

#[test]
fn accounts_are_in_several_countries() {
    let rows = samples(table("accounts").serial("id").column("iban", text(34)).primary_key(["id"]));
    let countries: std::collections::BTreeSet<String> =
        rows.iter().map(|row| row["iban"].to_string()[..2].to_owned()).collect();
    assert!(countries.len() > 2, "{countries:?}");
}

#[tokio::test]
async fn a_unique_address_beside_a_full_name_is_that_of_the_person() {
    let table = table("users").serial("id").column("email", text(90)).column("full_name", text(60));
    for row in traffic(table.column("note", text(9)).primary_key(["id"]).unique(["email"])).await {
        let (Value::Text(email), Value::Text(name)) = (&row["email"], &row["full_name"]) else { panic!() };
        let name = name.to_lowercase();
        let first: String =
            name.split(' ').next().unwrap().chars().filter(char::is_ascii_alphanumeric).collect();
        assert!(email.starts_with(&format!("{first}.")), "{row:?}");
    }
}
