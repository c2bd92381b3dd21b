//! What is decided before a run: which tables can be written, and with what.

use loadgen_core::{
    Fill, NativeType, Obstacle, Report, Run, RunError, Schema, Seed, Table, TableName, Target, Type,
    crud::{self, Crud, CrudConfig, CrudPlan, Part, Source, TableConfig},
    memory::{Memory, table},
};

use crate::shop::text;

fn plan(tables: &[Table], config: &CrudConfig) -> CrudPlan {
    let schema = Schema::of(tables.iter().cloned());
    CrudPlan::new(&schema, config, Seed(1), 4).unwrap()
}

fn only(names: &[&str]) -> CrudConfig {
    let tables = names.iter().map(|name| (name.to_string(), TableConfig::default())).collect();
    CrudConfig { tables, ..CrudConfig::default() }
}

async fn run(tables: Vec<Table>, config: CrudConfig) -> (Memory, Result<Report, RunError>) {
    let memory = Memory::new(tables);
    let run = Run::new(memory.clone(), Crud::new(config)).lanes(4).operations(800).check();
    (memory, run.execute().await)
}

fn users() -> Table {
    table("users").serial("id").column("name", text(20)).primary_key(["id"])
}

#[tokio::test]
async fn a_unique_reference_to_a_table_outside_the_plan_stays_null() {
    let profile = table("profile").serial("id").nullable("user_id", Type::Int(64)).column("bio", text(20));
    let profile = profile.primary_key(["id"]).unique(["user_id"]).references(["user_id"], "users", ["id"]);
    let (memory, report) = run(vec![users(), profile], only(&["profile"])).await;
    assert!(report.unwrap().errors.is_empty());
    assert!(memory.rows("profile").iter().all(|row| row[1].is_null()));
}

#[tokio::test]
async fn a_reference_with_one_column_that_may_be_null_always_has_a_parent() {
    let tenants = table("tenants").column("tenant", Type::Int(32)).column("id", Type::Int(32));
    let tenants = tenants.primary_key(["tenant", "id"]);
    let notes = table("notes").serial("id").column("tenant", Type::Int(32)).nullable("owner", Type::Int(32));
    let notes = notes.primary_key(["id"]).references(["tenant", "owner"], "tenants", ["tenant", "id"]);
    let (memory, report) = run(vec![tenants.clone(), notes.clone()], CrudConfig::default()).await;
    assert!(report.unwrap().errors.is_empty());
    assert!(memory.rows("notes").iter().all(|row| !row[2].is_null()));
    let without = plan(&[tenants, notes, users()], &only(&["notes", "users"]));
    assert_eq!(without.refused.len(), 1, "{:?}", without.refused);
}

#[tokio::test]
async fn a_default_that_is_not_a_sequence_does_not_make_rows_differ_and_is_not_relied_on() {
    let now = || Fill::Volatile("now()".to_owned());
    let day =
        table("visits").with("day", Type::Date, false, now()).column("note", text(20)).primary_key(["day"]);
    let code = table("codes").column("user_id", Type::Int(64)).with("code", text(20), false, now());
    let code = code.primary_key(["user_id", "code"]).references(["user_id"], "users", ["id"]);
    let (memory, report) = run(vec![users(), day, code], CrudConfig::default()).await;
    assert!(report.unwrap().errors.is_empty());
    assert!(!memory.rows("visits").is_empty() && !memory.rows("codes").is_empty());
}

#[test]
fn a_key_of_a_reference_and_a_number_is_told_apart_by_the_number() {
    let line = table("lines").column("user_id", Type::Int(64)).column("line", Type::Int(32));
    let line = line.primary_key(["user_id", "line"]).references(["user_id"], "users", ["id"]);
    let plan = plan(&[line, users()], &CrudConfig::default());
    assert!(matches!(plan.tables[0].sources[1], Source::Distinct(_)));
}

#[tokio::test]
async fn a_junction_with_one_reference_more_never_repeats_its_pair() {
    let tags = table("tags").serial("id").column("label", text(20)).primary_key(["id"]);
    let tagged = table("tagged").column("user_id", Type::Int(64)).column("tag_id", Type::Int(64));
    let tagged = tagged.column("by", Type::Int(64)).primary_key(["user_id", "tag_id"]);
    let tagged = tagged.references(["user_id"], "users", ["id"]).references(["tag_id"], "tags", ["id"]);
    let tagged = tagged.references(["by"], "users", ["id"]);
    let (memory, report) = run(vec![users(), tags, tagged], CrudConfig::default()).await;
    assert!(report.unwrap().errors.is_empty());
    assert!(memory.rows("tagged").len() > 30);
}

#[tokio::test]
async fn a_unique_column_with_few_values_says_how_many_rows_fit() {
    let flags = table("flags").column("flag", Type::Bool).column("note", text(9)).primary_key(["flag"]);
    let codes = table("codes").serial("id").column("code", text(2)).primary_key(["id"]).unique(["code"]);
    let memory = Memory::new([flags, codes, users()]);
    let mut session = memory.connect().await.unwrap();
    let mut check = async |lanes: u32, expected: [&str; 2]| {
        let plan = crud::plan(&mut session, &CrudConfig::default(), Seed(1), lanes).await.unwrap();
        let notes: Vec<_> = plan.tables.iter().map(|table| table.notes.join("; ")).collect();
        assert!(notes[0].contains(expected[0]) && notes[1].contains(expected[1]), "{notes:?}");
        assert_eq!(notes[2], "");
    };
    let codes = "\"code\" is unique and has 1296 values left: 1296 rows fit in all, ";
    let flags = "\"flag\" is unique and has 2 values left: 2 rows fit in all, ";
    check(64, [&format!("{codes}20 or 21 a lane"), &format!("{flags}one in each of 2 lanes")]).await;
    check(2, [&format!("{codes}648 a lane"), &format!("{flags}1 a lane")]).await;
    // So many, and no more.
    let only = serde_json::from_str(r#"{"operations": {"insert": 1}}"#).unwrap();
    let run = Run::new(memory.clone(), Crud::new(only)).lanes(64).operations(2_000);
    let inserted = run.execute().await.unwrap().tally.tables["public.flags"].rows.inserted;
    assert_eq!(inserted, 2);
}

#[test]
fn half_of_a_foreign_key_cannot_be_set_in_the_plan_file() {
    let tenants = table("tenants").column("tenant", Type::Int(32)).column("id", Type::Int(32));
    let notes = table("notes").serial("id").column("tenant", Type::Int(32)).column("owner", Type::Int(32));
    let notes = notes.primary_key(["id"]).references(["tenant", "owner"], "tenants", ["tenant", "id"]);
    let schema = Schema::of([tenants.primary_key(["tenant", "id"]), notes]);
    let config: CrudConfig =
        serde_json::from_str(r#"{"tables": {"notes": {"columns": {"tenant": {"min": 1}}}}}"#).unwrap();
    let error = CrudPlan::new(&schema, &config, Seed(1), 4).unwrap_err();
    assert!(error.to_string().contains("(tenant, owner) is one foreign key"), "{error}");
    let set = Part::Column { table: TableName::new("public", "notes"), column: "tenant".to_owned() };
    assert_eq!(error.part(), Some(&set));
}

#[test]
fn names_that_are_not_there_are_errors_with_a_suggestion() {
    let check = |config: CrudConfig, expected: &str| {
        let schema = Schema::of([users()]);
        let error = CrudPlan::new(&schema, &config, Seed(1), 4).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    };
    check(only(&["user"]), "did you mean \"users\"?");
    let schemas = |name: &str| CrudConfig { schemas: vec![name.to_owned()], ..CrudConfig::default() };
    check(schemas("publik"), "there is no schema \"publik\"; did you mean \"public\"?");
    check(schemas("sales"), "there is no schema \"sales\"; there is public");
    check(CrudConfig { exclude: vec!["nothing".to_owned()], ..CrudConfig::default() }, "there is users");
    check(
        CrudConfig { exclude: vec!["users".to_owned()], ..CrudConfig::default() },
        "no table can be written",
    );
}

#[test]
fn what_cannot_be_honoured_refuses_the_table_until_the_plan_file_takes_responsibility() {
    let mut priced = table("priced").serial("id").column("price", Type::Int(32)).primary_key(["id"]);
    priced.obstacles.push(Obstacle { what: "CHECK (price > 0)".to_owned(), columns: vec![1] });
    let refused = plan(&[priced.clone(), users()], &CrudConfig::default()).refused;
    assert!(
        refused[0].1.contains("CHECK (price > 0)")
            && refused[0].1.contains("such as columns: {price: {min: 1, max: 9}}"),
        "{refused:?}"
    );
    let config: CrudConfig =
        serde_json::from_str(r#"{"tables": {"priced": {"columns": {"price": {"min": 1, "max": 9}}}}}"#)
            .unwrap();
    assert!(plan(&[priced], &config).refused.is_empty());
}

#[test]
fn a_cycle_of_references_is_refused_and_one_that_may_be_null_is_not() {
    let egg = |optional: bool| {
        let egg = table("egg").serial("id").with("hen", Type::Int(64), optional, Fill::None);
        egg.primary_key(["id"]).references(["hen"], "hen", ["id"])
    };
    let hen = table("hen").serial("id").column("egg", Type::Int(64)).primary_key(["id"]);
    let hen = hen.references(["egg"], "egg", ["id"]);
    assert_eq!(plan(&[egg(true), hen.clone(), users()], &CrudConfig::default()).refused.len(), 0);
    let refused = plan(&[egg(false), hen, users()], &CrudConfig::default()).refused;
    assert_eq!(refused.len(), 2, "{refused:?}");
    let circle = "(public.egg → public.hen → public.egg)";
    assert!(refused.iter().any(|(_, why)| why.contains(circle)), "{refused:?}");
}

#[test]
fn a_type_without_values_takes_null_or_the_default_or_refuses_the_table() {
    let odd = |nullable, fill| {
        let mut odd = table("odd").serial("id").with("shape", Type::Unsupported, nullable, fill);
        odd = odd.column("note", text(9)).primary_key(["id"]);
        odd.columns[1].native = NativeType { name: "polygon".to_owned(), ..NativeType::default() };
        plan(&[odd, users()], &CrudConfig::default())
    };
    assert_eq!(odd(true, Fill::None).tables[0].notes.len(), 1);
    assert_eq!(odd(false, Fill::Constant("x".to_owned())).refused.len(), 0);
    assert_eq!(odd(false, Fill::None).refused.len(), 1);
}

#[test]
fn a_plan_shows_values_that_its_columns_may_get() {
    let plan = plan(&[users()], &CrudConfig::default());
    let samples = |column: usize| plan.tables[0].sources[column].samples(Seed(1), 3);
    assert!(samples(0).is_empty(), "the database numbers the rows");
    assert!(samples(1).len() == 3 && samples(1) == samples(1), "{:?}", samples(1));
}

#[test]
fn a_check_that_a_sequence_outgrows_refuses_the_table() {
    let numbered = |check: &str| {
        let table = table("numbered").serial("id").column("note", text(9)).primary_key(["id"]).check(check);
        plan(&[table, users()], &CrudConfig::default()).refused
    };
    for check in ["(id > 0)", "(id >= 1000)", "(id < 1000000)", "(id < 0)"] {
        assert_eq!(numbered(check), [], "{check}");
    }
    for check in ["((id >= 0) AND (id <= 50))", "((id % 2) = 1)"] {
        let refused = numbered(check);
        assert!(refused[0].1.contains("a sequence does not stay within it"), "{check}: {refused:?}");
    }
}

#[test]
fn a_parent_that_a_check_asks_for_is_one_that_a_row_cannot_be_without() {
    let tree = |column: &str| {
        let tree = table("tree").serial("id").nullable("up", Type::Int(64)).nullable(column, Type::Int(32));
        let tree = tree.primary_key(["id"]).references(["up"], "tree", ["id"]);
        plan(&[tree.check("((up IS NULL) = (id IS NULL))"), users()], &CrudConfig::default()).refused
    };
    let refused = tree("n");
    assert!(refused[0].1.contains("(public.tree → public.tree)"), "{refused:?}");
}

#[test]
fn a_plan_for_no_lanes_is_a_plan() {
    let schema = Schema::of([users()]);
    assert_eq!(CrudPlan::new(&schema, &CrudConfig::default(), Seed(1), 0).unwrap().tables.len(), 1);
}
