use std::collections::BTreeSet;

use super::{Seeding, order::order, parentage, seeding_plan};
use crate::{
    Seed, Target, Type, Value,
    crud::{CrudConfig, CrudPlan, SeedReport},
    memory::{Memory, table},
};

fn text(max: u32) -> Type {
    Type::Text { max: Some(max), fixed: false }
}

/// A tree of tags, customers with a key of ours, their orders, lines of orders, and a junction.
fn shop() -> Memory {
    let tags = table("a_tags").column("id", Type::Uuid).column("label", text(20)).nullable("up", Type::Uuid);
    let customers = table("customers").column("id", Type::Int(64)).column("email", text(60));
    let orders = table("orders").serial("id").column("customer", Type::Int(64)).column("note", text(9));
    let lines = table("lines").column("order", Type::Int(64)).column("line", Type::Int(32));
    let tagged = table("tagged").column("order", Type::Int(64)).column("tag", Type::Uuid);
    Memory::new([
        tags.primary_key(["id"]).references(["up"], "a_tags", ["id"]),
        customers.primary_key(["id"]).unique(["email"]),
        orders.primary_key(["id"]).references(["customer"], "customers", ["id"]),
        lines.primary_key(["order", "line"]).references(["order"], "orders", ["id"]),
        tagged.primary_key(["order", "tag"]).references(["order"], "orders", ["id"]).references(
            ["tag"],
            "a_tags",
            ["id"],
        ),
    ])
}

async fn planned(memory: &Memory) -> CrudPlan {
    planned_from(Seed(7), memory).await
}

async fn planned_from(seed: Seed, memory: &Memory) -> CrudPlan {
    let mut session = memory.connect().await.unwrap();
    seeding_plan(&mut session, &CrudConfig::default(), seed).await.unwrap()
}

async fn seeded(memory: &Memory, rows: u64, connections: u32) -> SeedReport {
    seeded_from(Seed(7), memory, rows, connections).await
}

async fn seeded_from(seed: Seed, memory: &Memory, rows: u64, connections: u32) -> SeedReport {
    let plan = planned_from(seed, memory).await;
    let seeding = Seeding::new(memory.clone(), plan, Some(rows)).connections(connections);
    let report = seeding.execute().await.unwrap();
    assert_eq!(report.fatal, None);
    report
}

const TABLES: [&str; 5] = ["a_tags", "customers", "orders", "lines", "tagged"];

fn counts(memory: &Memory) -> Vec<usize> {
    TABLES.iter().map(|table| memory.rows(table).len()).collect()
}

#[tokio::test]
async fn parents_come_first_and_every_table_has_as_many_rows_as_asked_for() {
    let shop = shop();
    let names: Vec<String> = {
        let plan = planned(&shop).await;
        order(&plan).into_iter().map(|table| plan.tables[table].table.name.table.clone()).collect()
    };
    let place = |name: &str| names.iter().position(|other| other == name);
    assert!(place("customers") < place("orders") && place("orders") < place("tagged"), "{names:?}");
    let report = seeded(&shop, 3_000, 2).await;
    assert_eq!((report.inserted(), report.is_complete()), (15_000, true), "{report:?}");
    assert_eq!(counts(&shop), [3_000; 5]);
}

#[tokio::test]
async fn a_second_time_adds_nothing_and_a_larger_number_the_difference() {
    let shop = shop();
    seeded(&shop, 1_500, 3).await;
    assert_eq!(seeded(&shop, 1_500, 3).await.inserted(), 0);
    let report = seeded(&shop, 2_000, 3).await;
    assert_eq!(report.inserted(), 2_500, "{report:?}");
    assert_eq!(counts(&shop), [2_000; 5]);
}

#[tokio::test]
async fn the_rows_are_the_same_for_any_number_of_connections() {
    let rows = async |connections| {
        let shop = shop();
        seeded(&shop, 4_500, connections).await;
        // Orders are numbered by the database, and rows only differ in who got which number.
        let sorted = |table| shop.rows(table).iter().map(|row| format!("{row:?}")).collect::<BTreeSet<_>>();
        ["a_tags", "customers", "lines", "tagged"].map(sorted)
    };
    assert!(rows(1).await == rows(4).await);
}

#[tokio::test]
async fn lines_count_on_within_their_order() {
    let shop = shop();
    let plan = planned(&shop).await;
    let lines = plan.tables.iter().find(|plan| plan.table.name.table == "lines").unwrap();
    assert_eq!(parentage::line(lines), Some(parentage::Line { column: 1, reference: 0 }));
    seeded(&shop, 100, 1).await;
    let Some(last) = shop.rows("lines").into_iter().map(|row| format!("{:?}", row[1])).max() else {
        panic!("no lines")
    };
    assert_eq!(last, format!("{:?}", Value::Int(1)), "as many lines as orders: each has one");
}

#[tokio::test]
async fn a_tree_has_roots_and_the_others_have_parents() {
    let shop = shop();
    seeded(&shop, 1_000, 2).await;
    let tags = shop.rows("a_tags");
    let roots = tags.iter().filter(|tag| tag[2].is_null()).count();
    assert!((100..400).contains(&roots), "{roots}");
}

#[tokio::test]
async fn what_is_taken_is_passed_over() {
    let shop = shop();
    seeded(&shop, 2_000, 2).await;
    // As if a seeding had been killed while the ranges before the last were under way.
    shop.forget("customers", |row| matches!(row[0], Value::Int(id) if (500..900).contains(&id)));
    let report = seeded(&shop, 3_000, 2).await;
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(counts(&shop), [3_000; 5]);
}

#[tokio::test]
async fn another_seed_goes_on_just_as_well() {
    let shop = shop();
    seeded(&shop, 1_000, 2).await;
    let report = seeded_from(Seed(8), &shop, 1_500, 2).await;
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(counts(&shop), [1_500; 5]);
}

#[tokio::test]
async fn every_row_of_a_parent_gets_its_one_child_at_last() {
    let users = table("users").column("id", Type::Uuid).primary_key(["id"]);
    let profiles = table("profiles").column("user", Type::Uuid).nullable("text", text(20));
    let memory = Memory::new([users, profiles.primary_key(["user"]).references(["user"], "users", ["id"])]);
    for rows in [1_000, 1_100, 5_000] {
        let report = seeded(&memory, rows, 2).await;
        assert!(report.is_complete(), "{report:?}");
    }
}

#[tokio::test]
async fn a_domain_that_is_full_is_said_and_is_no_failure() {
    let memory = Memory::new([table("flags").column("flag", Type::Bool).primary_key(["flag"])]);
    let report = seeded(&memory, 10, 2).await;
    assert_eq!((report.inserted(), memory.rows("flags").len()), (2, 2));
    let short = report.tables[0].short.clone().unwrap();
    assert!(short.contains("\"flag\" has no more values"), "{short}");
}

#[tokio::test]
async fn a_stop_is_heeded() {
    let shop = shop();
    let plan = planned(&shop).await;
    let report = Seeding::new(shop.clone(), plan, Some(10)).stop_on(async {}).execute().await.unwrap();
    assert!(report.stopped && !report.is_complete(), "{report:?}");
    let plan = planned(&shop).await;
    let aborted = Seeding::new(shop, plan, Some(10)).abort_on(async {}).execute().await;
    assert!(aborted.is_ok() || matches!(aborted, Err(crate::RunError::Stopped)), "{aborted:?}");
}
