//! Some rows from all over a table.

use super::{authors, books, schema};
use crate::{Schema, SqlSession, Table, Target, Value};

/// Samples of books: those of forty authors, ten each.
pub(super) async fn some_rows<T>(target: &T)
where
    T: Target,
    T::Session: SqlSession,
{
    let (mut session, schema) = schema(target).await;
    assert_eq!(sample(&mut session, &schema, ["author_id", "line"], 5).await, (Vec::new(), true));
    let emails = authors(&schema, (0..40).map(|number| format!("{number}@example.com")));
    let ids = session.apply(&[emails]).await.expect("forty authors").remove(0).returned;
    // Inserted by line, so that their order in the table is another than that of the key.
    let keys = (0..10).flat_map(|line| ids.iter().map(move |id| (id.clone(), line)));
    session.apply(&[books(&schema, keys)]).await.expect("four hundred books");
    let (all, is_all) = sample(&mut session, &schema, ["author_id", "line"], 400).await;
    assert!(is_all && all.len() == 400, "{} of 400 rows, all: {is_all}", all.len());
    for most in [1, 7, 40, 399] {
        let (some, is_all) = sample(&mut session, &schema, ["author_id", "line"], most).await;
        let found = some.len() as u64;
        assert!(!is_all && found <= most && found >= most.div_ceil(2), "{found} rows instead of {most}");
        assert!(some.iter().all(|row| all.contains(row)), "rows that are not there: {some:?}");
        assert_eq!(some, sample(&mut session, &schema, ["author_id", "line"], most).await.0, "equal samples");
        let of = |authors: &[Value]| some.iter().filter(|row| authors.contains(&row[0])).count();
        assert!(
            most < 7 || of(&ids[..20]).abs_diff(of(&ids[20..])) <= 2,
            "from all over the table: {some:?}"
        );
    }
    // No book has a price.
    assert_eq!(sample(&mut session, &schema, ["price", "line"], 500).await, (Vec::new(), false));
    assert_eq!(sample(&mut session, &schema, ["price", "line"], 5).await, (Vec::new(), false));
}

/// The keys of some books, with the last column first, and whether they are all.
async fn sample(
    session: &mut impl SqlSession,
    schema: &Schema,
    key: [&str; 2],
    most: u64,
) -> (Vec<Vec<Value>>, bool) {
    let is_book = |table: &&std::sync::Arc<Table>| table.name.table == "book";
    let book = schema.tables.iter().find(is_book).expect("one of the suite's tables");
    let key: Vec<usize> = key.iter().filter_map(|name| book.column_index(name)).collect();
    let mut rows = Vec::new();
    let read = session.sample(book, &key, &[0, 1], most, &mut |row| rows.push(row.to_vec())).await;
    (rows, read.expect("a table can be read"))
}
