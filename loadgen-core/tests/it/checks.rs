//! Tables with checks, which the database in memory enforces.

use loadgen_core::{
    Report, Run, RunError, Schema, Seed, Table, Type,
    crud::{Crud, CrudConfig, CrudPlan, RowCounts, TablePlan},
    memory::{Memory, table},
};
use proptest::{prelude::*, test_runner::Config};

use crate::shop::text;

async fn run(tables: &[Table], connections: u32) -> Result<Report, RunError> {
    let rows = RowCounts { insert: 2, update: 2, delete: 1 };
    let crud = Crud::new(CrudConfig { rows, ..CrudConfig::default() });
    let run = Run::new(Memory::new(tables.to_vec()), crud).seed(3).lanes(4).connections(connections);
    run.operations(400).check().execute().await
}

fn plan(table: &Table, config: &str) -> CrudPlan {
    let spare = self::table("spare").serial("id").column("note", text(9)).primary_key(["id"]);
    let config: CrudConfig = serde_json::from_str(config).unwrap();
    CrudPlan::new(&Schema::of([table.clone(), spare]), &config, Seed(1), 4).unwrap()
}

fn planned<'a>(plan: &'a CrudPlan, name: &str) -> &'a TablePlan {
    plan.tables.iter().find(|planned| planned.table.name.table == name).unwrap()
}

fn offers() -> Table {
    table("offers")
        .serial("id")
        .column("low", Type::Int(32))
        .column("high", Type::Int(32))
        .nullable("code", text(12))
        .nullable("note", text(30))
        .nullable("reason", text(30))
        .primary_key(["id"])
}

#[tokio::test]
async fn rows_that_meet_checks_are_the_same_on_any_number_of_connections() {
    let offers = offers()
        .check("((low >= 0) AND (low < high) AND (high <= 500))")
        .check("((code)::text ~ '^[A-Z]{2}-[0-9]{3}$'::text)")
        .check("((note IS NULL) <> (reason IS NULL))");
    let one = run(std::slice::from_ref(&offers), 1).await.unwrap();
    let four = run(&[offers], 4).await.unwrap();
    assert!(one.errors.is_empty() && one.tally.tables["public.offers"].rows.updated > 20, "{one:?}");
    assert_eq!(one.tally.history, four.tally.history);
}

#[tokio::test]
async fn a_row_refers_to_exactly_one_of_several_parents() {
    let parent = |name| table(name).serial("id").column("name", text(20)).primary_key(["id"]);
    let ids = ["user_id", "post_id", "team_id"];
    let comments =
        ids.into_iter().fold(table("comments").serial("id"), |table, id| table.nullable(id, Type::Int(64)));
    let comments = comments.column("body", text(40)).primary_key(["id"]);
    let comments = comments.references(["user_id"], "users", ["id"]).references(["post_id"], "posts", ["id"]);
    let comments = comments.references(["team_id"], "teams", ["id"]);
    let comments = comments.check("(num_nonnulls(user_id, post_id, team_id) = 1)");
    let report = run(&[parent("users"), parent("posts"), parent("teams"), comments], 2).await.unwrap();
    assert!(report.errors.is_empty(), "{:?}", report.errors);
    assert!(report.tally.tables["public.comments"].rows.inserted > 20, "{:?}", report.tally);
}

#[test]
fn a_check_that_is_not_understood_refuses_the_table_until_the_plan_file_takes_responsibility() {
    let odd = offers().check("(my_function(low) > 0)");
    let refused = plan(&odd, "{}").refused;
    let expected = "CHECK (my_function(low) > 0): my_function(low) is not understood; say in the plan file which values \
                    fit, such as columns: {low: {min: 1, max: 9}}";
    assert_eq!(refused[0].1, expected);
    assert_eq!(plan(&odd, r#"{"tables": {"offers": {"columns": {"low": {"min": 1}}}}}"#).refused, []);
}

#[test]
fn a_check_that_hardly_any_row_meets_refuses_the_table_with_the_number() {
    let rare = offers().check("(((low * 7) % 1009) = ((high * 3) % 1013))");
    let refused = plan(&rare, "{}").refused;
    let expected = "holds for 0 of 192 rows that were tried; give each of low, high one value";
    assert!(refused[0].1.contains(expected), "{refused:?}");
    let never = offers().check("(low > 5)").check("(low < 3)");
    let refused = plan(&never, "{}").refused;
    assert!(refused[0].1.contains("CHECK (low > 5) and (low < 3) leaves no values"), "{refused:?}");
}

#[test]
fn what_the_plan_file_says_of_a_column_comes_first_and_the_others_follow() {
    let ordered = offers().check("(low < high)");
    let config = r#"{"tables": {"offers": {"columns": {"low": {"choice": [900, 901]}}}}}"#;
    let plan = plan(&ordered, config);
    let sources = &planned(&plan, "offers").sources;
    assert_eq!(sources[1].describe(), "one of 900, 901");
    assert_eq!(plan.refused, []);
}

#[test]
fn columns_that_a_check_ties_to_the_key_are_not_updated_and_the_plan_says_so() {
    let keyed =
        table("keyed").column("id", Type::Int(32)).column("twin", Type::Int(32)).column("free", text(9));
    let keyed = keyed.primary_key(["id"]).check("(twin <> id)");
    let plan = plan(&keyed, "{}");
    let notes = &planned(&plan, "keyed").notes;
    assert!(notes.iter().any(|note| note.starts_with("twin keeps its value")), "{notes:?}");
}

#[tokio::test]
async fn keys_that_do_not_meet_a_check_are_passed_over() {
    let odd = table("odd").column("id", Type::Int(32)).nullable("note", text(9)).primary_key(["id"]);
    let report = run(&[odd.check("((id % 3) <> 1)")], 1).await.unwrap();
    assert!(report.errors.is_empty(), "{:?}", report.errors);
    let (rows, passed) =
        (report.tally.tables["public.odd"].rows, report.skips["no values found that meet the checks"]);
    assert!(rows.inserted > 50 && passed > 20, "{rows:?}, {passed} passed over");
}

/// A value that may be compared.
fn operand() -> impl Strategy<Value = String> {
    let column = prop::sample::select(vec!["low", "high", "size"]);
    prop_oneof![
        3 => column.clone().prop_map(str::to_owned),
        2 => (-20i32..200).prop_map(|number| number.to_string()),
        1 => (column.clone(), column.clone()).prop_map(|(a, b)| format!("({a} + {b})")),
        1 => (column, 1i32..50).prop_map(|(a, b)| format!("({a} - {b})")),
    ]
}

fn condition() -> impl Strategy<Value = String> {
    let op = prop::sample::select(vec!["=", "<>", "<", "<=", ">", ">="]);
    let leaf = prop_oneof![
        6 => (operand(), op, operand()).prop_map(|(a, op, b)| format!("({a} {op} {b})")),
        1 => prop::sample::select(vec!["(size IS NULL)", "(size IS NOT NULL)", "flag", "(NOT flag)"])
            .prop_map(str::to_owned),
        1 => prop::collection::vec(0i32..99, 1..4).prop_map(|list| format!("(low = ANY (ARRAY{list:?}))")),
        1 => (0u32..20).prop_map(|length| format!("(length(note) >= {length})")),
    ];
    leaf.prop_recursive(3, 8, 2, |inner| {
        (inner.clone(), prop::sample::select(vec!["AND", "OR"]), inner)
            .prop_map(|(a, op, b)| format!("({a} {op} {b})"))
    })
}

proptest! {
    #![proptest_config(Config { cases: 96, ..Config::default() })]
    #[test]
    fn a_table_is_refused_with_a_reason_or_every_row_is_accepted(
        conditions in prop::collection::vec(condition(), 1..4),
    ) {
        let mut any = table("any").serial("id").column("low", Type::Int(32)).column("high", Type::Int(32));
        any = any.nullable("size", Type::Int(16)).column("flag", Type::Bool).column("note", text(30));
        any = any.primary_key(["id"]);
        any = conditions.iter().fold(any, |any, condition| any.check(condition));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        match runtime.block_on(run(&[any], 1)) {
            Ok(report) => {
                prop_assert!(report.errors.is_empty(), "{:?}", report.errors);
                let rows = report.tally.tables["public.any"].rows;
                prop_assert!(rows.inserted > 100, "{rows:?} {:?}", report.skips);
            }
            Err(error) => {
                let why = error.to_string() + &std::error::Error::source(&error).map_or(String::new(), ToString::to_string);
                prop_assert!(why.contains("rows that were tried") || why.contains("leaves no values"), "{why}");
            }
        }
    }
}
