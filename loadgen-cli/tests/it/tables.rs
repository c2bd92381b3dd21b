//! Which schemas and tables, and what the plan says of those that are out of the ordinary.

use loadgen_core::SqlSession;
use loadgen_pg::server::Server;

use crate::support::{run, session};

#[tokio::test(flavor = "multi_thread")]
async fn schemas_are_named_in_one_flag_or_by_pattern_and_the_plan_says_what_is_peculiar() {
    let server = Server::start().await.unwrap();
    let url = server.create_database("odd").await.unwrap();
    let sql = r#"
        create schema app_1; create schema app_2; create schema "not on the path";
        create table app_1.logs (id int primary key, note text); create view app_1.v as select 1;
        create table app_2.sums (id int primary key, note text);
        create table app_2.tmp_x (id int primary key);
        create table "not on the path"."from" (code text unique, note text);
        create function touch() returns trigger language plpgsql as $$ begin
            insert into app_2.sums values (-new.id); new.note = 'x'; return new; end $$;
        create trigger touch before insert or update on app_1.logs for each row execute function touch()"#;
    session(&url).await.execute(sql).await.unwrap();
    let schemas = ["--schema", "app_*,not on the path", "--exclude", "tmp_*"];
    let plan = run(&[&["plan", "--url", &url], &schemas[..]].concat());
    for said in [
        "not on the path.from: weight 1",
        "rows are found by the unique key (code)",
        "trigger touch may change or refuse rows",
        "trigger touch of app_1.logs writes it, too",
        "not written: 1 view",
    ] {
        assert!(plan.stdout.contains(said), "{said}: {plan:?}");
    }
    assert!(!plan.stdout.contains("tmp_x"), "{plan:?}");
    let args = ["--operations", "300", "--seed", "7", "--format", "json", "--check", "-q"];
    let ran = run(&[&["run", "--url", &url], &schemas[..], &args[..]].concat());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let json = ran.json();
    assert_eq!(json["jobs"][0]["tables"]["app_2.sums"]["unchecked"], true, "{json}");
    let warning = json["warnings"][0].as_str().unwrap();
    assert!(warning.starts_with("app_2.sums: written by others, too"), "{warning}");
    let wrong = run(&["plan", "--url", &url, "--schema", "app_1,not on the pat"]);
    assert!(wrong.stderr.contains("did you mean \"not on the path\"?"), "{wrong:?}");
    assert_eq!(wrong.code, Some(1), "{wrong:?}");
}
