//! What `orders` promises, whatever the number of connections and whatever goes wrong.

use std::collections::{BTreeMap, BTreeSet};

use loadgen_core::{
    Action, Change, ChangeKind, CheckError, Failure, Fill, Report, Run, RunError, Target, Type, Value,
    memory::{Fault, Faults, Memory, table},
    migration::{self, MigrateSession, Migration},
    orders::{OrderWeights, Orders, OrdersConfig, STEPS, migrate, plan},
};

use crate::shop::text;

pub(crate) fn shop() -> Memory {
    let moment = Type::Timestamp { precision: 3, zoned: false };
    let money = || Type::Decimal { precision: 18, scale: 2 };
    let now = || Fill::Volatile("now()".to_owned());
    let customers = table("Customers").serial("CustomerId").column("FirstName", text(100));
    let customers = customers.column("LastName", text(100)).column("Email", text(255));
    let customers = customers.with("CreatedAt", moment.clone(), false, now());
    let orders = table("orders").serial("order_id").column("customer_id", Type::Int(64));
    let orders = orders.with("order_date", moment.clone(), false, now()).column("total_amount", money());
    let items = table("OrderItems").serial("OrderItemId").column("OrderId", Type::Int(64));
    let items = items.column("ProductName", text(200)).column("Quantity", Type::Int(32));
    Memory::new([
        customers.column("ModifiedAt", moment).primary_key(["CustomerId"]),
        orders.column("status", text(50)).primary_key(["order_id"]).references(
            ["customer_id"],
            "Customers",
            ["CustomerId"],
        ),
        items.column("UnitPrice", money()).primary_key(["OrderItemId"]).references(
            ["OrderId"],
            "orders",
            ["order_id"],
        ),
    ])
}

fn run(memory: &Memory, connections: u32) -> Run<Orders<Memory>> {
    let workload = Orders::new(OrdersConfig::default(), Vec::new());
    Run::new(memory.clone(), workload).seed(7).lanes(16).connections(connections).operations(10_000).check()
}

fn cents(value: &Value) -> i128 {
    if let Value::Decimal(decimal) = value { decimal.unscaled } else { panic!("no amount: {value:?}") }
}

fn number(value: &Value) -> i64 {
    if let Value::Int(number) = value { *number } else { panic!("no number: {value:?}") }
}

fn words(value: &Value) -> &str {
    if let Value::Text(text) = value { text } else { panic!("no text: {value:?}") }
}

/// Every order is worth its items and has some.
fn hold(memory: &Memory) {
    let mut worth: BTreeMap<i64, i128> = BTreeMap::new();
    for item in memory.rows("OrderItems") {
        *worth.entry(number(&item[1])).or_default() += i128::from(number(&item[3])) * cents(&item[4]);
    }
    for order in memory.rows("orders") {
        let items = worth.remove(&number(&order[0]));
        assert_eq!(items, Some(cents(&order[3])), "order {:?}", order[0]);
    }
    assert!(worth.is_empty(), "items without orders");
}

#[tokio::test]
async fn the_same_seed_does_the_same_on_one_connection_and_on_eight() {
    let mut digests = BTreeSet::new();
    for connections in [1, 8] {
        let memory = shop();
        let report = run(&memory, connections).execute().await.unwrap();
        assert!(report.errors.is_empty(), "{:?}", report.errors);
        digests.insert(report.tally.history.to_string());
        hold(&memory);
    }
    assert_eq!(digests.len(), 1);
    let other = run(&shop(), 1).seed(8).execute().await.unwrap();
    assert!(digests.insert(other.tally.history.to_string()), "another seed does something else");
}

#[tokio::test]
async fn operations_are_chosen_by_their_weights() {
    let report = run(&shop(), 4).execute().await.unwrap();
    let total: u64 = report.scenarios.values().map(done).sum();
    assert_eq!(total, 10_000);
    let square = |(name, weight): &(&str, u64)| {
        let expected = *weight as f64 * total as f64 / 100.0;
        (done(&report.scenarios[*name]) as f64 - expected).powi(2) / expected
    };
    let chi: f64 = OrderWeights::default().each().iter().map(square).sum();
    // With four degrees of freedom this is passed once in 10,000 times.
    assert!(chi < 23.5, "{chi}: {:?}", report.scenarios);
}

fn done(scenario: &loadgen_core::ScenarioReport) -> u64 {
    let outcomes = scenario.outcomes;
    outcomes.committed + outcomes.skipped + outcomes.aborted + outcomes.indeterminate
}

#[tokio::test]
async fn rows_look_like_those_of_a_shop() {
    let memory = shop();
    run(&memory, 2).execute().await.unwrap();
    let mut emails = BTreeSet::new();
    for row in memory.rows("Customers") {
        let (first, email) = (words(&row[1]).to_lowercase(), words(&row[3]));
        assert!(emails.insert(email.to_owned()), "{email} is there twice");
        let plain: String = first.chars().filter(char::is_ascii_alphanumeric).collect();
        assert!(email.starts_with(&plain) && email.matches('@').count() == 1, "{first}: {email}");
        let (Value::Timestamp(created), Value::Timestamp(modified)) = (&row[4], &row[5]) else {
            panic!("{row:?}")
        };
        assert!(modified >= created && created % 1_000 == 0, "{row:?}");
    }
    let statuses: BTreeSet<String> =
        memory.rows("orders").iter().map(|row| words(&row[4]).to_owned()).collect();
    assert_eq!(statuses, ["Completed", "Pending", "Processing", "Shipped"].map(str::to_owned).into());
    assert!(memory.rows("OrderItems").iter().all(|row| cents(&row[4]) > 0));
}

#[tokio::test]
async fn what_is_refused_for_a_while_is_tried_again_and_counted_once() {
    let memory = shop().with_faults(Faults::new(|count, changes: &[Change]| {
        let failure = match count % 40 {
            _ if changes.is_empty() => return None,
            7 => Failure::aborted(Action::Retry, "deadlock", "chosen as the victim"),
            19 => Failure::aborted(Action::PauseThenFatal, "throttled", "too many requests"),
            31 => Failure::aborted(Action::Reconnect, "lost", "the connection was lost"),
            _ => return None,
        };
        Some(Fault { failure, applied: false })
    }));
    let report = run(&memory, 8).operations(2_000).execute().await.unwrap();
    assert!(report.errors.len() == 3 && report.counts.retries > 100, "{:?}", report.errors);
    let outcomes = report.outcomes();
    assert_eq!((outcomes.committed + outcomes.skipped, outcomes.aborted), (2_000, 0));
    hold(&memory);
    let calm = run(&shop(), 8).operations(2_000).execute().await.unwrap();
    assert_eq!(report.tally.history, calm.tally.history);
}

#[tokio::test]
async fn answers_that_are_lost_are_nobodys_guess_and_leave_nothing_torn() {
    for applied in [false, true] {
        let memory = shop().with_faults(Faults::new(move |count, changes: &[Change]| {
            let failure = Failure::indeterminate(Action::Resolve, "lost", "the answer was lost");
            (count % 50 == 11 && !changes.is_empty()).then_some(Fault { failure, applied })
        }));
        let error = run(&memory, 8).operations(2_000).execute().await.unwrap_err();
        let RunError::Check { source: CheckError::Inconclusive(doubts), report, .. } = error else {
            panic!("{error:?}")
        };
        assert!(doubts.iter().all(|doubt| doubt.contains("operations of unknown outcome")), "{doubts:?}");
        assert!(report.outcomes().indeterminate > 20, "{:?}", report.outcomes());
        hold(&memory);
    }
}

#[tokio::test]
async fn statuses_go_one_step_on_and_items_leave_open_orders_alone() {
    let memory = shop().with_faults(Faults::new(|_, changes: &[Change]| {
        for change in changes.iter().filter(|change| change.shape.kind == ChangeKind::Update) {
            let table = &change.shape.table;
            let status = change.shape.key.iter().position(|key| table.columns[*key].name == "status");
            let Some(at) = status else { continue };
            let (before, last) = (words(&change.values[at]), change.values.last().unwrap());
            match last {
                Value::Text(next) => assert!(
                    [("Pending", "Processing"), ("Processing", "Shipped"), ("Shipped", "Completed")]
                        .contains(&(before, next)),
                    "{before} to {next}"
                ),
                _ => assert!(
                    ["Pending", "Processing"].contains(&before),
                    "an item of an order that is {before}"
                ),
            }
        }
        None
    }));
    let report = run(&memory, 3).execute().await.unwrap();
    assert!(report.scenarios["delete_item"].rows.deleted > 300, "{:?}", report.scenarios["delete_item"]);
}

#[tokio::test]
async fn what_is_remembered_is_bounded_and_what_is_let_go_still_counts() {
    let config = OrdersConfig { remember: 3, ..OrdersConfig::default() };
    let memory = shop();
    let run = Run::new(memory.clone(), Orders::new(config, Vec::new())).lanes(2).operations(5_000).check();
    let report = run.execute().await.unwrap();
    let orders = &report.tally.tables["public.orders"];
    assert_eq!(orders.live, memory.rows("orders").len() as u64);
    assert!(orders.rows.updated > 1_000, "{orders:?}");
}

#[tokio::test]
async fn an_operation_that_finds_nothing_is_skipped_with_a_reason() {
    let weights = OrderWeights { new_customer: 0, new_order: 0, ..OrderWeights::default() };
    let config = OrdersConfig { weights, ..OrdersConfig::default() };
    let report: Report =
        Run::new(shop(), Orders::new(config, Vec::new())).operations(100).execute().await.unwrap();
    assert_eq!((report.outcomes().skipped, report.skips.len()), (100, 3), "{:?}", report.skips);
}

#[tokio::test]
async fn a_shop_that_was_there_is_left_alone() {
    let memory = shop();
    run(&memory, 4).operations(2_000).execute().await.unwrap();
    let before: BTreeSet<String> = memory.rows("orders").into_iter().map(|row| format!("{row:?}")).collect();
    run(&memory, 4).seed(8).operations(2_000).execute().await.unwrap();
    let after: BTreeSet<String> = memory.rows("orders").into_iter().map(|row| format!("{row:?}")).collect();
    assert!(before.len() > 500 && before.is_subset(&after));
}

#[tokio::test]
async fn what_somebody_else_does_to_the_orders_is_found() {
    let memory = shop();
    let busy = memory.clone();
    let meddler = Faults::new(move |count, changes: &[Change]| {
        if count == 300 && !changes.is_empty() {
            busy.alter("orders", |table| table.without("total_amount").column("total_amount", Type::Int(32)));
        }
        None
    });
    let run = run(&memory.clone().with_faults(meddler), 1).operations(1_000);
    let error = run.execute().await.unwrap_err();
    let RunError::Check { source, .. } = error else { panic!("{error:?}") };
    assert!(source.to_string().contains("totals of orders are not those of their items"), "{source}");
}

#[tokio::test]
async fn tables_that_are_not_those_of_a_shop_are_refused_with_the_reason() {
    let check = async |memory: Memory, expected: &str| {
        let error = run(&memory, 1).execute().await.unwrap_err();
        let RunError::Prepare { source, .. } = error else { panic!("{error:?}") };
        assert_eq!(source.to_string(), expected);
    };
    let memory = shop();
    memory.drop_table("OrderItems");
    check(
        memory,
        "there is no table OrderItems in the schemas that are searched; say in `schema` where it is, or take back the steps that \
         came with `orders`, which then make it anew",
    )
    .await;
    let memory = shop();
    memory.create(table("order_items").column("id", Type::Int(32)));
    check(
        memory,
        "public.OrderItems and public.order_items could each be the table OrderItems; say in `schema` which is meant, or rename \
         the others",
    )
    .await;
    let memory = shop();
    memory.alter("orders", |table| table.without("total_amount"));
    check(
        memory,
        "column TotalAmount of public.orders is missing; a table that is there already has to fit: change it, let it have another \
         name, or say in `schema` where the tables of `orders` are",
    )
    .await;
    let memory = shop();
    memory.alter("orders", |table| table.column("region", Type::Int(32)));
    check(
        memory,
        "column region of public.orders is not one of the workload's and may be neither NULL nor left out; give it a default; a \
         table that is there already has to fit: change it, let it have another name, or say in `schema` where the tables of \
         `orders` are",
    )
    .await;
}

/// The steps of the workload in words that no database takes.
fn steps() -> [Migration; 3] {
    STEPS.map(|name| Migration::new(name, "never", "never"))
}

#[tokio::test]
async fn tables_of_others_are_written_and_never_taken_over() {
    let memory = shop();
    let workload = Orders::new(OrdersConfig::default(), steps().to_vec());
    Run::new(memory.clone(), workload).seed(7).operations(50).check().execute().await.unwrap();
    let mut session = memory.connect().await.unwrap();
    assert_eq!(session.migrated().await.unwrap(), [""; 0]);
    let planned = plan(&mut session, &OrdersConfig::default(), &steps()).await.unwrap();
    assert_eq!((planned.pending, planned.taken), (Vec::new(), Vec::new()));
    assert_eq!(migration::revert(&mut session, &steps()).await.unwrap(), [""; 0]);
}

#[tokio::test]
async fn what_traffic_can_do_without_is_said_and_not_recorded_and_nothing_else_is() {
    let extra = Migration::new("0004_extra", "never", "");
    let steps =
        [Migration::new("0003_usual", "", ""), extra.clone().optional(), Migration::new("0005_last", "", "")];
    let mut session = shop().connect().await.unwrap();
    let migrated = migrate(&mut session, &OrdersConfig::default(), &steps).await.unwrap();
    assert_eq!(migrated.taken, ["0003_usual", "0005_last"]);
    assert_eq!(migrated.refused[0].0, "0004_extra");
    assert_eq!(session.migrated().await.unwrap(), ["0003_usual", "0005_last"]);
    let error = migrate(&mut session, &OrdersConfig::default(), &[extra]).await.unwrap_err();
    assert!(error.to_string().starts_with("migration 0004_extra: "), "{error}");
}

#[tokio::test]
async fn steps_make_no_tables_beside_one_that_is_there() {
    let moment = || Type::Timestamp { precision: 3, zoned: false };
    let customers = table("Customers").serial("CustomerId").column("FirstName", text(100));
    let customers = customers.column("LastName", text(100)).column("Email", text(255));
    let customers = customers.column("CreatedAt", moment()).column("ModifiedAt", moment());
    let mut session = Memory::new([customers.primary_key(["CustomerId"])]).connect().await.unwrap();
    let error = migrate(&mut session, &OrdersConfig::default(), &steps()).await.unwrap_err();
    assert!(error.to_string().contains("Customers is there and Orders is not"), "{error}");
    let error = plan(&mut session, &OrdersConfig::default(), &steps()).await.unwrap_err();
    assert!(error.to_string().contains("take over nothing"), "{error}");
}
