//! Schemas that others change while traffic is going on.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use loadgen_core::{
    Action, Report, Run, RunError, Type, Value,
    crud::{Crud, CrudConfig, RowCounts},
    memory::{Faults, Memory, table},
};
use proptest::prelude::*;

use crate::shop::{shop, text};

/// What somebody else does.
type Step = Box<dyn Fn(&Memory) + Send + Sync>;

/// Like [`watched`], with a glance at the schema every other moment.
async fn disturbed(memory: Memory, config: CrudConfig, steps: Vec<(u64, Step)>) -> Result<Report, RunError> {
    watched(memory, config, steps, Duration::from_millis(2)).await
}

/// Runs so many operations, and does something to the database before transactions of these numbers.
async fn watched(
    memory: Memory,
    config: CrudConfig,
    steps: Vec<(u64, Step)>,
    every: Duration,
) -> Result<Report, RunError> {
    let (plain, done) = (memory.clone(), Arc::new(AtomicU64::new(0)));
    let faults = Faults::new(move |nth, changes| {
        let next = done.load(Ordering::Relaxed) as usize;
        if let (Some((at, step)), Some(_)) = (steps.get(next), changes.first())
            && nth >= *at
        {
            done.fetch_add(1, Ordering::Relaxed);
            step(&plain);
        }
        None
    });
    let run = Run::new(memory.with_faults(faults), Crud::new(config)).seed(7).lanes(16).connections(4);
    run.operations(6_000).look_every(every).check().execute().await
}

fn config() -> CrudConfig {
    CrudConfig { rows: RowCounts { insert: 3, update: 2, delete: 1 }, ..CrudConfig::default() }
}

fn step(act: impl Fn(&Memory) + Send + Sync + 'static) -> Step {
    Box::new(act)
}

fn words(report: &Report) -> Vec<String> {
    let changes = report.schema_changes.listed.iter();
    changes.map(|change| format!("{} {}", change.table, change.what)).collect()
}

/// Everything that can be known is: all rows are counted, digests hold, and nothing was given up.
async fn follows(act: impl Fn(&Memory) + Send + Sync + 'static, said: &str) -> (Memory, Report) {
    let memory = shop();
    let report = disturbed(memory.clone(), config(), vec![(1_500, step(act))]).await.unwrap();
    let words = words(&report);
    assert!(words.iter().any(|words| words == said), "{words:?}");
    let outcomes = report.outcomes();
    assert_eq!((outcomes.aborted, outcomes.indeterminate), (0, 0), "{said}: {:?}", report.errors);
    for (name, table) in &report.tally.tables {
        let rows = memory.rows(name.trim_start_matches("public.")).len() as u64;
        assert_eq!((rows, table.unknown + table.missed), (table.live, 0), "{name} after {said}");
    }
    (memory, report)
}

fn is_counted_only(report: &Report, table: &str) -> bool {
    report.tally.tables[&format!("public.{table}")].counted_only
}

#[tokio::test]
async fn a_new_column_gets_values_in_old_rows_too_and_the_digest_goes_on_without_it() {
    let old = Arc::new(Mutex::new(HashSet::new()));
    let known = Arc::clone(&old);
    let act = move |memory: &Memory| {
        known.lock().unwrap().extend(memory.rows("orders").into_iter().map(|row| format!("{:?}", row[0])));
        memory.alter("orders", |t| t.nullable("note", text(20)));
    };
    let (memory, report) =
        follows(act, "public.orders column \"note\" added, ; the digest goes on without it").await;
    assert!(!is_counted_only(&report, "orders"));
    let (orders, old) = (memory.rows("orders"), old.lock().unwrap());
    let noted = orders.iter().filter(|row| !row[4].is_null());
    let (before, after): (Vec<_>, Vec<_>) = noted.partition(|row| old.contains(&format!("{:?}", row[0])));
    assert!(before.len() > 30 && after.len() > 300, "{} old, {} new", before.len(), after.len());
}

#[tokio::test]
async fn a_column_that_is_dropped_leaves_rows_that_are_counted_and_go_on_being_changed() {
    let act = |memory: &Memory| memory.alter("orders", |t| t.without("status"));
    let (_, report) = follows(act, "public.orders column \"status\" dropped").await;
    assert!(is_counted_only(&report, "orders") && !is_counted_only(&report, "customers"));
    let clean = disturbed(shop(), config(), Vec::new()).await.unwrap();
    let rows = |report: &Report| report.tally.tables["public.orders"].rows;
    assert!(rows(&report).updated * 10 > rows(&clean).updated * 9, "rows from before were let go");
}

#[tokio::test]
async fn a_column_that_is_renamed_is_written_under_its_new_name() {
    let act = |memory: &Memory| {
        memory.alter("customers", |mut t| {
            t.columns[2].name = "called".to_owned();
            t
        });
    };
    let (_, report) = follows(act, "public.customers column \"name\" renamed to \"called\"").await;
    assert!(is_counted_only(&report, "customers"));
}

#[tokio::test]
async fn a_key_that_gets_wider_finds_the_same_rows_and_keeps_the_digest() {
    let act = |memory: &Memory| {
        memory.alter("order_items", |mut t| {
            t.columns[1].ty = Type::Int(64);
            t
        });
    };
    let (_, report) =
        follows(act, "public.order_items column \"line\" is  of another size or set of values").await;
    assert!(!is_counted_only(&report, "order_items"));
}

#[tokio::test]
async fn a_column_of_another_type_takes_values_of_that_type() {
    let act = |memory: &Memory| {
        memory.alter("order_items", |mut t| {
            t.columns[2].ty = text(9);
            t
        });
    };
    let said = "public.order_items column \"quantity\" is  of another size or set of values";
    let (_, report) = follows(act, said).await;
    assert!(is_counted_only(&report, "order_items"));
}

#[tokio::test]
async fn a_table_that_is_renamed_keeps_its_rows_its_children_and_its_digest() {
    let act = |memory: &Memory| {
        memory.alter("orders", |mut t| {
            t.name.table = "purchases".to_owned();
            t
        });
    };
    let (_, report) = follows(act, "public.purchases was public.orders before").await;
    assert!(!report.tally.tables.contains_key("public.orders"), "{:?}", report.tally.tables.keys());
    assert!(report.tally.tables["public.purchases"].rows.inserted > 1_000);
    assert!(report.tally.tables.values().all(|table| !table.counted_only));
}

#[tokio::test]
async fn a_table_that_is_dropped_is_left_out_and_its_rows_are_gone() {
    let act = |memory: &Memory| memory.drop_table("order_tags");
    let (_, report) = follows(act, "public.order_tags dropped or moved away").await;
    let gone = report.tally.tables["public.order_tags"];
    assert!(gone.live == 0 && gone.rows.inserted > 0, "{gone:?}");
}

#[tokio::test]
async fn a_table_that_is_created_is_written_and_checked() {
    let act = |memory: &Memory| {
        let notes = table("notes").serial("id").column("order_id", Type::Int(64)).column("words", text(30));
        memory.create(notes.primary_key(["id"]).references(["order_id"], "orders", ["id"]));
    };
    let (_, report) = follows(act, "public.notes created").await;
    let notes = report.tally.tables["public.notes"];
    assert!(notes.live > 100 && !notes.counted_only, "{notes:?}");
}

#[tokio::test]
async fn a_table_that_is_made_anew_under_its_name_is_another_table() {
    let act = |memory: &Memory| {
        memory.drop_table("order_tags");
        let tagged = table("order_tags").serial("id").column("label", text(20));
        memory.create(tagged.primary_key(["id"]));
    };
    let (_, report) = follows(act, "public.order_tags created").await;
    assert!(!report.tally.tables["public.order_tags"].counted_only);
}

#[tokio::test]
async fn a_new_check_is_met_and_the_digest_holds() {
    let act = |memory: &Memory| {
        memory.alter("orders", |t| t.check("total >= 0"));
    };
    let (_, report) = follows(act, "public.orders check (orders_check1) added").await;
    assert!(!is_counted_only(&report, "orders"));
}

#[tokio::test]
async fn a_column_that_becomes_unique_gets_distinct_values() {
    let act = |memory: &Memory| {
        memory.alter("tags", |t| t.nullable("code", text(20)).unique(["code"]));
    };
    follows(act, "public.tags unique (code) added").await;
}

#[tokio::test]
async fn rows_that_a_table_refers_to_since_now_are_not_deleted() {
    let parents = table("parents").serial("id").column("v", text(9)).primary_key(["id"]);
    let children = table("children").serial("id").nullable("parent", Type::Bool).primary_key(["id"]);
    let memory = Memory::new([parents, children]);
    let old = Arc::new(Mutex::new(HashSet::new()));
    let known = Arc::clone(&old);
    let ids = |memory: &Memory| {
        memory.rows("parents").into_iter().map(|row| format!("{:?}", row[0])).collect::<HashSet<String>>()
    };
    // Nobody knows which parents the rows from before refer to.
    let act = step(move |memory: &Memory| {
        known.lock().unwrap().extend(ids(memory));
        memory.alter("children", |mut t| {
            t.columns[1].ty = Type::Int(64);
            t.references(["parent"], "parents", ["id"])
        });
    });
    let asked = r#"{"operations": {"insert": 1, "delete": 1}}"#;
    let config = serde_json::from_str(asked).unwrap();
    let report = disturbed(memory.clone(), config, vec![(1_500, act)]).await.unwrap();
    assert_eq!(report.outcomes().aborted, 0, "{:?}", report.errors);
    let (before, now) = (old.lock().unwrap(), ids(&memory));
    let left = before.intersection(&now).count();
    assert!(before.len() > 40 && left * 10 > before.len() * 8, "{left} of {}", before.len());
}

/// A table with several groups of columns that updates replace.
fn things() -> Memory {
    let things = table("things").serial("id").column("code", Type::Uuid).column("size", Type::Int(32));
    let things = things.column("word", text(20)).column("flag", Type::Bool).column("day", Type::Date);
    Memory::new([things.primary_key(["id"])])
}

#[tokio::test]
async fn rows_of_which_an_update_could_not_tell_what_it_replaces_are_let_go_and_stay_in_the_digest() {
    let act = step(|memory: &Memory| memory.alter("things", |t| t.unique(["code"])));
    let memory = things();
    let report = disturbed(memory.clone(), config(), vec![(1_000, act)]).await.unwrap();
    assert_eq!(words(&report), ["public.things unique (code) added"]);
    assert!(!is_counted_only(&report, "things"));
    assert_eq!(memory.rows("things").len() as u64, report.tally.tables["public.things"].live);
}

#[tokio::test]
async fn rows_that_do_not_meet_a_new_check_are_not_touched_again() {
    let act = step(|memory: &Memory| memory.alter("things", |t| t.check("size > 500000")));
    let report = disturbed(things(), config(), vec![(1_000, act)]).await.unwrap();
    assert_eq!(report.outcomes().aborted, 0, "{:?}", report.errors);
    assert!(!is_counted_only(&report, "things"));
}

#[tokio::test]
async fn a_rule_that_rows_of_before_break_is_noticed_when_they_are_refused() {
    let never = Duration::from_secs(3_600);
    let must = |memory: &Memory| memory.alter("orders", |t| t.column("must", Type::Int(32)));
    let long = |memory: &Memory| memory.alter("tags", |t| t.check("length(label) <= 2"));
    for (change, said) in [
        (step(must), "column \"must\" added, ; the digest goes on without it"),
        (step(long), "check (tags_check1) added"),
    ] {
        let report = watched(shop(), config(), vec![(1_500, change)], never).await.unwrap();
        assert!(words(&report).iter().any(|words| words.ends_with(said)), "{:?}", words(&report));
        assert!(report.schema_changes.listed[0].at < report.duration / 2, "noticed in the end only");
        assert_eq!(report.outcomes().aborted, 0, "{:?}", report.errors);
    }
}

#[tokio::test]
async fn a_rule_that_few_rows_break_is_noticed_when_the_first_is_refused() {
    let act = step(|memory: &Memory| memory.alter("things", |t| t.check("size > 100000")));
    let never = Duration::from_secs(3_600);
    let report = watched(things(), config(), vec![(1_000, act)], never).await.unwrap();
    assert!(words(&report).iter().any(|words| words.ends_with("added")), "{:?}", words(&report));
    let refused = report.errors["check"].count;
    assert!(refused <= 8, "{refused} rows were refused");
    assert_eq!(report.outcomes().aborted, 0, "{:?}", report.errors);
}

#[tokio::test]
async fn a_new_column_that_another_one_leads_lets_go_of_no_row() {
    let stays = table("stays").serial("id").column("check_in", Type::Date).column("note", text(20));
    let memory = Memory::new([stays.primary_key(["id"]).unique(["check_in"])]);
    let notes = |memory: &Memory| -> HashMap<String, String> {
        let rows = memory.rows("stays").into_iter();
        rows.map(|row| (format!("{:?}", row[0]), format!("{:?}", row[2]))).collect()
    };
    let old = Arc::new(Mutex::new(HashMap::new()));
    let known = Arc::clone(&old);
    let act = step(move |memory: &Memory| {
        *known.lock().unwrap() = notes(memory);
        memory.alter("stays", |t| t.nullable("check_out", Type::Date));
    });
    let report = disturbed(memory.clone(), config(), vec![(1_500, act)]).await.unwrap();
    assert_eq!(report.outcomes().aborted, 0, "{:?}", report.errors);
    let (old, now) = (old.lock().unwrap(), notes(&memory));
    let changed = old.iter().filter(|(id, note)| now.get(*id) != Some(*note)).count();
    assert!(changed * 3 > old.len(), "{changed} of {} rows from before were changed", old.len());
}

#[tokio::test]
async fn one_change_after_the_other_is_followed() {
    let steps: Vec<_> = (0..40)
        .map(|nth: u64| {
            let name = if nth.is_multiple_of(2) { "state" } else { "status" };
            let act = move |memory: &Memory| {
                memory.alter("orders", |mut t| {
                    t.columns[2].name = name.to_owned();
                    t
                });
            };
            (200 + 100 * nth, step(act))
        })
        .collect();
    let report = disturbed(shop(), config(), steps).await.unwrap();
    assert!(report.schema_changes.listed.len() >= 20, "{:?}", words(&report));
    let outcomes = report.outcomes();
    assert_eq!((outcomes.aborted, outcomes.indeterminate), (0, 0), "{:?}", report.errors);
    assert_eq!(outcomes.total(), 6_000);
}

#[tokio::test]
async fn numbers_go_on_without_gaps_however_often_the_schema_changes() {
    let numbered = table("t").column("id", Type::Int(32)).column("v", text(9)).primary_key(["id"]);
    let flip = |nth: u64| {
        move |memory: &Memory| {
            memory.alter("t", |mut t| {
                t.columns[1].name = if nth.is_multiple_of(2) { "w" } else { "v" }.to_owned();
                t
            });
        }
    };
    let steps = (0..20).map(|nth| (100 + 100 * nth, step(flip(nth)))).collect();
    let memory = Memory::new([numbered]);
    let report = disturbed(memory.clone(), CrudConfig::default(), steps).await.unwrap();
    let largest = memory.rows("t").into_iter().filter_map(|row| match row[0] {
        Value::Int(number) => Some(number),
        _ => None,
    });
    let inserted = report.tally.tables["public.t"].rows.inserted as i64;
    let largest = largest.max().unwrap();
    assert!(report.schema_changes.listed.len() >= 10 && largest < 2 * inserted, "{largest} of {inserted}");
}

/// Parents and children that come and go; the answer is how often a parent could not be deleted for its children.
async fn held_back(children: &str, steps: Vec<(u64, Step)>) -> u64 {
    let asked = format!(
        r#"{{"tables": {{"parents": {{"operations": {{"insert": 1, "delete": 1}}}}, "children": {{"operations": {children}}}}}}}"#
    );
    let parents = table("parents").serial("id").column("v", text(9)).primary_key(["id"]);
    let children = table("children").serial("id").column("v", text(9)).column("parent", Type::Int(64));
    let children = children.primary_key(["id"]).references(["parent"], "parents", ["id"]);
    let config: CrudConfig = serde_json::from_str(&asked).unwrap();
    let report = disturbed(Memory::new([parents, children]), config, steps).await.unwrap();
    assert_eq!(report.outcomes().aborted, 0, "{:?}", report.errors);
    report.skips["every row looked at has children"]
}

#[tokio::test]
async fn parents_can_be_deleted_when_the_table_of_their_children_is_gone() {
    let act = step(|memory: &Memory| memory.drop_table("children"));
    let held = held_back(r#"{"insert": 1}"#, vec![(1_500, act)]).await;
    // Twice as many if those that had children stayed.
    assert!(held < 220, "{held}");
}

#[tokio::test]
async fn parents_know_of_their_children_as_before() {
    let flip = |nth: u64| {
        move |memory: &Memory| {
            memory.alter("children", |mut t| {
                t.columns[1].name = if nth.is_multiple_of(2) { "w" } else { "v" }.to_owned();
                t
            });
        }
    };
    let steps = (0..20).map(|nth| (100 + 100 * nth, step(flip(nth)))).collect();
    let operations = r#"{"insert": 1, "delete": 1}"#;
    let (clean, changed) = (held_back(operations, Vec::new()).await, held_back(operations, steps).await);
    assert!(changed < clean * 5 / 4, "{changed} instead of {clean}");
}

#[tokio::test]
async fn what_the_plan_names_and_is_gone_is_passed_over_and_taken_up_again_when_it_is_back() {
    let asked = r#"{"tables": {"customers": {}, "tags": {"columns": {"label": {"choice": ["a", "b"]}}}}}"#;
    let config: CrudConfig = serde_json::from_str(asked).unwrap();
    let tags = || table("tags").column("id", Type::Uuid).column("label", text(20)).primary_key(["id"]);
    let steps = vec![
        (1_000, step(|memory| memory.alter("tags", |t| t.without("label")))),
        (2_000, step(|memory| memory.drop_table("tags"))),
        (3_000, step(move |memory| memory.create(tags()))),
        (4_000, step(|memory| memory.create(table("others").serial("id").primary_key(["id"])))),
    ];
    let memory =
        Memory::new([table("customers").serial("id").column("email", text(60)).primary_key(["id"]), tags()]);
    let report = disturbed(memory, config, steps).await.unwrap();
    let said = ["column \"label\" dropped", "dropped or moved away", "created"]
        .map(|what| format!("public.tags {what}"));
    assert_eq!(words(&report), said);
    assert_eq!(report.outcomes().aborted, 0, "{:?}", report.errors);
}

#[tokio::test(start_paused = true)]
async fn a_run_with_nothing_left_to_write_waits_a_little_and_ends_with_a_reason() {
    let memory = Memory::new([table("t").serial("id").column("v", text(9)).primary_key(["id"])]);
    let plain = memory.clone();
    let faults = Faults::new(move |nth, _| {
        if nth == 100 {
            plain.drop_table("t");
        }
        None
    });
    let run = Run::new(memory.with_faults(faults), Crud::new(CrudConfig::default())).coarse_timer();
    let report = run.operations(1_000).execute().await.unwrap();
    let fatal = report.fatal.unwrap();
    assert_eq!((fatal.action, &*fatal.code), (Action::PauseThenFatal, "schema"));
    assert!(fatal.message.contains("no table can be written"), "{fatal}");
}

#[tokio::test]
async fn without_changes_looking_costs_nothing_and_changes_nothing() {
    let often = disturbed(shop(), config(), Vec::new()).await.unwrap();
    let never = Run::new(shop(), Crud::new(config())).seed(7).lanes(16).operations(6_000);
    let never = never.look_every(Duration::from_secs(3_600)).execute().await.unwrap();
    assert_eq!(often.tally.history, never.tally.history);
    assert_eq!((often.schema_changes.listed.len(), often.counts.retries), (0, 0));
}

/// One of the things that somebody may do; what cannot be done any more is left.
fn any_change(memory: &Memory, which: u8) {
    let rename = |table: &str, column: usize, name: &str| {
        memory.alter(table, |mut t| {
            if let Some(column) = t.columns.get_mut(column) {
                column.name = name.to_owned();
            }
            t
        });
    };
    let retype = |table: &str, column: usize, ty: Type| {
        memory.alter(table, |mut t| {
            t.columns[column].ty = ty;
            t
        });
    };
    let call = |from: &str, to: &'static str| {
        memory.alter(from, |mut t| {
            t.name.table = to.to_owned();
            t
        });
    };
    match which % 13 {
        0 => memory.alter("orders", |t| match t.column_index("extra") {
            None => t.nullable("extra", text(20)),
            Some(_) => t.without("extra"),
        }),
        1 => rename("orders", 2, "state"),
        2 => rename("orders", 2, "status"),
        3 => retype("order_items", 1, Type::Int(64)),
        4 => retype("order_items", 2, text(12)),
        5 => memory.drop_table("order_tags"),
        6 => memory.create(table("passing").serial("id").column("v", text(9)).primary_key(["id"])),
        7 => memory.drop_table("passing"),
        8 => call("tags", "labels"),
        9 => call("labels", "tags"),
        10 => memory.alter("customers", |t| t.without("name")),
        11 => memory.alter("orders", |t| t.check("total >= 0")),
        _ => memory.alter("tags", |t| match t.column_index("code") {
            None => t.nullable("code", text(16)).unique(["code"]),
            Some(_) => t.without("code"),
        }),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_changed_every_row_is_known_and_every_digest_holds(
        changes in proptest::collection::vec((0u64..5_000, any::<u8>()), 1..12),
    ) {
        let mut changes = changes;
        changes.sort_unstable();
        let steps = changes.into_iter();
        let steps = steps.map(|(at, which)| (at, step(move |memory| any_change(memory, which)))).collect();
        let memory = shop();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let report = runtime.block_on(disturbed(memory.clone(), config(), steps)).unwrap();
        let outcomes = report.outcomes();
        prop_assert_eq!((outcomes.aborted, outcomes.indeterminate), (0, 0), "{:?}", report.errors);
        for (name, table) in &report.tally.tables {
            let rows = memory.rows(name.trim_start_matches("public.")).len() as u64;
            prop_assert_eq!((rows, table.unknown + table.missed), (table.live, 0), "{}", name);
        }
    }
}
