//! Users who may not do all that is planned.

use loadgen_core::SqlSession;

use crate::{
    live::tables,
    support::{Ran, Shops, run, session},
};

/// A shop, and the address of it for a user with these grants.
async fn shop(shops: &Shops, user: &str, grants: &str) -> (String, String) {
    let url = shops.open(user).await;
    let grants = grants.replace("TO x", &format!("TO {user}"));
    session(&url).await.execute(&format!("CREATE ROLE {user} LOGIN; {grants}")).await.unwrap();
    let theirs = url.replace("postgres@", &format!("{user}@"));
    assert_ne!(theirs, url);
    (url, theirs)
}

fn traffic(url: &str, flags: &[&str]) -> Ran {
    let args = ["run", "--url", url, "--operations", "100", "--seed", "1", "--format", "json"];
    run(&[&args[..], flags].concat())
}

#[track_caller]
fn refused(ran: &Ran, message: &str) {
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{ran:?}");
    assert!(ran.stderr.starts_with("error: failed to prepare postgres://"), "{ran:?}");
    assert!(ran.stderr.ends_with(message) && ran.stderr.lines().count() == 1, "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_only_read_is_refused_before_any_traffic() {
    let shops = Shops::start().await;
    let (url, theirs) = shop(&shops, "reader", "GRANT SELECT ON ALL TABLES IN SCHEMA public TO x").await;
    refused(
        &traffic(&theirs, &[]),
        "/reader: this user has no insert, update, delete on public.customers, public.order_items, public.orders, \
         public.products; GRANT it, or take the table out of the plan\n",
    );
    let planned = run(&["plan", "--url", &theirs]);
    assert_eq!(planned.code, Some(1), "what cannot be run cannot be planned: {planned:?}");
    for url in [&url, &theirs] {
        let counted = run(&["inspect", "--url", url, "--digest", "--format", "json"]).json();
        assert!(tables(&counted["tables"], "count").values().all(|(rows, _)| *rows == 0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_without_rights_is_left_out_unless_it_is_asked_for_by_name() {
    let shops = Shops::start().await;
    let grants =
        "GRANT ALL ON ALL TABLES IN SCHEMA public TO x; REVOKE UPDATE, INSERT ON products FROM clerk";
    let (_, theirs) = shop(&shops, "clerk", grants).await;
    let ran = traffic(&theirs, &[]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let job = &ran.json()["jobs"][0];
    assert_eq!((&job["errors"], &job["outcomes"]["aborted"]), (&serde_json::json!({}), &0.into()), "{job}");
    let written: Vec<_> = job["tables"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(written, ["public.customers", "public.orders"]);
    let why = "warning: public.products is left out: no insert, update for this user; GRANT it, or exclude the table";
    assert!(ran.stderr.contains(why), "{ran:?}");
    refused(
        &traffic(&theirs, &["--table", "products", "--table", "customers"]),
        "/clerk: this user has no insert, update on public.products; GRANT it, or take the table out of the plan\n",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_rights_that_the_plan_needs_are_asked_for() {
    let shops = Shops::start().await;
    let (_, theirs) = shop(&shops, "writer", "GRANT INSERT ON products TO x").await;
    let flags = ["--table", "products", "--mix", "insert=1"];
    let ran = traffic(&theirs, &flags);
    assert_eq!(
        (ran.code, &ran.json()["jobs"][0]["outcomes"]["committed"]),
        (Some(0), &100.into()),
        "{ran:?}"
    );
    assert_eq!(run(&[&["health", "--url", &theirs], &flags[..]].concat()).code, Some(0));
    refused(
        &traffic(&theirs, &["--table", "products", "--mix", "insert=1,delete=1"]),
        "/writer: this user has no select, delete on public.products; GRANT it, or take the table out of the plan\n",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_says_which_operations_there_are_to_be_those_that_are_allowed_are_done() {
    let shops = Shops::start().await;
    let grants = "GRANT INSERT ON products TO x; GRANT INSERT, SELECT, UPDATE ON customers TO x; \
        GRANT SELECT ON orders TO x";
    let (_, theirs) = shop(&shops, "appender", grants).await;
    let planned = run(&["plan", "--url", &theirs, "--seed", "1"]);
    let said = |words: &str| assert!(planned.stdout.contains(words), "{words}: {}", planned.stdout);
    said("public.products: weight 1; insert 3, update 0, delete 0");
    said("note: no updates, no deletes: this user may not; GRANT it, if there are to be some");
    said("public.customers: weight 1; insert 3, update 2, delete 0");
    said("note: no deletes: this user may not; GRANT it, if there are to be some");
    said("public.orders is left out: no insert, update, delete for this user");
    let job = &traffic(&theirs, &[]).json()["jobs"][0];
    assert_eq!((&job["errors"], &job["outcomes"]["aborted"]), (&serde_json::json!({}), &0.into()), "{job}");
    let rows = |table: &str, what: &str| job["tables"][table][what].as_u64().unwrap();
    assert!(rows("public.products", "inserted") > 10 && rows("public.customers", "updated") > 0, "{job}");
    assert_eq!((rows("public.products", "updated"), rows("public.customers", "deleted")), (0, 0), "{job}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_easily_forgotten_is_asked_for_too() {
    let shops = Shops::start().await;
    let grants =
        "CREATE TABLE numbered (id serial PRIMARY KEY, note text); GRANT INSERT, SELECT ON numbered TO x";
    let (_, theirs) = shop(&shops, "seller", grants).await;
    let flags = ["--table", "numbered", "--mix", "insert=1"];
    refused(
        &traffic(&theirs, &flags),
        "/seller: this user has no usage of the sequence numbered_id_seq on public.numbered; GRANT it, or take the \
         table out of the plan\n",
    );
    let grants = "GRANT INSERT ON products TO x";
    let (_, theirs) = shop(&shops, "checker", grants).await;
    refused(
        &traffic(&theirs, &["--table", "products", "--mix", "insert=1", "--check"]),
        "/checker: this user has no select on public.products; GRANT it, or take the table out of the plan\n",
    );
}
