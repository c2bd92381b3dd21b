//! The part of the suite that is about filling tables.

use std::sync::Arc;

use super::{all_rows, authors, books, samples, schema};
use crate::{Action, BulkSession, Change, Extent, Loaded, Taken, Target, Value};

/// Runs every check of [`BulkSession`], each on tables of its own. `fresh` gives a target whose tables are empty.
///
/// # Panics
/// When the backend does not keep the contract.
pub async fn check_bulk<T>(fresh: impl AsyncFn() -> T)
where
    T: Target,
    T::Session: BulkSession,
{
    rows_arrive(&fresh().await).await;
    all_or_nothing(&fresh().await).await;
    taken_rows_are_left_out(&fresh().await).await;
    refused_rows_are_left_out(&fresh().await).await;
    values_come_back(&fresh().await).await;
}

/// Loads the rows of an insert.
async fn load(session: &mut impl BulkSession, change: &Change, taken: Taken) -> Result<u64, crate::Failure> {
    sift(session, change, taken).await.map(|loaded| loaded.rows)
}

/// The same, with what became of the others.
async fn sift(
    session: &mut impl BulkSession,
    change: &Change,
    taken: Taken,
) -> Result<Loaded, crate::Failure> {
    let mut rows = 0..change.rows;
    let mut next = |values: &mut Vec<Value>| {
        assert!(values.is_empty(), "each row is asked for with an empty vector");
        let row = rows.next();
        values.extend(row.into_iter().flat_map(|row| change.row(row)).cloned());
        row.is_some()
    };
    session.load(&change.shape, taken, &mut next).await
}

async fn rows_arrive<T>(target: &T)
where
    T: Target,
    T::Session: BulkSession,
{
    let (mut session, schema) = schema(target).await;
    let author = Arc::clone(&authors(&schema, []).shape.table);
    assert_eq!(session.extent(&author, 0).await.expect("an empty table can be read"), None);
    let many = authors(&schema, (0..2_500).map(|i| format!("{i}@example.com")));
    assert_eq!(load(&mut session, &many, Taken::Refuse).await.expect("2,500 rows"), 2_500);
    let none = authors(&schema, []);
    assert_eq!(load(&mut session, &none, Taken::Refuse).await.expect("no rows are no failure"), 0);
    for (most, counted) in [(10, 10), (2_500, 2_500), (9_999, 2_500)] {
        assert_eq!(session.count(&author, most).await.expect("rows can be counted"), counted);
    }
    let Extent { rows, least, greatest } =
        session.extent(&author, 0).await.expect("a table can be read").expect("keys are there");
    assert_eq!((rows, greatest - least), (2_500, 2_499), "the database numbers the rows one after the other");
}

async fn all_or_nothing<T>(target: &T)
where
    T: Target,
    T::Session: BulkSession,
{
    let (mut session, schema) = schema(target).await;
    let twice = authors(&schema, ["a@example.com", "b@example.com", "a@example.com"].map(str::to_owned));
    let orphan = books(&schema, [(Value::Int(-1), 1)]);
    for (what, change) in [("a taken key", twice), ("no parent", orphan)] {
        let failure = load(&mut session, &change, Taken::Refuse).await.expect_err(what);
        assert_eq!((failure.indeterminate, failure.action), (false, Action::NewValues), "{what}: {failure}");
        assert!(!failure.breaks_session(), "{what}: {failure}");
    }
    assert!(all_rows(&mut session, &schema, "author", &["id"]).await.is_empty(), "nothing of it stays");
}

async fn taken_rows_are_left_out<T>(target: &T)
where
    T: Target,
    T::Session: BulkSession,
{
    let (mut session, schema) = schema(target).await;
    let first = authors(&schema, ["a@example.com", "b@example.com"].map(str::to_owned));
    let second = authors(&schema, ["b@example.com", "c@example.com", "c@example.com"].map(str::to_owned));
    assert_eq!(load(&mut session, &first, Taken::Skip).await.expect("two rows"), 2);
    assert_eq!(load(&mut session, &second, Taken::Skip).await.expect("one of three"), 1);
    assert_eq!(load(&mut session, &second, Taken::Skip).await.expect("none of three"), 0);
    let emails = all_rows(&mut session, &schema, "author", &["email"]).await;
    assert_eq!(emails.len(), 3, "{emails:?}");
    let author = all_rows(&mut session, &schema, "author", &["id"]).await.remove(0).remove(0);
    let orphan = books(&schema, [(author, 1), (Value::Int(-1), 1)]);
    let failure = load(&mut session, &orphan, Taken::Skip).await.expect_err("a book without its author");
    assert_eq!(failure.action, Action::NewValues, "only what is taken is left out: {failure}");
    let books = all_rows(&mut session, &schema, "book", &["author"]).await;
    assert!(books.is_empty(), "nothing of a load that failed stays: {books:?}");
}

async fn refused_rows_are_left_out<T>(target: &T)
where
    T: Target,
    T::Session: BulkSession,
{
    let (mut session, schema) = schema(target).await;
    let emails = authors(&schema, ["a@example.com", "a@example.com", "b@example.com"].map(str::to_owned));
    let sifted = sift(&mut session, &emails, Taken::SkipRefused).await.expect("two rows, one of them twice");
    assert_eq!(sifted, Loaded::whole(2), "what is taken is not refused");
    let author = all_rows(&mut session, &schema, "author", &["id"]).await.remove(0).remove(0);
    let mut rows: Vec<(Value, i64)> = (0..40).map(|number| (author.clone(), number)).collect();
    [0, 7, 8, 39].into_iter().for_each(|at: usize| rows[at].0 = Value::Int(-1));
    let sifted =
        sift(&mut session, &books(&schema, rows), Taken::SkipRefused).await.expect("most of the rows");
    assert_eq!(sifted, Loaded { rows: 36, refused: 4 }, "books without an author are left out");
    let books = all_rows(&mut session, &schema, "book", &["author"]).await;
    assert_eq!(books.len(), 36, "{books:?}");
}

async fn values_come_back<T>(target: &T)
where
    T: Target,
    T::Session: BulkSession,
{
    let (mut session, schema) = schema(target).await;
    let mut id = 0;
    for (name, _, values) in samples() {
        let rows: Vec<Vec<Value>> = values
            .into_iter()
            .chain([Value::Null])
            .map(|value| {
                id += 1;
                vec![Value::Int(id), value]
            })
            .collect();
        let kind = crate::ChangeKind::Insert;
        let insert = super::change(&schema, 0, ("kinds", kind), [&[], &["id", name], &[]], rows.clone());
        let loaded = load(&mut session, &insert, Taken::Refuse).await;
        assert_eq!(loaded.unwrap_or_else(|failure| panic!("{name}: {failure}")), rows.len() as u64);
        let found = all_rows(&mut session, &schema, "kinds", &["id", name]).await;
        for row in rows {
            assert!(found.contains(&row), "column {name}: {row:?} was loaded and did not come back");
        }
    }
}
