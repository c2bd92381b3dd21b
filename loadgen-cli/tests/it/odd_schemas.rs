//! What is said of schemas that are out of the ordinary.

use loadgen_core::SqlSession;
use loadgen_pg::server::Server;

use crate::{
    support::{Ran, file, loadgen, run, session, text},
    waiting::until_holds,
};

const ODD: &str = "
    create table team (id int generated always as identity primary key, name text not null);
    create table member (id int generated always as identity primary key,
        team int not null references team on delete cascade, lead int references member,
        b bit(9) not null, n numeric(5,-2), at timestamp(0), lasts interval(3) not null, word varchar(12), fixed char(4),
        role text not null, pay numeric(6,2) not null, first date not null, second date not null);
    create unique index on member (team) where role = 'lead';
    create unique index on member (lower(word));
    create table booked (id int generated always as identity primary key, span int4range not null,
        exclude using gist (span with &&));
    create function no() returns trigger language plpgsql as $$
        begin if new.id % 3 = 0 then raise exception 'not in %', tg_table_name; end if; return null; end$$;
    create table one (id int generated always as identity primary key, v int);
    create table two (id int generated always as identity primary key, v int);
    create trigger t after insert on one for each row execute function no();
    create trigger t after insert on two for each row execute function no();
    create table flags (flag boolean primary key, v int)";

#[tokio::test(flavor = "multi_thread")]
async fn inspect_and_plan_say_what_the_schema_and_the_plan_file_say() {
    let server = Server::start().await.unwrap();
    let url = server.create_database("odd").await.unwrap();
    session(&url).await.execute(ODD).await.unwrap();
    let inspected = run(&["inspect", "--url", &url]).stdout;
    for said in [
        "bit(9)",
        "numeric(5,-2)",
        "timestamp(0) without time zone",
        "interval(3)",
        "character varying(12)",
        "character(4)",
        "→ public.team (id)",
        "FOREIGN KEY (team) REFERENCES team(id) ON DELETE CASCADE",
        "UNIQUE (team) WHERE (role = 'lead'::text)",
        "UNIQUE (lower(word::text))",
        "EXCLUDE USING gist (span WITH &&)",
    ] {
        assert!(inspected.contains(said), "{said}: {inspected}");
    }
    assert!(!inspected.contains("REFERENCES member"), "what the list says is not said twice: {inspected}");
    let yaml = "jobs: [{workload: {crud: {tables: {member: {pick: zipf, columns: {role: {choice: [lead, hand], \
        weights: [1, 9]}, pay: {min: 1, max: 5, distribution: log_normal}, word: {min_length: 1}}}, team: {row_size: 2KB}}}}}]";
    let (_directory, path) = file("plan.yaml", yaml);
    let planned = run(&["plan", text(&path), "--url", &url, "--seed", "1"]);
    for said in [
        "updates pick a few hot rows (zipf)",
        "one of lead, hand, weighted 1:9",
        "decimal 1.00 to 5.00, log_normal",
    ] {
        assert!(planned.stdout.contains(said), "{said}: {planned:?}");
    }
    let line =
        |name: &str| planned.stdout.lines().find(|line| line.starts_with(&format!("  {name} "))).unwrap();
    let samples = |name: &str| line(name).split("  ").last().unwrap().trim().to_owned();
    assert!(!samples("lasts").contains("us") && samples("lasts").contains(':'), "{}", line("lasts"));
    assert_ne!(samples("first"), samples("second"));
    assert!(planned.stdout.lines().all(|line| line.chars().count() < 600), "{planned:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_and_domains_that_are_exhausted_name_their_tables() {
    let server = Server::start().await.unwrap();
    let url = server.create_database("named").await.unwrap();
    session(&url).await.execute(ODD).await.unwrap();
    let tables = ["--table", "one", "--table", "two", "--table", "flags"];
    let args = [&["run", "--url", &url, "--operations", "300", "--seed", "1"], &tables[..]].concat();
    let ran = run(&args);
    for table in ["one", "two"] {
        let row = format!("public.{table}  not in {table}");
        assert!(ran.stdout.contains(&row), "{row}: {ran:?}");
    }
    assert!(ran.stdout.contains("domain exhausted: of public.flags\n"), "{ran:?}");
    let job = &run(&[&args[..], &["--format", "json"]].concat()).json()["jobs"][0];
    let errors = &job["errors"]["P0001"];
    let of = |table: &str| errors["tables"][table]["count"].as_u64().unwrap();
    assert_eq!(errors["count"], of("public.one") + of("public.two"), "{job}");
    assert!(job["tables"]["public.flags"]["exhausted"].as_u64().unwrap() > 5, "{job}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_finds_rows_of_others_says_so() {
    let server = Server::start().await.unwrap();
    let url = server.create_database("shared").await.unwrap();
    let mut other = session(&url).await;
    other.execute("create table orders (id int primary key, v int not null)").await.unwrap();
    let child =
        loadgen(&["run", "--url", &url, "--rate", "100/s", "--duration", "3s", "--check"]).spawn().unwrap();
    until_holds(&url, "(select count(*) from orders) >= 20").await;
    other.execute("insert into orders values (-1, 1), (-2, 2)").await.unwrap();
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(111), "{ran:?}");
    let said = ": 2 rows that no lane has written; somebody else may be writing";
    assert!(ran.stdout.contains(said), "{ran:?}");
}
