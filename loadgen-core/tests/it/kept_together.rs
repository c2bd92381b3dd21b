//! Columns that belong together under checks that read several of them.

use std::collections::BTreeMap;

use loadgen_core::{
    Run, Schema, Seed, Table, Type, Value,
    crud::{Crud, CrudConfig, CrudPlan},
    memory::{Memory, table},
};

use crate::shop::text;

type Row = BTreeMap<String, Value>;

async fn traffic(table: Table) -> Vec<Row> {
    let memory = Memory::new([table.clone()]);
    let run = Run::new(memory.clone(), Crud::new(CrudConfig::default())).lanes(4).operations(2_000).check();
    let report = run.execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:?}", report.errors);
    assert_eq!(report.outcomes().aborted, 0);
    let names = || table.columns.iter().map(|column| column.name.clone());
    let rows = memory.rows(&table.name.table);
    assert!(rows.len() > 100, "{}", rows.len());
    rows.into_iter().map(|row| names().zip(row).collect()).collect()
}

fn cents(row: &Row, column: &str) -> i128 {
    match &row[column] {
        Value::Int(number) => i128::from(*number) * 10_000,
        Value::Decimal(number) => number.unscaled * 10_000 / 10i128.pow(u32::from(number.scale)),
        other => panic!("{column}: {other:?}"),
    }
}

fn day(row: &Row, column: &str) -> Option<i64> {
    match &row[column] {
        Value::Null => None,
        Value::Timestamp(micros) => Some(micros.div_euclid(86_400_000_000)),
        Value::Date(days) => Some(i64::from(*days)),
        other => panic!("{column}: {other:?}"),
    }
}

fn money() -> Type {
    Type::Decimal { precision: 12, scale: 2 }
}

fn invoices() -> Table {
    let table = table("invoices").serial("id").column("net", money());
    let table = table.column("tax_rate", Type::Decimal { precision: 4, scale: 3 }).column("tax", money());
    table.column("gross", money()).primary_key(["id"])
}

/// How often the tax is a share of the net amount by the rate of the row.
fn taxed(rows: &[Row]) -> usize {
    let is_taxed = |row: &&Row| {
        let product = cents(row, "net") * cents(row, "tax_rate") / 10_000;
        (product - cents(row, "tax")).abs() <= 100 && cents(row, "tax_rate") <= 2_500
    };
    rows.iter().filter(is_taxed).count()
}

#[tokio::test]
async fn a_check_that_amounts_add_up_does_not_keep_the_tax_from_being_a_share_of_them() {
    let rows = traffic(invoices().check("(gross = (net + tax))")).await;
    assert!(rows.iter().all(|row| cents(row, "gross") == cents(row, "net") + cents(row, "tax")));
    assert_eq!(taxed(&rows), rows.len());
    assert!(rows.iter().filter(|row| cents(row, "tax") > 0).count() > rows.len() / 2);
}

#[tokio::test]
async fn there_is_a_tax_where_nobody_knows_the_rate() {
    for precise in [money(), Type::Decimal { precision: 12, scale: 8 }] {
        let table = table("invoices").serial("id").column("net", money()).nullable("tax_rate", precise);
        let rows = traffic(table.column("tax", money()).column("gross", money()).primary_key(["id"])).await;
        let (unknown, known): (Vec<Row>, Vec<Row>) =
            rows.into_iter().partition(|row| row["tax_rate"].is_null());
        assert!(unknown.len() > 20 && unknown.iter().any(|row| cents(row, "tax") > 0));
        assert!(taxed(&known) > known.len() * 9 / 10, "{} of {}", taxed(&known), known.len());
    }
}

#[tokio::test]
async fn rows_that_a_check_does_not_let_add_up_still_meet_it() {
    let table = invoices().check("((gross = (net + tax)) AND (gross < (500)::numeric))");
    let rows = traffic(table).await;
    assert!(rows.iter().all(|row| cents(row, "gross") == cents(row, "net") + cents(row, "tax")));
    assert!(rows.iter().all(|row| cents(row, "gross") < 5_000_000));
    assert!(taxed(&rows) > rows.len() * 9 / 10, "{} of {}", taxed(&rows), rows.len());
}

#[tokio::test]
async fn a_total_that_is_no_less_than_its_part_is_the_sum() {
    let table = table("orders").serial("id").column("subtotal", money()).column("vat", money());
    let table = table.column("total_amount", money()).primary_key(["id"]);
    let table = table.check("(total_amount >= subtotal)").check("(subtotal >= (0)::numeric)");
    for row in traffic(table).await {
        let of = |column| cents(&row, column);
        assert_eq!(of("total_amount"), of("subtotal") + of("vat"), "{row:?}");
    }
}

#[tokio::test]
async fn an_end_that_a_check_puts_after_its_beginning_is_near_it() {
    let moment = || Type::Timestamp { precision: 6, zoned: true };
    let table = table("events").serial("id").column("end_date", Type::Date).column("start_date", Type::Date);
    let table = table.column("created_at", moment()).nullable("updated_at", moment());
    let table = table.primary_key(["id"]).check("(end_date >= start_date)");
    for row in traffic(table.check("((updated_at IS NULL) OR (updated_at >= created_at))")).await {
        let length = day(&row, "end_date").unwrap() - day(&row, "start_date").unwrap();
        assert!((1..=366).contains(&length), "{length} days: {row:?}");
        let (created, updated) = (day(&row, "created_at"), day(&row, "updated_at"));
        assert!(updated.is_none() || updated.unwrap() - created.unwrap() < 30, "{row:?}");
    }
}

#[tokio::test]
async fn one_of_two_ways_to_reach_somebody_is_still_that_of_the_person() {
    let table = table("people").serial("id").column("first_name", text(40)).column("last_name", text(40));
    let table = table.nullable("email", text(90)).nullable("phone", text(30)).primary_key(["id"]);
    for row in traffic(table.check("((email IS NOT NULL) OR (phone IS NOT NULL))")).await {
        assert!(!row["email"].is_null() || !row["phone"].is_null());
        if let (Value::Text(email), Value::Text(first)) = (&row["email"], &row["first_name"]) {
            let first: String = first.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
            assert!(email.starts_with(&format!("{first}.")), "{row:?}");
        }
    }
}

#[test]
fn a_relation_that_a_check_forbids_does_not_take_others_with_it() {
    let table = invoices().column("start_date", Type::Date).column("end_date", Type::Date);
    let table = table.check("(end_date > start_date)").check("(gross < net)");
    let plan = CrudPlan::new(&Schema::of([table]), &CrudConfig::default(), Seed(1), 4).unwrap();
    let words: Vec<String> = plan.tables[0].sources.iter().map(|source| source.describe()).collect();
    assert!(words[6].starts_with("after start_date"), "{words:?}");
    assert!(!words[4].contains("net and the tax"), "{words:?}");
}
