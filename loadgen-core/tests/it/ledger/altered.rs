//! Traced runs whose tables somebody else drops, renames and changes.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use loadgen_core::{
    Target, Type,
    ledger::LedgerReader,
    memory::{Faults, Memory, table},
    verify::{Sink, Verdict, Verification, Verifier, VerifyOptions, observe_source},
};

use super::traced;
use crate::shop::{shop, text};

/// What somebody else does.
type Step = fn(&Memory);

/// The tables of a run themselves against its ledger.
pub(super) async fn verified(memory: &Memory, ledger: &Path) -> Verification {
    let mut session = memory.connect().await.unwrap();
    let reader = LedgerReader::open(ledger).unwrap();
    let mut verifier = Verifier::new(reader, Sink::State, VerifyOptions::default()).unwrap();
    observe_source(&mut session, &mut verifier).await.unwrap();
    verifier.finish().unwrap()
}

/// Runs, does these things to the database one after the other, and verifies it.
async fn altered(steps: Vec<Step>) -> Verification {
    let (plain, done, wanted) = (shop(), Arc::new(AtomicU64::new(0)), steps.len() as u64);
    let (memory, count) = (plain.clone(), Arc::clone(&done));
    let faults = Faults::new(move |nth, changes| {
        let next = count.load(Ordering::Relaxed);
        if changes.len() > 1 && nth >= 1_000 * (next + 1) && (next as usize) < steps.len() {
            count.fetch_add(1, Ordering::Relaxed);
            steps[next as usize](&memory);
        }
        None
    });
    let directory = tempfile::tempdir().unwrap();
    let run = traced(&plain.clone().with_faults(faults), directory.path(), "r", 6_000);
    let report = run.look_every(Duration::from_millis(2)).execute().await.unwrap();
    assert_eq!((report.fatal.as_ref(), done.load(Ordering::Relaxed)), (None, wanted));
    assert!(!report.schema_changes.listed.is_empty());
    verified(&plain, directory.path()).await
}

/// What is said of whole tables that are not compared.
fn passed_over(found: &Verification) -> Vec<String> {
    let whole = found.coverage.iter().filter(|not| not.words.starts_with("the whole table"));
    whole.map(|not| format!("{}: {}", not.table, not.words)).collect()
}

#[track_caller]
fn passes(found: &Verification, not_compared: &[&str]) {
    let first = &found.findings[..found.findings.len().min(3)];
    assert_eq!((found.verdict, first), (Verdict::Pass, &[][..]), "{:?}", found.coverage);
    let told = passed_over(found);
    assert_eq!(told.len(), not_compared.len(), "{told:?}");
    for words in not_compared {
        assert!(told.iter().any(|told| told.starts_with(words)), "{words}: {told:?}");
    }
    assert!(found.counts.compared > 500, "{found:#?}");
}

fn rename(memory: &Memory, from: &str, to: &str) {
    memory.alter(from, |mut t| {
        t.name.table = to.to_owned();
        t
    });
}

#[tokio::test]
async fn a_table_that_was_dropped_is_not_compared() {
    let found = altered(vec![|memory| memory.drop_table("order_tags")]).await;
    passes(&found, &["public.order_tags: the whole table: somebody has dropped it"]);
}

#[tokio::test]
async fn a_table_that_was_made_anew_is_not_compared_with_the_one_before() {
    let made = |memory: &Memory| {
        memory.drop_table("order_tags");
        let tagged = table("order_tags").serial("id").column("label", text(20));
        memory.create(tagged.primary_key(["id"]));
    };
    let found = altered(vec![made]).await;
    passes(
        &found,
        &["public.order_tags: the whole table: another table was called public.order_tags before"],
    );
    let apart: [Step; 2] = [
        |memory| memory.drop_table("order_tags"),
        |memory| {
            memory.create(table("order_tags").serial("id").column("label", text(20)).primary_key(["id"]))
        },
    ];
    let found = altered(apart.to_vec()).await;
    passes(&found, &["public.order_tags: the whole table: another table"]);
}

#[tokio::test]
async fn a_table_that_was_renamed_is_compared_as_the_one_that_it_was() {
    let found = altered(vec![|memory| rename(memory, "orders", "purchases")]).await;
    passes(&found, &[]);
    let found = altered(vec![
        |memory| rename(memory, "orders", "purchases"),
        |memory| rename(memory, "purchases", "orders"),
        |memory| rename(memory, "orders", "sales"),
    ]);
    passes(&found.await, &[]);
}

#[tokio::test]
async fn tables_of_which_one_got_the_name_of_the_other_are_not_compared() {
    let swap = |memory: &Memory| {
        rename(memory, "customers", "aside");
        rename(memory, "tags", "customers");
        rename(memory, "aside", "tags");
    };
    let found = altered(vec![swap]).await;
    passes(&found, &["public.customers: the whole table: another", "public.tags: the whole table: another"]);
}

#[tokio::test]
async fn rows_that_were_written_before_columns_changed_are_never_taken_for_wrong() {
    let steps: [Step; 5] = [
        |memory| {
            memory.alter("customers", |mut t| {
                t.columns[2].name = "called".to_owned();
                t
            });
        },
        |memory| memory.alter("orders", |t| t.without("status")),
        |memory| memory.alter("orders", |t| t.nullable("note", text(20))),
        |memory| {
            memory.alter("order_items", |mut t| {
                t.columns[2].ty = text(9);
                t
            });
        },
        |memory| {
            memory.alter("order_items", |mut t| {
                t.columns[1].ty = Type::Int(64);
                t
            });
        },
    ];
    for step in steps {
        passes(&altered(vec![step]).await, &[]);
    }
}
