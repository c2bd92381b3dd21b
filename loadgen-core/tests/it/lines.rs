//! Keys of few values: lines beside parents, and columns that count together.

use std::collections::BTreeMap;

use loadgen_core::{
    Report, Run, Table, Type,
    crud::{Crud, CrudConfig, RowCounts},
    memory::{Memory, table},
};

use crate::shop::text;

fn tables() -> Vec<Table> {
    let heads = table("heads").serial("id").column("note", text(9)).primary_key(["id"]);
    let lines = table("lines").column("head", Type::Int(64)).column("line", Type::Int(16));
    let lines = lines.nullable("note", text(9)).primary_key(["head", "line"]);
    let flags = table("flags").column("a", Type::Bool).column("b", Type::Bool).column("c", Type::Bool);
    let flags = flags.nullable("note", text(9)).primary_key(["a", "b", "c"]);
    vec![heads, lines.references(["head"], "heads", ["id"]), flags]
}

async fn run(memory: &Memory, connections: u32) -> Report {
    let rows = RowCounts { insert: 3, update: 2, delete: 1 };
    let crud = Crud::new(CrudConfig { rows, ..CrudConfig::default() });
    let run = Run::new(memory.clone(), crud).seed(5).lanes(4).connections(connections);
    let report = run.operations(2_000).check().execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:?}", report.errors);
    report
}

#[tokio::test]
async fn lines_are_the_same_on_any_number_of_connections() {
    let memory = Memory::new(tables());
    let (one, four) = (run(&memory, 1).await, run(&Memory::new(tables()), 4).await);
    assert_eq!(one.tally.history, four.tally.history);
    let mut lines: BTreeMap<String, u32> = BTreeMap::new();
    memory.rows("lines").iter().for_each(|row| *lines.entry(format!("{:?}", row[0])).or_default() += 1);
    assert!(lines.values().filter(|count| **count > 2).count() > 50, "{lines:?}");
    let flags = &one.tally.tables["public.flags"];
    assert!(flags.live <= 8 && flags.rows.inserted > 8, "every combination, again after a delete: {flags:?}");
}
