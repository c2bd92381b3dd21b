//! Rows that were there before a run: parents outside the plan, and rows that the lanes take over.

use loadgen_core::{
    CheckError, Report, Run, RunError, Seed, Target, Type, Value,
    crud::{self, Crud, CrudConfig, CrudPlan, Seeding, seeding_plan},
    memory::{Memory, table},
};

use crate::shop::{shop, text};

fn config(json: &str) -> CrudConfig {
    serde_json::from_str(json).unwrap()
}

/// The shop with so many rows in each table.
async fn filled(rows: u64) -> Memory {
    let shop = shop();
    let plan =
        seeding_plan(&mut shop.connect().await.unwrap(), &CrudConfig::default(), Seed(4)).await.unwrap();
    assert!(Seeding::new(shop.clone(), plan, Some(rows)).execute().await.unwrap().is_complete());
    shop
}

async fn plan(memory: &Memory, config: &CrudConfig) -> CrudPlan {
    crud::plan(&mut memory.connect().await.unwrap(), config, Seed(1), 16).await.unwrap()
}

async fn run(memory: &Memory, config: &CrudConfig, connections: u32) -> Result<Report, RunError> {
    let run = Run::new(memory.clone(), Crud::new(config.clone())).seed(7).lanes(16).connections(connections);
    run.operations(3_000).check().execute().await
}

fn words(plan: &CrudPlan, table: &str, column: usize) -> String {
    plan.tables.iter().find(|planned| planned.table.name.table == table).unwrap().describe(column)
}

#[tokio::test]
async fn a_parent_outside_the_plan_is_one_of_the_rows_that_are_there() {
    let config = config(r#"{"exclude": ["customers", "tags", "order_tags"]}"#);
    let shop = filled(200).await;
    assert_eq!(
        words(&plan(&shop, &config).await, "orders", 1),
        "one of 200 existing rows of public.customers"
    );
    let before = shop.rows("customers");
    let one = run(&shop, &config, 1).await.unwrap();
    assert!(one.errors.is_empty(), "{:?}", one.errors);
    assert!(one.tally.tables["public.orders"].rows.inserted > 500);
    assert_eq!(shop.rows("customers").len(), before.len());
    let other = filled(200).await;
    let eight = run(&other, &config, 8).await.unwrap();
    assert_eq!(one.tally.history, eight.tally.history);
    let used: std::collections::BTreeSet<String> =
        shop.rows("orders").iter().map(|row| format!("{:?}", row[1])).collect();
    assert!(used.len() > 190, "{} of 200 customers have orders", used.len());
}

#[tokio::test]
async fn a_number_beside_a_parent_that_was_there_goes_on_after_the_largest() {
    let shop = filled(300).await;
    let report = run(&shop, &config(r#"{"tables": {"order_items": {}}}"#), 4).await.unwrap();
    assert!(report.errors.is_empty(), "{:?}", report.errors);
}

#[tokio::test]
async fn a_parent_without_rows_leaves_its_children_out_and_says_why() {
    let shop = shop();
    let plan = plan(&shop, &config(r#"{"exclude": ["customers"]}"#)).await;
    let refused: Vec<String> = plan.refused.iter().map(|(name, why)| format!("{name} {why}")).collect();
    assert_eq!(
        refused[0],
        "public.orders refers to public.customers, which is not in the plan and has no rows to refer to; add \
         public.customers to the tables"
    );
    assert!(
        refused[1].starts_with("public.order_items refers to public.orders, which is left out and has no")
    );
    assert_eq!(plan.tables.len(), 1, "{refused:?}");
}

#[tokio::test]
async fn a_table_that_cannot_be_written_is_a_parent_all_the_same() {
    let mut users = table("users").serial("id").column("name", text(20)).primary_key(["id"]);
    let logins = table("logins").serial("id").column("user_id", Type::Int(64)).primary_key(["id"]);
    let logins = logins.references(["user_id"], "users", ["id"]);
    let open = Memory::new([users.clone(), logins.clone()]);
    run(&open, &CrudConfig::default(), 1).await.unwrap();
    users = users.column("odd", Type::Unsupported);
    let shut = Memory::new([users, logins]);
    let error = crud::plan(&mut shut.connect().await.unwrap(), &CrudConfig::default(), Seed(1), 16).await;
    let error = error.unwrap_err().to_string();
    assert!(
        error.contains("public.logins: refers to public.users, which is left out and has no rows"),
        "{error}"
    );
}

#[tokio::test]
async fn a_key_of_nothing_but_parents_outside_the_plan_says_how_many_rows_fit() {
    let shop = filled(50).await;
    let plan = plan(&shop, &config(r#"{"tables": {"order_tags": {}, "customers": {}}}"#)).await;
    let tags = plan.tables.iter().find(|table| table.table.name.table == "order_tags").unwrap();
    assert!(tags.notes.iter().any(|note| note.contains(": 2500 rows fit")), "{:?}", tags.notes);
    let plan = self::plan(&shop, &config(r#"{"exclude": ["orders"]}"#)).await;
    assert!(words(&plan, "order_tags", 0).starts_with("one of 50"));
}

#[tokio::test]
async fn parents_that_share_a_column_agree_wherever_they_come_from() {
    let tenants = table("tenants").serial("id").column("name", text(9)).primary_key(["id"]);
    let users = table("users").column("tenant", Type::Int(64)).column("id", Type::Int(32));
    let users = users.primary_key(["tenant", "id"]).references(["tenant"], "tenants", ["id"]);
    let notes = table("notes").serial("id").column("tenant", Type::Int(64)).column("author", Type::Int(32));
    let notes = notes.primary_key(["id"]).references(["tenant"], "tenants", ["id"]);
    let notes = notes.references(["tenant", "author"], "users", ["tenant", "id"]);
    let memory = Memory::new([tenants, users, notes]);
    run(&memory, &config(r#"{"exclude": ["notes"]}"#), 1).await.unwrap();
    let report = run(&memory, &config(r#"{"tables": {"notes": {}}}"#), 3).await.unwrap();
    assert!(report.errors.is_empty(), "{:?}", report.errors);
    assert!(memory.rows("notes").iter().all(|row| !matches!(row[1], Value::Null)));
    assert!(memory.rows("notes").len() > 500);
}

const MIX: &str = r#""operations": {"insert": 2, "update": 2, "delete": 3}, "rows": {"insert": 2, "update": 3, "delete": 2}"#;

fn touching(rest: &str) -> CrudConfig {
    config(&format!("{{{MIX}, {rest}}}"))
}

/// A run on rows that are there, which meets no error.
async fn undisturbed(memory: &Memory, config: &CrudConfig, connections: u32) -> Report {
    let report = run(memory, config, connections).await.unwrap_or_else(|error| panic!("{error:#?}"));
    assert!(report.errors.is_empty(), "{:#?}", report.errors);
    assert_eq!((report.outcomes().aborted, report.counts.retries), (0, 0));
    report
}

/// How many of the rows from before are the same as ever, and how many there are.
fn unchanged(before: &[Vec<Value>], after: &[Vec<Value>]) -> usize {
    before.iter().filter(|row| after.contains(row)).count()
}

#[tokio::test]
async fn rows_that_were_taken_over_are_rows_like_any_other_on_any_number_of_connections() {
    let config = touching(r#""touch": "all""#);
    let one = filled(300).await;
    let before = one.clone().rows("tags");
    let report = undisturbed(&one, &config, 1).await;
    let left = unchanged(&before, &one.rows("tags"));
    assert!(left < 200, "{left} of 300 tags are as they were");
    for (name, table) in &report.tally.tables {
        assert_eq!(table.live, one.rows(&name["public.".len()..]).len() as u64, "{name}");
        assert!(
            table.rows.deleted > 50 && table.rows.updated + u64::from(name == "public.order_tags") > 0,
            "{name}: {table:?}"
        );
    }
    for connections in [3, 16] {
        let other = filled(300).await;
        let again = undisturbed(&other, &config, connections).await;
        assert_eq!(again.tally.history, report.tally.history, "{connections} connections");
        assert_eq!(again.tally.tables["public.tags"].digest, report.tally.tables["public.tags"].digest);
    }
}

#[tokio::test]
async fn what_is_inserted_beside_existing_rows_is_left_alone() {
    let shop = filled(300).await;
    let before = shop.rows("customers");
    let report = undisturbed(&shop, &touching(r#""touch": "existing""#), 4).await;
    let customers = report.tally.tables["public.customers"].rows;
    let is_old = |row: &&Vec<Value>| before.iter().any(|old| old[0] == row[0]);
    let (after, inserted) = (shop.rows("customers"), customers.inserted as usize);
    assert_eq!(after.len() - after.iter().filter(is_old).count(), inserted, "a new row was deleted");
    assert!(inserted > 100 && customers.deleted > 10 && customers.updated > 50, "{customers:?}");
    for row in shop.rows("orders") {
        assert!(before.iter().any(|old| old[0] == row[1]), "{row:?} refers to a new customer");
    }
}

#[tokio::test]
async fn a_parent_is_not_deleted_under_children_that_nobody_has_taken_over() {
    for rest in [
        r#""tables": {"customers": {"touch": "all"}, "tags": {"touch": "existing"}}"#,
        r#""tables": {"customers": {"touch": "all"}, "orders": {"touch": "all"}, "order_items": {}, "order_tags": {}, "tags": {}}"#,
        r#""touch": "all", "remember": 300"#,
        r#""touch": "all", "tables": {"customers": {}, "orders": {"touch": "own"}}"#,
        r#""touch": "all", "tables": {"orders": {}, "tags": {}, "order_tags": {"touch": "own"}, "customers": {}}"#,
        r#""touch": "all", "exclude": ["tags"]"#,
    ] {
        let shop = filled(1_000).await;
        let report = undisturbed(&shop, &touching(rest), 4).await;
        let customers = &report.tally.tables["public.customers"].rows;
        assert!(customers.updated > 100, "{rest}: {customers:?}");
    }
}

#[tokio::test]
async fn rows_are_taken_over_from_all_over_a_table_up_to_what_is_remembered() {
    let shop = filled(1_000).await;
    let mut session = shop.connect().await.unwrap();
    let config = config(r#"{"touch": "all", "remember": 2560, "exclude": ["tags", "order_tags"]}"#);
    let setup = loadgen_core::Setup { seed: Seed(1), lanes: 16, check: false };
    let mut plan = crud::permitted_plan(&mut session, &config, &setup).await.unwrap();
    plan.adopt(&mut session).await.unwrap();
    for table in &plan.tables {
        let taken = table.taken_over.unwrap();
        assert!(!taken.all && (426..=853).contains(&taken.rows), "{}: {taken:?}", table.table.name);
    }
    let all = CrudConfig { remember: None, ..config };
    let mut plan = crud::permitted_plan(&mut session, &all, &setup).await.unwrap();
    plan.adopt(&mut session).await.unwrap();
    let taken: Vec<_> = plan.tables.iter().map(|table| table.taken_over.unwrap()).collect();
    assert!(taken.iter().all(|taken| taken.all && taken.rows == 1_000), "{taken:?}");
}

#[tokio::test]
async fn a_tree_goes_to_one_lane_as_long_as_there_is_room() {
    let nodes = table("nodes").column("id", Type::Int(64)).nullable("up", Type::Int(64)).column("v", text(9));
    let nodes = nodes.primary_key(["id"]).references(["up"], "nodes", ["id"]);
    let memory = Memory::new([nodes]);
    let mut session = memory.connect().await.unwrap();
    let plan = seeding_plan(&mut session, &CrudConfig::default(), Seed(4)).await.unwrap();
    Seeding::new(memory.clone(), plan, Some(2_000)).execute().await.unwrap();
    for remember in ["1000000", "1000"] {
        let report =
            undisturbed(&memory, &touching(&format!(r#""touch": "all", "remember": {remember}"#)), 4).await;
        assert!(report.tally.tables["public.nodes"].rows.deleted > 200, "{:?}", report.skips);
    }
}

#[tokio::test]
async fn empty_tables_have_nothing_to_take_over() {
    let report = undisturbed(&shop(), &touching(r#""touch": "all""#), 4).await;
    assert!(report.tally.tables.values().all(|table| table.rows.inserted > 0), "{report:?}");
    let report = undisturbed(&shop(), &touching(r#""touch": "existing""#), 4).await;
    assert_eq!(report.tally.tables["public.orders"].rows.inserted, 0);
    assert!(
        report.skips["the lane has no parent among the rows that were there"] > 100,
        "{:?}",
        report.skips
    );
}

#[tokio::test]
async fn rows_that_the_server_picks_are_changed_and_not_compared() {
    let shop = filled(300).await;
    let before = shop.rows("order_items");
    let config = touching(
        r#""tables": {"customers": {"sampling": "server", "touch": "all"}, "orders": {},
                                        "tags": {"sampling": "server", "touch": "existing"},
                                        "order_items": {"sampling": "server"}}"#,
    );
    let report = undisturbed(&shop, &config, 4).await;
    let customers = report.tally.tables["public.customers"];
    assert!(customers.unchecked && customers.rows.updated > 200, "{customers:?}");
    assert_eq!((customers.rows.deleted, report.tally.tables["public.tags"].rows.deleted), (0, 0));
    // The key of order_items is of two columns.
    assert!(
        unchanged(&before, &shop.rows("order_items")) == 300
            && !report.tally.tables["public.order_items"].unchecked
    );
    let plan = plan(&shop, &config).await;
    let customers = shop.rows("customers").len();
    assert_eq!(words(&plan, "orders", 1), format!("one of {customers} existing rows of public.customers"));
    assert_eq!(
        shop.rows("customers").len() as u64,
        300 + report.tally.tables["public.customers"].rows.inserted
    );
}

#[tokio::test]
async fn the_server_picks_no_rows_that_nobody_may_touch() {
    let refused = async |json: &str| {
        let mut session = shop().connect().await.unwrap();
        let planned = crud::plan(&mut session, &config(json), Seed(1), 16).await;
        planned.err().map(|error| error.to_string())
    };
    for json in [
        r#"{"sampling": "server"}"#,
        r#"{"sampling": "server", "touch": "own"}"#,
        r#"{"tables": {"customers": {"sampling": "server"}}}"#,
        r#"{"touch": "all", "tables": {"customers": {"sampling": "server", "touch": "own"}}}"#,
    ] {
        let why = "sampling: server picks among all rows of public.customers, those that were there before, too: say \
                   touch: all (or existing)";
        assert_eq!(refused(json).await.as_deref(), Some(why), "{json}");
    }
    for json in [
        r#"{"sampling": "server", "touch": "existing"}"#,
        r#"{"touch": "all", "tables": {"customers": {"sampling": "server"}}}"#,
        r#"{"sampling": "server", "operations": {"insert": 1}}"#,
        r#"{"tables": {"customers": {"sampling": "server", "touch": "all"}}}"#,
    ] {
        assert_eq!(refused(json).await, None, "{json}");
    }
}

#[tokio::test]
async fn picked_rows_that_nothing_refers_to_are_deleted() {
    let logs = table("logs").serial("id").column("text", text(20)).primary_key(["id"]);
    let memory = Memory::new([logs]);
    let only_inserts = Crud::new(config(r#"{"operations": {"insert": 1}}"#));
    Run::new(memory.clone(), only_inserts).operations(300).execute().await.unwrap();
    let weights = r#""operations": {"insert": 1, "update": 1, "delete": 1}"#;
    let config = config(&format!(r#"{{"sampling": "server", "touch": "all", {weights}}}"#));
    let run = Run::new(memory.clone(), Crud::new(config)).seed(7).lanes(16).connections(4);
    let ended = run.operations(600).check().execute().await;
    let Err(RunError::Check { source: CheckError::Inconclusive(why), report, .. }) = ended else {
        panic!("there is nothing to compare: {ended:?}")
    };
    assert_eq!(why, ["nothing was compared (public.logs: the server picks rows)"]);
    let logs = report.tally.tables["public.logs"].rows;
    assert!(logs.deleted > 150 && logs.updated > 150, "{logs:?}");
    assert_eq!(memory.rows("logs").len() as u64, 300 + logs.inserted - logs.deleted);
}
