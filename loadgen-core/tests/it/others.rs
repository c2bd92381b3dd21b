//! Somebody else who writes the same tables.

use std::{sync::Arc, time::Duration};

use loadgen_core::{
    Change, ChangeKind, CheckError, Pace, Run, RunError, SchemaFilter, Shape, SqlSession, Target, Type,
    crud::{Crud, CrudConfig},
    memory::{Memory, table},
};

fn things() -> Memory {
    Memory::new([table("things").serial("id").column("size", Type::Int(32)).primary_key(["id"])])
}

/// Deletes a few rows again and again.
async fn delete(memory: Memory) {
    let mut session = memory.connect().await.unwrap();
    let schema = session.introspect(&SchemaFilter::default()).await.unwrap();
    let table = Arc::clone(&schema.tables[0]);
    let (kind, key, none) = (ChangeKind::Delete, vec![0], Vec::new());
    let shape = Arc::new(Shape { id: 0, table, kind, key, set: none.clone(), returning: none });
    loop {
        for row in memory.rows("things").into_iter().take(5) {
            let change = Change { shape: Arc::clone(&shape), values: row[..1].to_vec(), rows: 1 };
            session.apply(&[change]).await.unwrap();
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn rows_that_others_deleted_are_missed_and_the_check_says_so() {
    let memory = things();
    let other = tokio::spawn(delete(memory.clone()));
    let run = Run::new(memory, Crud::new(CrudConfig::default())).lanes(4).operations(1_000).check();
    let ended = run.pace(Pace::Constant("2k/s".parse().unwrap())).execute().await;
    other.abort();
    let Err(RunError::Check { source: CheckError::Inconclusive(why), report, .. }) = ended else {
        panic!("{ended:?}")
    };
    let table = report.tally.tables["public.things"];
    assert!(table.missed > 0 && table.unknown == 0, "{table:?}");
    let missed =
        format!("{} updates and deletes did not find their rows: somebody else writes here", table.missed);
    assert_eq!(why, [format!("public.things: {missed}")]);
    assert_eq!(report.outcomes().indeterminate, 0);
}
