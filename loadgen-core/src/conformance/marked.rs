//! Changes under markers.

use super::{all_rows, authors, books, change, open, schema};
use crate::{Change, ChangeKind, Marked, Schema, SqlSession, Target, Value};

/// Checks what keeping a ledger takes of a session. `fresh` gives a target whose tables are empty.
///
/// # Panics
/// When the backend does not keep the contract.
pub async fn check_marked<T>(fresh: impl AsyncFn() -> T)
where
    T: Target,
    T::Session: SqlSession,
{
    for rows in [1, 3] {
        all_of_it(&fresh().await, rows).await;
        what_comes_back(&fresh().await, rows).await;
    }
    nothing_is_left_open(&fresh().await).await;
}

/// An author whose name is where a lane is.
struct Marker {
    id: Value,
    schema: Schema,
}

impl Marker {
    async fn place<T>(target: &T) -> (T::Session, Marker)
    where
        T: Target,
        T::Session: SqlSession,
    {
        let (mut session, schema) = schema(target).await;
        let placed = session.apply_one(&authors(&schema, ["marker".to_owned()])).await.expect("a marker");
        let marker = Marker { id: placed.returned[0].clone(), schema };
        let rows = vec![vec![marker.id.clone(), Value::Text("0".to_owned())]];
        let name = change(&marker.schema, 2, ("author", ChangeKind::Update), [&["id"], &["name"], &[]], rows);
        session.apply_one(&name).await.expect("a marker has a name");
        (session, marker)
    }

    fn advance(&self, from: u32) -> Change {
        let names = [from, from + 1].map(|name| Value::Text(name.to_string()));
        let rows = vec![[self.id.clone()].into_iter().chain(names).collect()];
        change(&self.schema, 20, ("author", ChangeKind::Update), [&["id", "name"], &["name"], &[]], rows)
    }

    /// Where the marker is, and the lines and prices of its books.
    async fn look(&self, session: &mut impl SqlSession) -> (u32, Vec<(i64, bool)>) {
        let named = all_rows(session, &self.schema, "author", &["id", "name"]).await;
        let own = named.into_iter().find(|row| row[0] == self.id).expect("the marker is there");
        let Value::Text(name) = &own[1] else { panic!("no name: {own:?}") };
        let books = all_rows(session, &self.schema, "book", &["line", "price"]).await;
        let line = |row: Vec<Value>| match row[0] {
            Value::Int(line) => (line, !row[1].is_null()),
            _ => panic!("no line: {row:?}"),
        };
        let mut books: Vec<(i64, bool)> = books.into_iter().map(line).collect();
        books.sort_unstable();
        (name.parse().expect("a number"), books)
    }

    fn books(&self, lines: std::ops::Range<i64>) -> Change {
        books(&self.schema, lines.map(|line| (self.id.clone(), line)))
    }

    fn prices(&self, lines: std::ops::Range<i64>) -> Change {
        let price = Value::Decimal(crate::Decimal { unscaled: 250, scale: 2 });
        let row = |line| vec![self.id.clone(), Value::Int(line), price.clone()];
        let columns: [&[&str]; 3] = [&["author_id", "line"], &["price"], &[]];
        change(&self.schema, 21, ("book", ChangeKind::Update), columns, lines.map(row).collect())
    }

    fn fewer(&self, lines: std::ops::Range<i64>) -> Change {
        let row = |line| vec![self.id.clone(), Value::Int(line)];
        let columns: [&[&str]; 3] = [&["author_id", "line"], &[], &[]];
        change(&self.schema, 22, ("book", ChangeKind::Delete), columns, lines.map(row).collect())
    }
}

async fn all_of_it<T>(target: &T, rows: i64)
where
    T: Target,
    T::Session: SqlSession,
{
    let (mut session, marker) = Marker::place(target).await;
    let books = |priced| (0..rows).map(|line| (line, priced)).collect::<Vec<_>>();
    let steps = [
        (marker.books(0..rows), None, books(false)),
        (marker.prices(0..rows), Some(marker.prices(1..rows + 1)), books(true)),
        (marker.fewer(0..rows), Some(marker.fewer(1..rows + 1)), Vec::new()),
    ];
    for (at, (change, short, after)) in (0..).zip(steps) {
        let before = marker.look(&mut session).await;
        for wrong in [at + 1, at + 7] {
            let answer = session.apply_marked(&marker.advance(wrong), &change).await;
            assert_eq!(answer, Ok(Marked::Unmoved), "a marker that is elsewhere");
        }
        if let Some(short) = short {
            let answer = session.apply_marked(&marker.advance(at), &short).await;
            assert_eq!(answer, Ok(Marked::Short), "a row that is not there: {short:?}");
        }
        assert_eq!(marker.look(&mut session).await, before, "nothing was to be changed: {change:?}");
        let answer = session.apply_marked(&marker.advance(at), &change).await;
        assert_eq!(answer, Ok(Marked::Done), "{change:?}");
        assert_eq!(marker.look(&mut open(target).await).await, (at + 1, after), "both are there: {change:?}");
    }
}

async fn what_comes_back<T>(target: &T, rows: i64)
where
    T: Target,
    T::Session: SqlSession,
{
    let (mut session, marker) = Marker::place(target).await;
    let emails: Vec<String> = (0..rows).map(|at| format!("{at}@example.com")).collect();
    let insert = authors(&marker.schema, emails.clone());
    let answer = session.stage_marked(&marker.advance(3), &insert).await;
    assert_eq!(answer, Ok(None), "a marker that is elsewhere");
    let applied = session.stage_marked(&marker.advance(0), &insert).await;
    let applied = applied.expect("rows with a key of the database's").expect("the marker is there");
    assert_eq!((applied.rows, applied.returned.len() as i64), (rows as u64, rows));
    session.commit().await.expect("what was staged can be committed");
    let found = all_rows(&mut session, &marker.schema, "author", &["id", "email"]).await;
    for (id, email) in applied.returned.into_iter().zip(emails) {
        assert!(found.contains(&vec![id, Value::Text(email)]), "keys come back in the order of the rows");
    }
    let applied = session.stage_marked(&marker.advance(1), &marker.books(0..rows)).await;
    assert_eq!(applied.expect("rows").expect("the marker is there").rows, rows as u64);
    session.commit().await.expect("what was staged can be committed");
    let applied = session.stage_marked(&marker.advance(2), &marker.prices(1..rows + 1)).await;
    let fewer = applied.expect("fewer rows are no failure here").expect("the marker is there");
    assert_eq!(fewer.rows, rows as u64 - 1);
    session.commit().await.expect("what was staged can be committed");
    let books = (0..rows).map(|line| (line, line > 0)).collect();
    assert_eq!(marker.look(&mut session).await, (3, books));
}

async fn nothing_is_left_open<T>(target: &T)
where
    T: Target,
    T::Session: SqlSession,
{
    let (mut session, marker) = Marker::place(target).await;
    let orphan = books(&marker.schema, [(Value::Int(-1), 1)]);
    let refused = session.apply_marked(&marker.advance(0), &orphan).await.expect_err("no parent");
    assert!(!refused.indeterminate && !refused.breaks_session(), "{refused}");
    let refused = session.stage_marked(&marker.advance(0), &orphan).await.expect_err("no parent");
    assert!(!refused.indeterminate && !refused.breaks_session(), "{refused}");
    // Whatever was left open would take this with it.
    session.apply_one(&marker.books(0..1)).await.expect("the session goes on");
    drop(session);
    assert_eq!(marker.look(&mut open(target).await).await, (0, vec![(0, false)]));
}
