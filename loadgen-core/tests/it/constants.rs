//! Constants in checks and plan files that are hard to keep to.

use loadgen_core::{
    Run, Schema, Seed, Type, Value,
    crud::{Crud, CrudConfig, CrudPlan},
    memory::{Memory, table},
};

#[tokio::test]
async fn a_rest_of_a_division_stays_within_the_type_and_the_bounds() {
    let table = table("t")
        .serial("id")
        .column("n", Type::Int(16))
        .column("m", Type::Int(32))
        .primary_key(["id"])
        .check("((n % 1000) = 999)")
        .check("(((m % 1000) = 7) AND (m >= 500) AND (m <= 1500))");
    let memory = Memory::new([table]);
    let run = Run::new(memory.clone(), Crud::new(CrudConfig::default())).lanes(4).operations(600).check();
    let report = run.execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:?}", report.errors);
    let rows = memory.rows("t");
    assert!(rows.len() > 50);
    for row in rows {
        let Value::Int(n) = row[1] else { panic!("{row:?}") };
        assert!(i16::try_from(n).is_ok_and(|n| n % 1000 == 999), "{n}");
        assert_eq!(row[2], Value::Int(1007));
    }
}

fn listed(choice: &str) -> Result<CrudPlan, String> {
    let table = table("t").serial("id").column("a", Type::Int(32)).primary_key(["id"]).check("(a > 0)");
    let config = format!(r#"{{"tables": {{"t": {{"columns": {{"a": {choice}}}}}}}}}"#);
    let config: CrudConfig = serde_json::from_str(&config).unwrap();
    CrudPlan::new(&Schema::of([table]), &config, Seed(1), 4).map_err(|error| error.to_string())
}

#[test]
fn values_of_a_plan_file_that_a_check_refuses_are_no_plan() {
    for choice in [r#"{"choice": [-5]}"#, r#"{"choice": [-5, 0]}"#, r#"{"constant": 0}"#] {
        let error = listed(choice).unwrap_err();
        assert!(error.contains("CHECK (a > 0)") && error.contains("public.t.a"), "{error}");
    }
}

#[test]
fn values_that_a_check_refuses_are_taken_out_of_a_choice_with_their_weights() {
    let choice = (1..100).map(|n| (-n).to_string()).chain(["7".to_owned()]).collect::<Vec<_>>().join(",");
    let weights = vec!["9"; 99].join(",") + ",1";
    let plan = listed(&format!(r#"{{"choice": [{choice}], "weights": [{weights}]}}"#)).unwrap();
    assert_eq!(plan.tables[0].samples(1, Seed(1), 3), [Value::Int(7), Value::Int(7), Value::Int(7)]);
    let notes = plan.tables[0].notes.join("; ");
    assert!(notes.contains("99 of 100 values of its choice left out, as CHECK (a > 0)"), "{notes}");
}

#[test]
fn an_error_says_that_the_values_of_an_array_are_its_items() {
    let table = table("t").serial("id").column("a", Type::Array(Box::new(Type::Int(32)))).primary_key(["id"]);
    let config = r#"{"tables": {"t": {"columns": {"a": {"choice": ["{1,2}"]}}}}}"#;
    let config: CrudConfig = serde_json::from_str(config).unwrap();
    let error = CrudPlan::new(&Schema::of([table]), &config, Seed(1), 4).unwrap_err().to_string();
    assert!(error.contains("speaks of its items"), "{error}");
}
