//! Arrays in batches, which travel as one long array with bounds.

use loadgen_core::{SqlSession, Value};

use crate::support::{database, insert, int, rows, table, text, update};

#[tokio::test]
async fn arrays_keep_their_items_in_batches() {
    let (_, mut session) =
        database("create table t (id int primary key, tags text[], n int[], at timestamp[])").await;
    let t = table(&mut session, "t").await;
    let nasty = ["a,b", "\"quoted\"", "back\\slash", "{}", "NULL", "", " ", "it's"];
    let tags = |from: usize| {
        let mut items: Vec<Value> = nasty[from..].iter().map(|item| text(item)).collect();
        items.push(Value::Null);
        Value::Array(items)
    };
    let numbers = |items: &[i64]| Value::Array(items.iter().copied().map(int).collect());
    let times = || Value::Array(vec![Value::Timestamp(-1), Value::Null, Value::Timestamp(86_400_000_001)]);
    let data = [
        vec![int(1), tags(0), numbers(&[1, 2, 3]), times()],
        vec![int(2), Value::Null, numbers(&[]), Value::Null],
        vec![int(3), tags(4), Value::Null, numbers(&[])],
        vec![int(4), Value::Array(vec![]), numbers(&[4]), times()],
    ];
    let batch: Vec<&[Value]> = data.iter().map(Vec::as_slice).collect();
    let columns = ["id", "tags", "n", "at"];
    let applied = session.apply(&[insert(&t, &columns, &columns, &batch)]).await.unwrap();
    assert_eq!(applied[0].returned, batch.concat());
    assert_eq!(rows(&mut session, &t).await, data);
    let swapped: Vec<Vec<Value>> = (0..4).map(|at| [&data[at][..1], &data[3 - at][1..]].concat()).collect();
    let batch: Vec<&[Value]> = swapped.iter().map(Vec::as_slice).collect();
    session.apply(&[update(&t, &columns[..1], &columns[1..], &batch)]).await.unwrap();
    assert_eq!(rows(&mut session, &t).await, swapped);
}

#[tokio::test]
async fn a_batch_of_empty_arrays_is_a_batch_of_empty_arrays() {
    let (_, mut session) = database("create table t (n int[])").await;
    let t = table(&mut session, "t").await;
    let empty = [Value::Array(vec![])];
    session.apply(&[insert(&t, &["n"], &[], &[&empty, &empty, &[Value::Null]])]).await.unwrap();
    assert_eq!(rows(&mut session, &t).await, [empty.clone(), empty, [Value::Null]]);
}
