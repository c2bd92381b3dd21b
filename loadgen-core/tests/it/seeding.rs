//! Filling tables that make it difficult.

mod shaky;
mod trouble;

use loadgen_core::{
    Seed, Target, Type,
    crud::{CrudConfig, SeedReport, Seeding, seeding_plan},
    memory::{Memory, table},
};

async fn seeded(memory: &Memory, rows: u64, connections: u32) -> SeedReport {
    let mut session = memory.connect().await.unwrap();
    let plan = seeding_plan(&mut session, &CrudConfig::default(), Seed(7)).await.unwrap();
    Seeding::new(memory.clone(), plan, Some(rows)).connections(connections).execute().await.unwrap()
}

#[tokio::test]
async fn a_number_with_which_no_row_fits_does_not_end_a_table() {
    let odd = || table("odd").column("id", Type::Int(32)).primary_key(["id"]).check("id % 3 <> 1");
    for connections in [1, 3] {
        let memory = Memory::new([odd()]);
        for rows in [1_000, 3_500] {
            let report = seeded(&memory, rows, connections).await;
            assert!(report.fatal.is_none() && report.is_complete(), "{report:?}");
            assert_eq!(memory.rows("odd").len() as u64, rows);
        }
    }
}

#[tokio::test]
async fn a_table_whose_checks_refuse_every_further_row_comes_to_an_end() {
    let few = table("few").column("id", Type::Int(64)).primary_key(["id"]).check("id * id * id < 3375000000");
    let report = seeded(&Memory::new([few]), 9_000, 2).await;
    let table = &report.tables[0];
    assert!(report.fatal.is_none() && table.inserted > 1_000 && table.inserted < 1_500, "{report:?}");
    assert_eq!(table.short.as_deref(), Some("no values found that meet the checks"));
}

#[tokio::test]
async fn one_of_two_parents_is_enough() {
    let owner = |name: &str| table(name).serial("id").primary_key(["id"]);
    let milestones = table("milestones")
        .serial("id")
        .column("title", Type::Text { max: Some(255), fixed: false })
        .nullable("project_id", Type::Int(64))
        .nullable("group_id", Type::Int(64))
        .primary_key(["id"])
        .unique(["project_id", "title"])
        .references(["project_id"], "projects", ["id"])
        .references(["group_id"], "groups", ["id"])
        .check("num_nonnulls(group_id, project_id) = 1");
    let memory = Memory::new([owner("projects"), owner("groups"), milestones]);
    let report = seeded(&memory, 2_000, 2).await;
    assert!(report.fatal.is_none() && report.is_complete(), "{report:?}");
}
