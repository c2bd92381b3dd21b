//! What is asked for and comes to nothing.

use loadgen_core::{
    Seed, Target, Type,
    crud::{self, CrudConfig},
    memory::{Memory, table},
};

async fn notes(config: &str) -> Vec<String> {
    let things = table("things").serial("id").column("size", Type::Int(32)).primary_key(["id"]);
    let memory = Memory::new([things]);
    let config: CrudConfig = serde_json::from_str(config).unwrap();
    let plan = crud::plan(&mut memory.connect().await.unwrap(), &config, Seed(1), 4).await.unwrap();
    plan.tables[0].notes.clone()
}

#[tokio::test]
async fn updates_of_rows_that_nobody_inserts_are_noted() {
    let only_updates =
        r#"{"operations": {"insert": 0, "update": 1, "delete": 0}, "tables": {"things": {"pick": "zipf"}}}"#;
    let said = notes(only_updates).await;
    assert!(said.iter().any(|note| note.contains("nothing inserts the rows")), "{said:?}");
    let existing = only_updates.replace("{\"operations\"", "{\"touch\": \"existing\", \"operations\"");
    let said = notes(&existing).await;
    assert!(!said.iter().any(|note| note.contains("nothing inserts")), "{said:?}");
}

#[tokio::test]
async fn a_pick_without_updates_is_noted() {
    let said = notes(r#"{"operations": {"insert": 1, "update": 0, "delete": 1}, "tables": {"things": {"pick": "latest"}}}"#).await;
    assert!(said.iter().any(|note| note.contains("it is about updates")), "{said:?}");
    assert_eq!(notes(r#"{"tables": {"things": {"pick": "latest"}}}"#).await, Vec::<String>::new());
}
