//! The example of the page that defines the digest, in a database.

use loadgen_core::SqlSession;

use crate::support::{Shops, run, session};

const PAGE: &str = include_str!("../../../docs/digest.md");

#[tokio::test(flavor = "multi_thread")]
async fn the_published_example_has_the_published_digest() {
    let shops = Shops::start().await;
    let url = shops.0.create_database("example").await.unwrap();
    let sql = PAGE.split("```sql\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    session(&url).await.execute(sql).await.unwrap();
    let found = run(&["inspect", "--url", &url, "--digest", "--format", "json"]).json();
    let orders = &found["tables"]["public.orders"];
    assert_eq!(orders["count"], 2, "{found}");
    assert!(PAGE.contains(&format!("The digest is `{}`", orders["digest"].as_str().unwrap())), "{found}");
}
