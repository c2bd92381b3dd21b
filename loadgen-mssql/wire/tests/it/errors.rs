//! Errors, deadlines, cut wires and cancelled calls.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use loadgen_core::{
    Action, Change, ChangeKind, Column, Failure, Fill, NativeType, Shape, Special, SqlSession, Table,
    TableName, Target, Type, Value,
};
use loadgen_mssql::MssqlSession;

use super::{
    Mock,
    cutter::{Cut, wire},
    number, numbers, session, slow, target,
};

/// A row for the table of that name.
fn row(name: &str) -> Change {
    let native = NativeType { name: "int".to_owned(), ..NativeType::default() };
    let column =
        Column { name: "id".to_owned(), ty: Type::Int(32), native, nullable: false, fill: Fill::None };
    let table = Arc::new(Table {
        name: TableName::new("dbo", name),
        columns: vec![column],
        primary_key: vec![0],
        uniques: Vec::new(),
        foreign_keys: Vec::new(),
        checks: Vec::new(),
        obstacles: Vec::new(),
        special: Special::default(),
    });
    let shape = Shape {
        id: 1,
        table,
        kind: ChangeKind::Insert,
        key: Vec::new(),
        set: vec![0],
        returning: Vec::new(),
    };
    Change { shape: Arc::new(shape), values: vec![Value::Int(1)], rows: 1 }
}

#[track_caller]
fn check(failure: &Failure, code: &str, action: Action, indeterminate: bool) {
    assert_eq!(failure.code, code, "{failure}");
    assert_eq!((failure.action, failure.indeterminate), (action, indeterminate), "{failure}");
}

#[tokio::test]
async fn an_error_is_known_by_its_number_and_the_steadygoes_on() {
    let mock = Mock::start().await;
    let mut session = session(mock.port).await;
    for (number, action) in [
        (1205, Action::Retry),
        (1222, Action::RetryThenSkip),
        (2627, Action::NewValues),
        (208, Action::RereadSchema),
        (229, Action::Skip),
        (40_501, Action::PauseThenFatal),
        (102, Action::Fatal),
    ] {
        mock.fail("TROUBLE", number, 16).await;
        let change = row("TROUBLE");
        check(&session.apply_one(&change).await.unwrap_err(), &number.to_string(), action, false);
        check(&session.execute("TROUBLE").await.unwrap_err(), &number.to_string(), action, false);
        // The same again works when the server is willing.
        session.execute("calm").await.unwrap();
    }
}

#[tokio::test]
async fn an_error_that_ends_the_connection_leaves_a_lone_statement_unclear() {
    let mock = Mock::start().await;
    mock.fail("TROUBLE", 40_197, 20).await;
    let mut session = session(mock.port).await;
    check(&session.apply_one(&row("TROUBLE")).await.unwrap_err(), "40197", Action::Resolve, true);
    is_given_up(&mut session).await;
}

async fn is_given_up(session: &mut MssqlSession) {
    let failure = session.execute("calm").await.unwrap_err();
    check(&failure, "connection lost", Action::Reconnect, false);
    assert!(failure.message.contains("given up"), "{failure}");
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_waited_for_until_the_deadline() {
    let mock = Mock::start().await;
    mock.answer("TROUBLE", slow()).await;
    let began = Instant::now();
    let mut alone = session(mock.port).await;
    check(&alone.apply_one(&row("TROUBLE")).await.unwrap_err(), "deadline", Action::Resolve, true);
    is_given_up(&mut alone).await;
    let mut inside = session(mock.port).await;
    check(&inside.stage(&[row("TROUBLE")]).await.unwrap_err(), "deadline", Action::Reconnect, false);
    is_given_up(&mut inside).await;
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    session(mock.port).await.execute("calm").await.unwrap();
}

/// What is dropped half-way leaves its answer on the wire.
#[tokio::test]
async fn a_call_that_is_dropped_half_way_costs_the_session() {
    let mock = Mock::start().await;
    mock.answer("TROUBLE", number(7).with_delay(Duration::from_millis(200))).await;
    let mut session = session(mock.port).await;
    let change = row("TROUBLE");
    tokio::time::timeout(Duration::from_millis(50), session.apply_one(&change)).await.unwrap_err();
    is_given_up(&mut session).await;
}

#[tokio::test]
async fn a_wire_that_is_cut_says_nothing_about_what_commits_by_itself() {
    let mock = Mock::start().await;
    for cut in [Cut::Before, Cut::Behind] {
        let port = wire(mock.port, "TROUBLE", cut).await;
        let mut alone = session(port).await;
        check(&alone.apply_one(&row("TROUBLE")).await.unwrap_err(), "connection lost", Action::Resolve, true);
        is_given_up(&mut alone).await;
        let mut inside = session(port).await;
        let failure = inside.stage(&[row("TROUBLE")]).await.unwrap_err();
        check(&failure, "connection lost", Action::Reconnect, false);
        is_given_up(&mut inside).await;
    }
}

#[tokio::test]
async fn a_wire_that_is_cut_in_commit_leaves_the_transaction_unclear() {
    let mock = Mock::start().await;
    for cut in [Cut::Before, Cut::Behind] {
        let mut session = session(wire(mock.port, "commit transaction", cut).await).await;
        session.stage(&[row("CALM")]).await.unwrap();
        check(&session.commit().await.unwrap_err(), "connection lost", Action::Resolve, true);
        is_given_up(&mut session).await;
    }
}

/// What ends a transaction.
const ROLLBACK: &str = "if @@trancount > 0 rollback transaction";

/// The same row, of a table that has a trigger and answers with the number of the row.
fn watched(name: &str, is_known: bool) -> Change {
    let Change { shape, values, rows } = row(name);
    let mut shape = Arc::into_inner(shape).unwrap();
    let mut table = Table::clone(&shape.table);
    if is_known {
        table.special.definitions.push("TRIGGER t AFTER INSERT".to_owned());
    }
    (shape.table, shape.returning) = (Arc::new(table), vec![0]);
    Change { shape: Arc::new(shape), values, rows }
}

#[tokio::test]
async fn a_rollback_may_take_its_time_and_what_was_wrong_stays_known() {
    let mock = Mock::start().await;
    mock.fail("TROUBLE", 2627, 14).await;
    mock.answer(ROLLBACK, number(1).with_delay(Duration::from_secs(3))).await;
    let patient = target(mock.port, "").with_statement_deadline(Duration::from_secs(20));
    let mut steady = patient.connect().await.unwrap();
    check(&steady.stage(&[row("TROUBLE")]).await.unwrap_err(), "2627", Action::NewValues, false);
    steady.execute("calm").await.unwrap();
    mock.answer(ROLLBACK, slow()).await;
    let mut hasty = session(mock.port).await;
    let failure = hasty.stage(&[row("TROUBLE")]).await.unwrap_err();
    check(&failure, "2627", Action::NewValues, false);
    assert!(failure.taken, "{failure}");
    is_given_up(&mut hasty).await;
}

#[tokio::test]
async fn a_batch_that_fails_leaves_no_transaction_open() {
    let mock = Mock::start().await;
    mock.fail("TROUBLE", 208, 16).await;
    let mut session = session(mock.port).await;
    check(
        &session.apply_one(&watched("TROUBLE", true)).await.unwrap_err(),
        "208",
        Action::RereadSchema,
        false,
    );
    session.execute("calm").await.unwrap();
    // Whoever asks for the end of it sees that it is not granted.
    mock.fail(ROLLBACK, 3903, 16).await;
    check(
        &session.apply_one(&watched("TROUBLE", true)).await.unwrap_err(),
        "208",
        Action::RereadSchema,
        false,
    );
    is_given_up(&mut session).await;
}

#[tokio::test]
async fn a_trigger_that_was_not_there_is_got_round_at_once() {
    let mock = Mock::start().await;
    mock.fail("TROUBLE", 334, 16).await;
    let mut alone = session(wire(mock.port, "declare @out table", Cut::Before).await).await;
    let failure = alone.apply_one(&watched("TROUBLE", false)).await.unwrap_err();
    check(&failure, "connection lost", Action::Resolve, true);
    // In a transaction, which is over, the next try has it.
    let mut inside = session(wire(mock.port, "declare @out table", Cut::Before).await).await;
    check(&inside.stage(&[watched("TROUBLE", false)]).await.unwrap_err(), "334", Action::RereadSchema, false);
    let failure = inside.stage(&[watched("TROUBLE", false)]).await.unwrap_err();
    check(&failure, "connection lost", Action::Reconnect, false);
}

#[tokio::test]
async fn what_hides_rows_is_said_and_so_is_that_nobody_can_know() {
    let mock = Mock::start().await;
    let mut session = session(mock.port).await;
    let table = row("TROUBLE").shape.table.clone();
    for (filters, is_seen, expected) in
        [(1, 1, Some("predicate")), (0, 0, Some("VIEW DEFINITION")), (0, 1, None)]
    {
        mock.answer("TROUBLE", numbers([filters, is_seen])).await;
        let why = session.hides(&table).await.unwrap();
        assert_eq!(why.is_some(), expected.is_some(), "{why:?}");
        assert!(why.is_none_or(|why| why.contains(expected.unwrap_or_default())));
    }
}
