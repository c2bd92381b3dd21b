//! How wide tables are, and what is said where there is none.

use loadgen_core::SqlSession;
use loadgen_pg::server::Server;

use crate::support::{Ran, loadgen, run, session};

#[tokio::test(flavor = "multi_thread")]
async fn schemas_that_have_tables_are_named_where_there_are_none_on_the_search_path() {
    let server = Server::start().await.unwrap();
    let url = server.create_database("bare").await.unwrap();
    for verb in ["run", "plan"] {
        let nothing = run(&[verb, "--url", &url]);
        assert!(nothing.stderr.contains("has no tables that are not excluded"), "{nothing:?}");
    }
    let sql =
        "create schema app; create table app.a (id int primary key); create table app.b (id int primary key);
        create schema other; create table other.c (id int primary key)";
    session(&url).await.execute(sql).await.unwrap();
    for verb in ["run", "plan", "inspect", "seed"] {
        let args = [verb, "--url", &url, "--rows", "5"];
        let none = run(&args[..if verb == "seed" { 5 } else { 3 }]);
        let said = "none on the search path; schema app has 2 tables, schema other has 1 table: name the schema (--schema app)";
        assert!(none.stderr.contains(said), "{verb}: {none:?}");
        assert_ne!(none.code, Some(0), "{verb}");
    }
    let named = run(&["plan", "--url", &url, "--schema", "app"]);
    assert_eq!(named.code, Some(0), "{named:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pipe_is_not_cut_and_columns_counts() {
    let server = Server::start().await.unwrap();
    let url = server.create_database("wide").await.unwrap();
    let long = "x".repeat(180);
    let sql = format!(
        "create table wide (id int primary key, note text not null default '{long}', state varchar(9))"
    );
    session(&url).await.execute(&sql).await.unwrap();
    for verb in ["inspect", "plan"] {
        let piped = run(&[verb, "--url", &url]);
        // A plan cuts its examples, wherever it goes.
        assert!(verb == "plan" || !piped.stdout.contains('…'), "{piped:?}");
        let narrow = loadgen(&[verb, "--url", &url]).env("COLUMNS", "50").output().unwrap();
        let narrow = Ran::from(narrow);
        let mut rows =
            narrow.stdout.lines().filter(|line| line.contains(" note  ") || line.contains(" state "));
        assert!(rows.all(|line| line.chars().count() <= 50), "{narrow:?}");
        assert!(narrow.stdout.contains('…'), "{narrow:?}");
    }
    assert!(run(&["inspect", "--url", &url]).stdout.contains(&long));
}
