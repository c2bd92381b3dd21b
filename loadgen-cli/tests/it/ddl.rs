//! A schema that changes while the command runs.

use std::time::Duration;

use loadgen_core::SqlSession;

use crate::support::{Ran, Shops, loadgen, session};

#[tokio::test(flavor = "multi_thread")]
async fn what_changed_and_when_is_said_at_once_and_in_the_end() {
    let shops = Shops::start().await;
    let url = shops.open("shop").await;
    let args = ["--rate", "200/s", "--duration", "7s", "--seed", "5", "--check"];
    let formats = [&[][..], &["--format", "json"]];
    for (format, (from, to)) in formats.iter().zip([("status", "state"), ("state", "status")]) {
        let child = loadgen(&[&["run", "--url", &url], &args[..], format].concat()).spawn().unwrap();
        tokio::time::sleep(Duration::from_millis(2_500)).await;
        let renamed = format!("alter table orders rename column {from} to {to}");
        session(&url).await.execute(&renamed).await.unwrap();
        let ran = Ran::from(child.wait_with_output().unwrap());
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let words = format!("column \"{from}\" renamed to \"{to}\"");
        assert!(ran.stderr.contains(&format!("crud: the schema changed: public.orders {words}")), "{ran:?}");
        if format.is_empty() {
            for said in ["schema changed at", &words, "counted only", "check held", "have no digest"] {
                assert!(ran.stdout.contains(said), "{said}: {ran:?}");
            }
            continue;
        }
        let json = ran.json();
        let job = &json["jobs"][0];
        let change = &job["schema_changes"][0];
        assert_eq!((&change["table"], &change["what"]), (&"public.orders".into(), &words.as_str().into()));
        assert!(change["at_s"].as_f64().unwrap() < 6.0, "{change}");
        let orders = &job["tables"]["public.orders"];
        assert_eq!((&orders["digest"], &orders["counted_only"]), (&"".into(), &true.into()));
        assert_eq!((&job["outcomes"]["aborted"], &job["check"]["result"]), (&0.into(), &"held".into()));
    }
}
