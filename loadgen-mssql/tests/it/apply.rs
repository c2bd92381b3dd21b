//! Changes, and what stands in their way.

use loadgen_core::{Action, BulkSession, SqlSession, Taken, Value};

use crate::support::{Server, delete, insert, int, rows, table, text, update};

#[tokio::test]
async fn names_of_every_kind_are_names() {
    let Some(server) = Server::of_the_environment() else { return };
    // Babelfish keeps 63 bytes of a name, and its catalog has no letters that its code page has not.
    let (_, mut session) = server.database("select 1").await;
    let is_whole = !session.server().await.unwrap().starts_with("Babelfish");
    let (rest, odd) = if is_whole { ("x".repeat(118), "🦀") } else { ("x".repeat(54), "~") };
    let (long, column) = (format!("a ]b' \"{odd} {rest}"), format!("c ]d' \"{odd}"));
    let column = column.as_str();
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let sql = format!(
        "create table {} (\"select\" int not null primary key, {} nvarchar(20))",
        quoted(&long),
        quoted(column)
    );
    session.execute(&sql).await.unwrap();
    let own = table(&mut session, &long).await;
    let three: Vec<[Value; 2]> = (1..=3).map(|id| [int(id), text("ż")]).collect();
    let three: Vec<&[Value]> = three.iter().map(<[Value; 2]>::as_slice).collect();
    let change = insert(&own, &["select", column], &["select"], &three[..1]);
    assert_eq!(session.apply_one(&change).await.unwrap().returned, [int(1)]);
    session.apply_one(&insert(&own, &["select", column], &[], &three[1..])).await.unwrap();
    let both = [&[int(1), text("one")][..], &[int(2), text("two")]];
    assert_eq!(session.apply_one(&update(&own, &["select"], &[column], &both)).await.unwrap().rows, 2);
    assert_eq!(session.apply_one(&delete(&own, &["select"], &[&[int(3)]])).await.unwrap().rows, 1);
    let loaded = insert(&own, &["select", column], &[], &[&[int(7), text("bulk")]]);
    let mut left = vec![loaded.row(0).to_vec()];
    let mut next = |values: &mut Vec<Value>| left.pop().map(|row| values.extend(row)).is_some();
    session.load(&loaded.shape, Taken::Refuse, &mut next).await.unwrap();
    let expected =
        [[int(1), text("one")], [int(2), text("two")], [int(7), text("bulk")]].map(|row| row.to_vec());
    assert_eq!(rows(&mut session, &own).await, expected);
    server.clean().await;
}

#[tokio::test]
async fn more_parameters_than_a_statement_has_go_in_several_as_one_transaction() {
    let Some(server) = Server::of_the_environment() else { return };
    let (_, mut session) =
        server.database("create table t (id int not null primary key, a int, b nvarchar(20))").await;
    let own = table(&mut session, "t").await;
    // One row more than 2,098 parameters have room for.
    let many: Vec<[Value; 3]> = (0..700).map(|id| [int(id), int(id), text("x")]).collect();
    let many: Vec<&[Value]> = many.iter().map(<[Value; 3]>::as_slice).collect();
    let mut broken = many.clone();
    broken.push(many[0]);
    let failure = session.apply_one(&insert(&own, &["id", "a", "b"], &[], &broken)).await.unwrap_err();
    assert!(failure.taken && !failure.indeterminate, "{failure}");
    assert!(rows(&mut session, &own).await.is_empty(), "all of it or nothing");
    assert_eq!(session.apply_one(&insert(&own, &["id", "a", "b"], &[], &many)).await.unwrap().rows, 700);
    assert_eq!(rows(&mut session, &own).await.len(), 700);
    server.clean().await;
}

#[tokio::test]
async fn what_triggers_do_is_not_counted_and_keys_come_back_all_the_same() {
    let Some(server) = Server::of_the_environment() else { return };
    let (_, mut session) = server.database(TRIGGERS).await;
    let own = table(&mut session, "t").await;
    let one = session.apply_one(&insert(&own, &["a"], &["id"], &[&[int(1)]])).await.unwrap();
    assert_eq!((one.rows, one.returned), (1, vec![int(1)]));
    let three = insert(&own, &["a"], &["id"], &[&[int(2)], &[int(3)], &[int(4)]]);
    let three = session.apply_one(&three).await.unwrap();
    assert_eq!((three.rows, three.returned), (3, vec![int(2), int(3), int(4)]));
    let changed = update(&own, &["id"], &["a"], &[&[int(1), int(9)], &[int(77), int(9)]]);
    assert_eq!(session.apply_one(&changed).await.unwrap().rows, 1);
    let two = [delete(&own, &["id"], &[&[int(1)]]), delete(&own, &["id"], &[&[int(2)]])];
    assert_eq!(session.apply(&two).await.unwrap().iter().map(|one| one.rows).collect::<Vec<_>>(), [1, 1]);
    server.clean().await;
}

#[tokio::test]
async fn what_a_trigger_refuses_is_not_done() {
    let Some(server) = Server::of_the_environment() else { return };
    let (_, mut session) = server.database(TRIGGERS).await;
    let own = table(&mut session, "t").await;
    let refused = insert(&own, &["a"], &[], &[&[int(-1)]]);
    let failure = session.apply_one(&refused).await.unwrap_err();
    assert_eq!(
        (failure.action, failure.indeterminate, failure.vetoed),
        (Action::NewValues, false, true),
        "{failure}"
    );
    let good = insert(&own, &["a"], &["id"], &[&[int(5)]]);
    let failure = session.apply(&[good.clone(), refused]).await.unwrap_err();
    assert!(!failure.indeterminate && !failure.breaks_session(), "{failure}");
    assert!(rows(&mut session, &own).await.is_empty(), "nothing of it stays");
    assert_eq!(session.apply_one(&good).await.unwrap().rows, 1);
    server.clean().await;
}

#[tokio::test]
async fn numbers_come_back_in_the_order_of_the_rows_whichever_way_they_go() {
    let Some(server) = Server::of_the_environment() else { return };
    let sql = "create table t (id int identity(100, -3) primary key, a int)";
    let (_, mut session) = server.database(sql).await;
    let own = table(&mut session, "t").await;
    let many: Vec<[Value; 1]> = (0..40).map(|a| [int(a)]).collect();
    let many: Vec<&[Value]> = many.iter().map(<[Value; 1]>::as_slice).collect();
    let applied = session.apply_one(&insert(&own, &["a"], &["id"], &many)).await.unwrap();
    let mut expected: Vec<Vec<Value>> =
        applied.returned.into_iter().zip(0..).map(|(id, a)| vec![id, int(a)]).collect();
    expected.sort_by_key(|row| format!("{row:?}"));
    assert_eq!(rows(&mut session, &own).await, expected);
    server.clean().await;
}

#[tokio::test]
async fn what_fails_ends_the_transaction_on_the_server_too() {
    let Some(server) = Server::of_the_environment() else { return };
    let (_, mut session) = server.database("create table t (id int not null primary key)").await;
    let own = table(&mut session, "t").await;
    let batch =
        "begin transaction; insert into t (id) values (1); insert into t (id) values (1); commit transaction";
    assert_eq!(session.execute(batch).await.unwrap_err().code, "2627");
    session.execute("if @@trancount > 0 throw 50001, 'a transaction is left open', 1").await.unwrap();
    assert!(rows(&mut session, &own).await.is_empty(), "half a transaction stays");
    server.clean().await;
}

#[tokio::test]
async fn what_cannot_be_sent_ends_the_transaction_that_it_was_to_be_a_part_of() {
    let Some(server) = Server::of_the_environment() else { return };
    let (_, mut session) = server.database("create table t (id int not null primary key)").await;
    let own = table(&mut session, "t").await;
    let [good, bad] = [int(1), text("one")].map(|value| insert(&own, &["id"], &[], &[&[value]]));
    let failure = session.apply(&[good.clone(), bad]).await.unwrap_err();
    assert_eq!((failure.action, failure.indeterminate), (Action::Defect, false), "{failure}");
    session.execute("if @@trancount > 0 throw 50001, 'a transaction is left open', 1").await.unwrap();
    assert_eq!(session.apply_one(&good).await.unwrap().rows, 1, "nothing of it stays");
    server.clean().await;
}

/// A table whose triggers write more rows than they are given, count them, and refuse what is negative.
const TRIGGERS: &str = "create table log (id int);
create table t (id int identity primary key, a int)
GO
create trigger counted on t after insert, update, delete as
begin
    insert into log (id) select id from inserted union all select id from inserted union all select id from deleted;
    update log set id = id + 1
end
GO
create trigger watched on t after insert as
begin
    if exists (select 1 from inserted where a < 0) raiserror('no debts', 16, 1)
end";
