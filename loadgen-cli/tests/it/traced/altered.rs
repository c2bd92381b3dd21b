//! Schemas that somebody changes under the load.

use super::{execute, passes};
use crate::support::{Ran, Shops, loadgen, session, text};

#[tokio::test(flavor = "multi_thread")]
async fn tables_that_are_dropped_renamed_and_altered_under_the_load_are_no_losses() {
    let shops = Shops::start().await;
    let (url, out) = (shops.open("shop").await, tempfile::tempdir().unwrap());
    let out = out.path();
    let mut session = session(&url).await;
    let more = "create table notes (id bigint generated always as identity primary key, words text not null);
                create table drafts (id bigint generated always as identity primary key, words text not null)";
    execute(&mut session, more).await;
    let args = ["run", "--url", &url, "--ledger", "--out", text(out), "--slot", "cdc", "-q", "--seed", "5"];
    let child = loadgen(&[&args[..], &["--rate", "300/s", "--duration", "18s"]].concat()).spawn().unwrap();
    crate::waiting::until_rows(&url, 100).await;
    for step in [
        "alter table orders rename to sales; alter table customers rename column city to town",
        "drop table notes; alter table products drop column weight_kg; drop table drafts",
        "create table drafts (id bigint generated always as identity primary key, words text not null);
         alter table order_items alter column unit_price type numeric(14, 4)",
    ] {
        execute(&mut session, step).await;
        tokio::time::sleep(std::time::Duration::from_secs(4)).await;
    }
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let not_compared = passes(out, "source");
    let mut whole: Vec<&String> = not_compared.iter().filter(|not| not.contains("the whole table")).collect();
    whole.sort_unstable();
    assert_eq!(whole.len(), 2, "{not_compared:?}");
    assert!(whole[0].starts_with("public.drafts: the whole table: another table was called"), "{whole:?}");
    assert!(whole[1].starts_with("public.notes: the whole table: somebody has dropped it"), "{whole:?}");
    let not_compared = passes(out, "slot:cdc");
    let whole: Vec<&String> = not_compared.iter().filter(|not| not.contains("the whole table")).collect();
    assert_eq!(
        whole.len(),
        1,
        "what was done to a table before it was dropped is in the slot: {not_compared:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_only_table_of_a_plan_may_be_dropped_under_the_load() {
    let shops = Shops::start().await;
    let (url, out) = (shops.0.create_database("notes").await.unwrap(), tempfile::tempdir().unwrap());
    let out = out.path();
    let mut session = session(&url).await;
    execute(
        &mut session,
        "create table notes (id bigint generated always as identity primary key, words text)",
    )
    .await;
    let args = ["run", "--url", &url, "--ledger", "--out", text(out), "--slot", "only", "-q", "--seed", "5"];
    let child = loadgen(&[&args[..], &["--rate", "300/s", "--duration", "5s"]].concat()).spawn().unwrap();
    crate::waiting::until_holds(&url, "(select count(*) from notes) > 100").await;
    execute(&mut session, "drop table notes").await;
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert!(ran.code == Some(1) && ran.stderr.contains("no table can be written"), "{ran:?}");
    // The tables themselves say nothing any more of what was done, and the slot says everything.
    let ran = super::verify(out, "source", &[]);
    assert_eq!((ran.code, &ran.json()["verdict"]), (Some(112), &"INCONCLUSIVE".into()), "{ran:?}");
    let words = ran.json()["coverage"].to_string();
    assert!(words.contains("the whole table: somebody has dropped it"), "{words}");
    assert!(ran.stdout.contains("nothing could be compared"), "{ran:?}");
    assert_eq!(passes(out, "slot:only"), [""; 0]);
}
