//! Tables whose names would read alike without quotes.

use loadgen_core::SqlSession;
use loadgen_pg::server::Server;

use crate::support::{Ran, file, run, session, text};

const ALIKE: &str = r#"
    create schema a;
    create schema "public.a";
    create table a.t (id int primary key, word text);
    create table public."a.t" (id int primary key, number int);
    create table "public.a".t (id int primary key, day date);
"#;

const NAMES: [&str; 3] = [r#""public.a".t"#, "a.t", r#"public."a.t""#];

fn tables(ran: &Ran) -> Vec<String> {
    ran.json()["jobs"][0]["tables"].as_object().unwrap().keys().cloned().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn names_with_dots_are_not_taken_for_one_another() {
    let server = Server::start().await.unwrap();
    let url = server.create_database("dots").await.unwrap();
    session(&url).await.execute(ALIKE).await.unwrap();
    let yaml = run(&["inspect", "--url", &url, "--schema", "*", "--format", "yaml"]);
    assert_eq!(yaml.code, Some(0), "{yaml:?}");
    let (_directory, plan) = file("plan.yaml", &yaml.stdout);
    let ran = run(&["run", text(&plan), "--url", &url, "--operations", "600", "--check", "--format", "json"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(tables(&ran), NAMES);
    let by_name =
        ["run", "--url", &url, "--schema", "*", "--operations", "50", "--format", "json", "--table"];
    for name in NAMES {
        let ran = run(&[&by_name[..], &[name]].concat());
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert_eq!(tables(&ran), [name]);
    }
}
