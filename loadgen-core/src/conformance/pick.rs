//! Rows from a point of a key on.

use super::{authors, schema};
use crate::{SqlSession, Target};

/// Picks of authors, by the key that they are numbered with.
pub(super) async fn rows_from_a_point_on<T>(target: &T)
where
    T: Target,
    T::Session: SqlSession,
{
    let (mut session, schema) = schema(target).await;
    let is_author = |table: &&std::sync::Arc<crate::Table>| table.name.table == "author";
    let author = schema.tables.iter().find(is_author).expect("one of the suite's tables");
    let id = author.column_index("id").expect("one of the suite's columns");
    let nothing = session.pick(author, id, u64::MAX, 3).await.expect("a table can be read");
    assert!(nothing.is_empty(), "{nothing:?} out of an empty table");
    let emails = authors(&schema, (0..400).map(|number| format!("{number}@example.com")));
    let ids = session.apply(&[emails]).await.expect("four hundred authors").remove(0).returned;
    let mut firsts = std::collections::BTreeSet::new();
    for step in 0..16u64 {
        let picked = session.pick(author, id, step << 60, 3).await.expect("a table can be read");
        assert!(!picked.is_empty() && picked.len() <= 3, "{picked:?}");
        assert!(picked.iter().all(|key| ids.contains(key)), "{picked:?} are not there");
        firsts.insert(format!("{:?}", picked[0]));
    }
    assert_eq!(firsts.len(), 16, "rows from all over the table: {firsts:?}");
    let last = session.pick(author, id, u64::MAX, 3).await.expect("a table can be read");
    assert!(!last.is_empty(), "there is a row at the end");
}
