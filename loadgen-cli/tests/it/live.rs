//! Runs against a real server.

use std::collections::BTreeMap;

use loadgen_core::SqlSession;
use loadgen_pg::server::Server;
use serde_json::Value;

use crate::support::{Ran, Shops, file, loadgen, run, session, text};

/// Name, rows and digest of every table.
pub(crate) type Tables = BTreeMap<String, (u64, String)>;

pub(crate) fn tables(json: &Value, rows: &str) -> Tables {
    let table = |(name, table): (&String, &Value)| {
        (name.clone(), (table[rows].as_u64().unwrap(), table["digest"].as_str().unwrap().to_owned()))
    };
    json.as_object().unwrap().iter().map(table).collect()
}

fn traffic(url: &str, connections: &str) -> Value {
    let args = ["--operations", "2k", "--seed", "7", "--lanes", "16", "--format", "json", "--check", "-q"];
    let ran = run(&[&["run", "--url", url, "--connections", connections], &args[..]].concat());
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
    ran.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn equal_seeds_make_equal_histories_whatever_the_connections() {
    let shops = Shops::start().await;
    let (first, second) = (shops.open("first").await, shops.open("second").await);
    let (one, eight) = (traffic(&first, "1"), traffic(&second, "8"));
    let (one, eight) = (&one["jobs"][0], &eight["jobs"][0]);
    assert_eq!(one["digest"], eight["digest"]);
    assert_ne!(one["digest"], "0".repeat(32));
    assert_eq!(one["outcomes"], eight["outcomes"]);
    assert_eq!(one["completed"], 2_000);
    assert_eq!(one["check"]["result"], "held");
    assert_eq!((&one["connections"], &eight["connections"]), (&Value::from(1), &Value::from(8)));
    for (url, job) in [(&first, one), (&second, eight)] {
        let inspected = run(&["inspect", "--url", url, "--digest", "--format", "json"]).json();
        assert_eq!(tables(&inspected["tables"], "count"), tables(&job["tables"], "live"));
    }
    // Identity values come from the server, in the order in which the lanes happen to ask for them.
    let (one, eight) = (tables(&one["tables"], "live"), tables(&eight["tables"], "live"));
    assert_eq!(one["public.products"], eight["public.products"]);
    assert!(one.iter().all(|(name, (rows, _))| *rows == eight[name].0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_was_written_repeats_its_run() {
    let shops = Shops::start().await;
    let (first, second) = (shops.open("first").await, shops.open("second").await);
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("a/b");
    let args =
        ["--operations", "300", "--table", "customers=3", "--table", "orders", "--mix", "insert=2,update=1"];
    // The server asks for no password, but one that is given must not come out again.
    let secret = first.replace("postgres@", "postgres:hunter2@");
    assert_ne!(secret, first);
    let ran = run(&[&["run", "--url", &secret, "--out", text(&out), "-v"], &args[..]].concat());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let plan = std::fs::read_to_string(out.join("plan.yaml")).unwrap();
    let written = std::fs::read_to_string(out.join("summary.json")).unwrap();
    for text in [&plan, &written, &ran.stdout, &ran.stderr] {
        assert!(!text.contains("hunter2"), "{text}");
    }
    let summary: Value = serde_json::from_str(&written).unwrap();
    let again = run(&["run", text(&out.join("plan.yaml")), "--url", &second, "--format", "json", "-q"]);
    assert_eq!(again.code, Some(0), "{again:?}\n{plan}");
    assert_eq!(again.json()["jobs"][0]["digest"], summary["jobs"][0]["digest"]);
    assert_eq!(again.json()["run"]["seed"], summary["run"]["seed"]);
    assert_eq!(tables(&summary["jobs"][0]["tables"], "live").len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn planning_and_looking_write_nothing() {
    let shops = Shops::start().await;
    let url = shops.open("shop").await;
    let planned = Ran::from(loadgen(&["plan", "--url", &url]).env("COLUMNS", "100").output().unwrap());
    assert_eq!(planned.code, Some(0), "{planned:?}");
    for words in ["public.order_items", "nothing was written", "this machine"] {
        assert!(planned.stdout.contains(words), "{planned:?}");
    }
    assert!(planned.stdout.lines().all(|line| line.chars().count() <= 100), "{}", planned.stdout);
    let dry = run(&["run", "--dry-run", "--url", &url, "--format", "json"]).json();
    let planned = dry["jobs"][0]["tables"].as_array().unwrap();
    assert_eq!(planned.len(), 4);
    let columns = planned.iter().flat_map(|table| table["columns"].as_array().unwrap());
    assert!(columns.into_iter().any(|column| column["samples"].as_array().unwrap().len() == 3), "{dry}");
    let inspected = run(&["inspect", "--url", &url]);
    assert!(inspected.stdout.contains("primary key, → public.orders"), "{inspected:?}");
    let counted = run(&["inspect", "--url", &url, "--digest", "--format", "json"]).json();
    assert!(tables(&counted["tables"], "count").values().all(|(rows, _)| *rows == 0));
    let yaml = run(&["inspect", "--url", &url, "--format", "yaml"]).stdout;
    let (_directory, path) = file("plan.yaml", &yaml);
    let ran = run(&["run", text(&path), "--operations", "50", "-q", "--check"]);
    assert_eq!(ran.code, Some(0), "{ran:?}\n{yaml}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_sign_in_or_write_is_told_why() {
    let shops = Shops::start().await;
    let url = shops.open("shop").await;
    session(&url)
        .await
        .execute("CREATE ROLE reader LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
        .await
        .unwrap();
    let check = |url: &str, words: &str| {
        let ran = run(&["run", "--url", url, "--operations", "10", "--seed", "1"]);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert_eq!(ran.stderr.matches("error:").count(), 1, "{ran:?}");
        assert!(ran.stderr.contains(words), "{ran:?}");
    };
    check(&shops.0.database_url("nowhere"), "\"nowhere\" does not exist");
    check(&url.replace("postgres@", "nobody_at_all@"), "nobody_at_all");
    let healthy = run(&["health", "--url", &url]);
    assert_eq!(healthy.code, Some(0), "{healthy:?}");
    let sick = run(&["health", "--url", &url.replace("postgres@", "reader@"), "--format", "json"]);
    assert_eq!((sick.code, &sick.json()["ok"]), (Some(1), &false.into()), "{sick:?}");
    let gone = run(&["health", "--url", "postgres://127.0.0.1:1/x"]);
    assert_eq!(gone.code, Some(1), "{gone:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_somebody_else_changes_are_found_by_the_check() {
    let shops = Shops::start().await;
    let url = shops.open("shop").await;
    session(&url)
        .await
        .execute(
            "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS \
             $$BEGIN EXECUTE format('UPDATE %I SET city = $1 WHERE id = $2', TG_TABLE_NAME) \
               USING 'elsewhere', NEW.id; RETURN NULL; END$$; \
             CREATE TRIGGER spoil AFTER INSERT ON customers FOR EACH ROW EXECUTE FUNCTION spoil()",
        )
        .await
        .unwrap();
    let ran: Ran =
        run(&["run", "--url", &url, "--operations", "100", "--check", "--seed", "3", "--progress", "none"]);
    assert_eq!(ran.code, Some(111), "{ran:?}");
    assert!(
        ran.stdout.contains("check failed") && ran.stdout.contains("public.customers: digest"),
        "{ran:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_are_not_in_the_database_are_shown_where_the_plan_says_them() {
    let shops = Shops::start().await;
    let url = shops.open("shop").await;
    let check = |crud: &str, expected: &str| {
        let (_directory, path) = file("plan.yaml", &format!("jobs:\n- workload:\n    crud: {{{crud}}}\n"));
        let ran = run(&["run", text(&path), "--url", &url]);
        assert_eq!(ran.code, Some(104), "{ran:?}");
        let expected = format!("error: {}:{expected}", text(&path));
        assert!(ran.stderr.starts_with(&expected), "{expected}: {ran:?}");
    };
    check("exclude: [ordres]", "3:22: there is no table \"ordres\"; did you mean \"orders\"?");
    check(
        "tables: {orders: {columns: {sttus: {constant: new}}}}",
        "3:40: there is no column \"public.orders.sttus\"; did you mean \"status\"?",
    );
    check(
        "tables: {orders: {columns: {status: {min: a}}}}",
        "3:40: column public.orders.status cannot be filled",
    );
    check("schemas: [public, publik]", "3:30: there is no schema \"publik\"; did you mean \"public\"?");
    check("schemas: [public], tables: {\"public.nosuch\": {}}", "3:40: there is no table \"public.nosuch\"");
    check("tables: {orders: {}, \"no; \\\"such\\\"\": {}}", "3:33: there is no table \"no; \\\"such\\\"\"");
    // A name of one kind is not looked for where another kind stands.
    check(
        "schemas: [public], exclude: [customers], tables: {orders: {}, \"schemas\": {}}",
        "3:74: there is no table \"schemas\"",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flag_that_is_wrong_is_named_and_the_plan_is_not_blamed() {
    let shops = Shops::start().await;
    let url = shops.open("shop").await;
    let (_directory, path) = file("plan.yaml", "jobs:\n- workload:\n    crud: {tables: {orders: {}}}\n");
    for (flags, expected) in [
        (["--table", "ordres"], "there is no table \"ordres\"; did you mean \"orders\"?"),
        (["--exclude", "ordres"], "there is no table \"ordres\"; did you mean \"orders\"?"),
        (["--schema", "publik"], "there is no schema \"publik\"; did you mean \"public\"?"),
    ] {
        for plan in [None, Some(text(&path))] {
            let base = [&["run", "--url", &url], &flags[..]].concat();
            let ran = run(&base.into_iter().chain(plan).collect::<Vec<_>>());
            assert_eq!(ran.code, Some(1), "{ran:?}");
            let expected = format!("error: {}: {expected}", flags.join(" "));
            assert!(ran.stderr.starts_with(&expected), "{ran:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_that_is_not_there_is_named_by_every_verb() {
    let shops = Shops::start().await;
    let url = shops.open("shop").await;
    let (_directory, path) = file("plan.yaml", "jobs:\n- workload:\n    crud: {schemas: [publik]}\n");
    for verb in ["run", "plan", "inspect"] {
        let ran = run(&[verb, text(&path), "--url", &url]);
        let expected = format!("error: {}:3:22: there is no schema \"publik\"; did you mean", text(&path));
        assert_eq!(ran.code, Some(104), "{ran:?}");
        assert!(ran.stderr.starts_with(&expected), "{ran:?}");
        // What the flag says goes instead of what the file says.
        let ran = run(&[verb, text(&path), "--url", &url, "--schema", "publik"]);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(ran.stderr.starts_with("error: --schema publik: there is no schema"), "{ran:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn columns_of_types_that_are_not_known_take_what_the_plan_lists() {
    let shops = Shops::start().await;
    let url = shops.0.create_database("hosts").await.unwrap();
    let sql = "CREATE SEQUENCE s; CREATE DOMAIN number AS int DEFAULT nextval('s'); \
               CREATE TABLE hosts (id number PRIMARY KEY, address inet NOT NULL, price money NOT NULL, \
               size numeric NOT NULL, level number NOT NULL)";
    session(&url).await.execute(sql).await.unwrap();
    let columns = "id: {leave_out: true}, address: {choice: [10.0.0.1/32, fd00::1/128]}, price: {constant: $1.50}, \
                   size: {choice: [1.5, 2]}, level: {choice: [1, 2]}";
    let tables = format!("{{hosts: {{columns: {{{columns}}}}}}}");
    for rows in ["", ", rows: {insert: 3, update: 2, delete: 2}"] {
        let plan = format!("jobs:\n- workload: {{crud: {{tables: {tables}{rows}}}}}\n  operations: 200\n");
        let (_directory, path) = file("plan.yaml", &plan);
        let ran =
            run(&["run", text(&path), "--url", &url, "--seed", "2", "--format", "json", "-q", "--check"]);
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
        let job = &ran.json()["jobs"][0];
        assert_eq!(
            (&job["errors"], &job["check"]["result"]),
            (&serde_json::json!({}), &"held".into()),
            "{job}"
        );
        for done in ["inserted", "updated", "deleted"] {
            assert!(job["rows"][done].as_u64().unwrap() > 10, "{job}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_ends_with_1_and_one_message_and_no_traffic() {
    let shops = Shops(Server::builder().tcp(true).start().await.unwrap());
    let url = shops.open("shop").await;
    let rules = shops.0.data_dir().join("pg_hba.conf");
    let before = std::fs::read_to_string(&rules).unwrap();
    std::fs::write(&rules, format!("host all all all scram-sha-256\n{before}")).unwrap();
    let sql = "SET password_encryption = 'scram-sha-256'; CREATE ROLE me SUPERUSER LOGIN PASSWORD 'right'; \
               SELECT pg_reload_conf()";
    session(&url).await.execute(sql).await.unwrap();
    let login = |password: &str| format!("postgres://me:{password}@127.0.0.1:{}/shop", shops.0.port());
    let traffic =
        |password: &str| run(&["run", "--url", &login(password), "--operations", "5", "--seed", "1"]);
    // The server takes a moment to read its rules again; until then it asks for no password.
    let refused = std::iter::repeat_with(|| {
        std::thread::sleep(std::time::Duration::from_millis(100));
        run(&["inspect", "--url", &login("hunter2")])
    });
    assert!(refused.take(50).any(|ran| ran.code == Some(1)));
    let ran = traffic("hunter2");
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{ran:?}");
    let place = format!("error: failed to connect to postgres://127.0.0.1:{}/shop: ", shops.0.port());
    assert!(ran.stderr.starts_with(&place) && ran.stderr.contains("PGPASSWORD"), "{ran:?}");
    assert_eq!((ran.stderr.lines().count(), ran.stderr.contains("hunter2")), (1, false), "{ran:?}");
    let counted = run(&["inspect", "--url", &url, "--digest", "--format", "json"]).json();
    assert!(tables(&counted["tables"], "count").values().all(|(rows, _)| *rows == 0));
    assert_eq!(traffic("right").code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_that_cannot_be_written_are_left_out_and_named() {
    let shops = Shops::start().await;
    let url = shops.open("shop").await;
    let sql = "CREATE TABLE places (id int PRIMARY KEY, spot gtsvector NOT NULL)";
    session(&url).await.execute(sql).await.unwrap();
    let planned = run(&["plan", "--url", &url]);
    assert!(!planned.stdout.contains("\n\n\n"), "one blank line is enough: {planned:?}");
    assert!(planned.stdout.contains("public.places is left out: "), "{planned:?}");
    let ran = run(&["run", "--url", &url, "--operations", "10", "--seed", "1", "--format", "json"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stderr.contains("warning: public.places is left out: "), "{ran:?}");
    assert!(ran.json()["warnings"][0].as_str().unwrap().contains("public.places"), "{ran:?}");
    assert!(ran.json()["jobs"][0]["tables"].get("public.places").is_none());
    for (flags, (on_stderr, on_stdout)) in [(&[][..], (1, 0)), (&["-q"], (0, 1))] {
        let ran = run(&[&["run", "--url", &url, "--operations", "10", "--seed", "2"], flags].concat());
        let said = |text: &str| text.matches("warning: public.places is left out").count();
        assert_eq!((said(&ran.stderr), said(&ran.stdout)), (on_stderr, on_stdout), "{ran:?}");
    }
    let yaml = run(&["inspect", "--url", &url, "--exclude", "orders", "--format", "yaml"]).stdout;
    let (comments, plan): (Vec<&str>, Vec<&str>) = yaml.lines().partition(|line| line.starts_with("# "));
    assert!(comments[0].starts_with("# public.places is left out: ") && comments.len() == 2, "{yaml}");
    assert!(comments[1].starts_with("# public.order_items is left out: refers to public.orders"), "{yaml}");
    assert!(!plan.iter().any(|line| line.contains("places") || line.contains("order")), "{yaml}");
    let (_directory, path) = file("plan.yaml", &yaml);
    let ran = run(&["run", text(&path), "--operations", "10", "--seed", "1", "-q", "--check"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
    assert!(!ran.stdout.contains("left out"), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_beyond_the_lanes_are_not_opened_and_that_is_said() {
    let shops = Shops::start().await;
    let url = shops.open("shop").await;
    let args = ["--url", &url, "--seed", "1", "--operations", "10", "--lanes", "3", "--connections", "500"];
    let words = "crud: 3 connections are opened instead of 500: ";
    let planned = run(&[&["plan"], &args[..]].concat());
    assert_eq!(planned.stdout.matches(&format!("warning: {words}")).count(), 1, "{planned:?}");
    assert!(planned.stdout.contains("3 lanes on 3 connections"), "{planned:?}");
    let ran = run(&[&["run", "--format", "json"], &args[..]].concat());
    assert_eq!(ran.stderr.matches(&format!("warning: {words}")).count(), 1, "{ran:?}");
    assert!(ran.json()["warnings"][0].as_str().unwrap().starts_with(words), "{ran:?}");
    assert_eq!(ran.json()["jobs"][0]["connections"], 3);
    // Nobody asked for the four that there would be.
    let ran = run(&[&["run", "--format", "json"], &args[..8]].concat());
    assert_eq!(ran.json()["warnings"], serde_json::json!([]), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_may_come_from_the_standard_input_and_its_variables_from_a_file() {
    let shops = Shops::start().await;
    let url = shops.open("shop").await;
    let (_directory, variables) =
        file("variables", &format!("# where to\nSHOP_URL='{url}'\nexport OPERATIONS=30\n"));
    let mut command = loadgen(&["run", "-", "--env-file", text(&variables), "--format", "json", "-q"]);
    let mut child = command.stdin(std::process::Stdio::piped()).spawn().unwrap();
    let plan = b"{\"jobs\": [{\"target\": \"${SHOP_URL}\", \"operations\": \"${OPERATIONS}\"}]}";
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), plan).unwrap();
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert_eq!(ran.json()["jobs"][0]["completed"], 30, "{ran:?}");
    let (_directory, variables) = file("variables", &format!("DATABASE_URL={url}\n"));
    let ran = run(&["run", "--env-file", text(&variables), "--operations", "5", "--format", "json", "-q"]);
    assert_eq!(ran.json()["jobs"][0]["completed"], 5, "{ran:?}");
}
