//! Moments of a row that come one after the other, and those that few rows have.

use std::collections::BTreeMap;

use loadgen_core::{
    Fill, Run, Schema, Seed, Table, Type, Value,
    crud::{Crud, CrudConfig, CrudPlan, Source},
    memory::{Memory, table},
};

type Row = BTreeMap<String, Value>;

fn moment() -> Type {
    Type::Timestamp { precision: 6, zoned: true }
}

async fn traffic(table: Table) -> Vec<Row> {
    let memory = Memory::new([table.clone()]);
    let run = Run::new(memory.clone(), Crud::new(CrudConfig::default())).lanes(4).operations(2_000).check();
    let report = run.execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:?}", report.errors);
    assert!(report.tally.tables.values().all(|table| table.rows.updated > 100), "{:?}", report.tally);
    let names = || table.columns.iter().map(|column| column.name.clone());
    let rows = memory.rows(&table.name.table);
    rows.into_iter().map(|row| names().zip(row).collect()).collect()
}

fn micros(row: &Row, column: &str) -> Option<i64> {
    match &row[column] {
        Value::Null => None,
        Value::Timestamp(micros) => Some(*micros),
        Value::Date(days) => Some(i64::from(*days) * DAY),
        other => panic!("{column}: {other:?}"),
    }
}

const DAY: i64 = 86_400_000_000;

/// A table of nothing but these moments, of which all from the third on may be NULL.
fn moments(name: &str, columns: &[&str], ty: &Type) -> Table {
    let add = |table: Table, (at, column): (usize, &&str)| match at {
        0 | 1 => table.column(column, ty.clone()),
        _ => table.nullable(column, ty.clone()),
    };
    let table = columns.iter().enumerate().fold(table(name).serial("id"), add);
    table.column("note", Type::Int(32)).primary_key(["id"])
}

/// The later of two moments comes after the earlier one, at most so many days.
async fn check(table: Table, pairs: &[(&str, &str)], most: i64) {
    let rows = traffic(table).await;
    assert!(rows.len() > 100);
    for row in &rows {
        for (early, late) in pairs {
            let (Some(one), Some(other)) = (micros(row, early), micros(row, late)) else { continue };
            assert!(one < other && other - one <= most * DAY, "{early} {late}: {row:?}");
        }
    }
}

#[tokio::test]
async fn pairs_of_moments_come_in_their_order() {
    let rental = moments("rentals", &["rental_date", "return_date"], &moment());
    check(rental, &[("rental_date", "return_date")], 17).await;
    let invoice = moments("invoices", &["due_date", "issue_date", "paid_date"], &Type::Date);
    check(invoice, &[("issue_date", "due_date"), ("issue_date", "paid_date")], 258).await;
    let order = moments("orders", &["shipped_date", "order_date", "required_date"], &Type::Date);
    check(order, &[("order_date", "required_date"), ("order_date", "shipped_date")], 258).await;
    let post = moments("posts", &["created_at", "published_at"], &moment());
    check(post, &[("created_at", "published_at")], 40).await;
    let stay = moments("stays", &["check_in", "check_out"], &Type::Date);
    check(stay, &[("check_in", "check_out")], 258).await;
    let flight = ["scheduled_departure", "scheduled_arrival", "actual_departure", "actual_arrival"];
    let pairs = [(flight[0], flight[1]), (flight[0], flight[2]), (flight[2], flight[3])];
    check(moments("flights", &flight, &moment()), &pairs, 1).await;
    let job = moments("employees", &["hire_date", "leave_date"], &Type::Date);
    check(job, &[("hire_date", "leave_date")], 11 * 366).await;
    let account = ["created_at", "email_verified_at", "last_login_at", "trial_expires_at"];
    let pairs = [(account[0], account[1]), (account[0], account[2]), (account[0], account[3])];
    check(moments("accounts", &account, &moment()), &pairs, 400).await;
}

#[tokio::test]
async fn a_unique_moment_comes_before_what_follows_it_after_updates_too() {
    let table = table("rental").serial("id").column("rental_date", moment()).column("item", Type::Int(32));
    let table = table.nullable("return_date", moment()).primary_key(["id"]);
    check(table.unique(["rental_date", "item"]), &[("rental_date", "return_date")], 17).await;
}

#[tokio::test]
async fn what_ends_the_life_of_a_row_is_null_in_most() {
    let table = table("users").serial("id").column("created_at", moment()).nullable("deleted_at", moment());
    let table = table.nullable("locked_until", moment()).nullable("updated_at", moment());
    let rows = traffic(table.primary_key(["id"])).await;
    let nulls = |column: &str| rows.iter().filter(|row| row[column].is_null()).count() as f64;
    let share = |column: &str| nulls(column) / rows.len() as f64;
    assert!((0.85..0.95).contains(&share("deleted_at")), "{}", share("deleted_at"));
    assert!((0.85..0.95).contains(&share("locked_until")), "{}", share("locked_until"));
    assert!(share("updated_at") < 0.15);
}

fn sources(table: Table) -> Vec<bool> {
    let plan = CrudPlan::new(&Schema::of([table]), &CrudConfig::default(), Seed(1), 4).unwrap();
    plan.tables[0].sources.iter().map(Source::is_written).collect()
}

#[tokio::test]
async fn a_creation_by_default_is_written_where_something_that_is_drawn_follows_it() {
    let now = || Fill::Volatile("now()".to_owned());
    let users = || table("users").serial("id").with("created_at", moment(), false, now());
    let users = || users().with("updated_at", moment(), false, now()).column("name", Type::Int(32));
    assert_eq!(sources(users().primary_key(["id"])), [false, false, false, true]);
    let table = users().nullable("expires_at", moment()).primary_key(["id"]);
    assert_eq!(sources(table.clone()), [false, true, true, true, true]);
    check(table, &[("created_at", "updated_at"), ("created_at", "expires_at")], 520).await;
}
