//! Some rows from all over large tables.

use loadgen_core::{SqlSession, Value};
use loadgen_pg::PgSession;

use crate::support::{database, table};

async fn sample(session: &mut PgSession, name: &str, most: u64) -> Vec<Value> {
    let table = table(session, name).await;
    let mut keys = Vec::new();
    let is_all =
        session.sample(&table, &[0], &[0, 1], most, &mut |row| keys.push(row[0].clone())).await.unwrap();
    assert!(!is_all);
    let mut again = Vec::new();
    session.sample(&table, &[0], &[0, 1], most, &mut |row| again.push(row[0].clone())).await.unwrap();
    assert_eq!(keys, again);
    keys
}

#[tokio::test]
async fn rows_of_a_large_table_are_found_by_points_of_its_key_unless_they_are_in_heaps() {
    let (_, mut session) = database(
        "create table whole (id int primary key, n int); insert into whole select i, i from generate_series(1, 40000) i;
         create table wide (id bigint primary key, point int, key int);
         insert into wide select (i * 450000000000000::numeric - 9223372036854775807)::bigint, i from generate_series(0, 40000) i;
         create table ids (id uuid primary key, n int);
         insert into ids select md5(i::text)::uuid, i from generate_series(1, 40000) i;
         create table heaps (id bigint primary key, n int); insert into heaps select i, i from generate_series(1, 40000) i;
         insert into heaps values (9000000000000000000, 0)",
    )
    .await;
    for name in ["whole", "wide", "ids", "heaps"] {
        let keys = sample(&mut session, name, 1_000).await;
        let distinct: std::collections::BTreeSet<String> =
            keys.iter().map(|key| format!("{key:?}")).collect();
        assert!(
            (500..=1_000).contains(&keys.len()) && distinct.len() == keys.len(),
            "{name}: {}",
            keys.len()
        );
    }
    let thirds = |keys: &[Value]| {
        let third = |key: &Value| if let Value::Int(id) = key { (id - 1) / 13_334 } else { 9 };
        [0, 1, 2].map(|wanted| keys.iter().filter(|key| third(key) == wanted).count())
    };
    for name in ["whole", "heaps"] {
        let keys = sample(&mut session, name, 1_000).await;
        assert!(thirds(&keys).iter().all(|rows| rows.abs_diff(333) < 20), "{name}: {:?}", thirds(&keys));
    }
}
