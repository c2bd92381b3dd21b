//! A schema that changes while the command runs.

use loadgen_core::SqlSession;

use crate::{
    support::{Ran, Shops, loadgen, session},
    waiting::until_rows,
};

#[tokio::test(flavor = "multi_thread")]
async fn what_changed_and_when_is_said_at_once_and_in_the_end() {
    let shops = Shops::start().await;
    let args = ["--rate", "200/s", "--duration", "7s", "--seed", "5", "--check"];
    let formats = [&[][..], &["--format", "json"]];
    for (format, name) in formats.iter().zip(["as_text", "as_json"]) {
        let url = shops.open(name).await;
        let child = loadgen(&[&["run", "--url", &url], &args[..], format].concat()).spawn().unwrap();
        until_rows(&url, 50).await;
        let renamed = "alter table orders rename column status to state";
        session(&url).await.execute(renamed).await.unwrap();
        let ran = Ran::from(child.wait_with_output().unwrap());
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let words = r#"column "status" renamed to "state""#;
        assert!(ran.stderr.contains(&format!("crud: the schema changed: public.orders {words}")), "{ran:?}");
        if format.is_empty() {
            for said in ["schema changed at", words, "counted only", "check held", "have no digest"] {
                assert!(ran.stdout.contains(said), "{said}: {ran:?}");
            }
            continue;
        }
        let json = ran.json();
        let job = &json["jobs"][0];
        let change = &job["schema_changes"][0];
        assert_eq!((&change["table"], &change["what"]), (&"public.orders".into(), &words.into()));
        assert!(change["at_s"].as_f64().unwrap() < 6.0, "{change}");
        let orders = &job["tables"]["public.orders"];
        assert_eq!((&orders["digest"], &orders["counted_only"]), (&"".into(), &true.into()));
        assert_eq!((&job["outcomes"]["aborted"], &job["check"]["result"]), (&0.into(), &"held".into()));
    }
}
