//! The test suite of [`SqlSession`]: every SQL backend calls [`check`] from its own tests.
//!
//! A backend creates the tables of [`tables`] in its own SQL, in a schema named [`SCHEMA`], each time anew, and hands
//! over targets that reach them. The suite panics with a message at the first thing that does not hold.

mod bulk;
mod marked;
mod migrations;
mod pick;
mod sample;

use std::sync::Arc;

pub use bulk::check_bulk;
pub use marked::check_marked;
pub use migrations::check_migrations;

use crate::{
    Action, Change, ChangeKind, Column, Decimal, Failure, Fill, Run, Schema, SchemaFilter, Shape, SqlSession,
    Table, Target, Type, Value,
    crud::{Crud, CrudConfig, RowCounts},
    memory::table,
};

/// The schema that holds the tables.
pub const SCHEMA: &str = "conformance";

/// What the database has to hold: `author` (numbered by itself, a unique email), `book` (refers to `author`, composite
/// key) and `kinds` (a column of every type, all nullable but the key).
pub fn tables() -> [Table; 3] {
    let text = |max| Type::Text { max: Some(max), fixed: false };
    let author = table("author").serial("id").column("email", text(80)).nullable("name", text(40));
    let book = table("book")
        .column("author_id", Type::Int(64))
        .column("line", Type::Int(32))
        .nullable("price", Type::Decimal { precision: 12, scale: 2 });
    let mut kinds = table("kinds").column("id", Type::Int(32)).primary_key(["id"]);
    for (name, ty, _) in samples() {
        kinds = kinds.nullable(name, ty);
    }
    let tables: [Table; 3] = [
        author.primary_key(["id"]).unique(["email"]),
        book.primary_key(["author_id", "line"]).references(["author_id"], "author", ["id"]),
        kinds,
    ];
    tables.map(in_schema)
}

/// The table, and what it refers to, in the suite's schema.
fn in_schema(mut table: Table) -> Table {
    SCHEMA.clone_into(&mut table.name.schema);
    table.foreign_keys.iter_mut().for_each(|key| SCHEMA.clone_into(&mut key.parent.schema));
    table
}

/// A column of each type that every backend has, with values at the edges.
fn samples() -> Vec<(&'static str, Type, Vec<Value>)> {
    let decimal = |unscaled| Value::Decimal(Decimal { unscaled, scale: 4 });
    let texts = ["", "O'Neill \\ \"q\" {a,b}", "żółć 🦀", " leading and trailing "];
    let instant = Type::Timestamp { precision: 6, zoned: true };
    vec![
        ("flag", Type::Bool, vec![Value::Bool(true), Value::Bool(false)]),
        ("small", Type::Int(16), [i16::MIN, i16::MAX].map(|x| Value::Int(x.into())).to_vec()),
        ("middle", Type::Int(32), [i32::MIN, i32::MAX].map(|x| Value::Int(x.into())).to_vec()),
        ("large", Type::Int(64), [i64::MIN, i64::MAX, 0].map(Value::Int).to_vec()),
        (
            "exact",
            Type::Decimal { precision: 20, scale: 4 },
            [0, 1, -99_999, 10i128.pow(20) - 1].map(decimal).to_vec(),
        ),
        ("single", Type::Real, [0.0, -1.5, 1e30, f32::MIN_POSITIVE].map(Value::Real).to_vec()),
        ("double", Type::Double, [0.1, -1e300, f64::MIN_POSITIVE].map(Value::Double).to_vec()),
        (
            "words",
            Type::Text { max: None, fixed: false },
            texts.map(|text| Value::Text(text.to_owned())).to_vec(),
        ),
        ("bytes", Type::BYTES, vec![Value::Bytes(Vec::new()), Value::Bytes((0..=255).collect())]),
        ("ident", Type::Uuid, vec![Value::Uuid(0), Value::Uuid(u128::MAX)]),
        ("day", Type::Date, [0, -719_162, 20_000, 2_932_896].map(Value::Date).to_vec()),
        ("clock", Type::Time(6), [0, 86_399_999_999].map(Value::Time).to_vec()),
        ("instant", instant, [0, -1, 1_700_000_000_123_456].map(Value::Timestamp).to_vec()),
    ]
}

/// Runs every check, each on tables of its own. `fresh` gives a target whose tables are empty.
///
/// # Panics
/// When the backend does not keep the contract.
pub async fn check<T>(fresh: impl AsyncFn() -> T)
where
    T: Target,
    T::Session: SqlSession,
{
    introspection(&fresh().await).await;
    values_come_back(&fresh().await).await;
    many_rows(&fresh().await).await;
    all_or_nothing(&fresh().await).await;
    refusals(&fresh().await).await;
    missing_rows(&fresh().await).await;
    sample::some_rows(&fresh().await).await;
    pick::rows_from_a_point_on(&fresh().await).await;
    let one = crud(fresh().await, 1).await;
    assert_eq!(one, crud(fresh().await, 4).await, "the history differs between 1 and 4 connections");
}

async fn open<T: Target>(target: &T) -> T::Session {
    target.connect().await.expect("the target can be reached")
}

async fn schema<T>(target: &T) -> (T::Session, Schema)
where
    T: Target,
    T::Session: SqlSession,
{
    let mut session = open(target).await;
    let filter = SchemaFilter { schemas: vec![SCHEMA.to_owned()] };
    let schema = session.introspect(&filter).await.expect("the schema can be read");
    (session, schema)
}

async fn introspection<T>(target: &T)
where
    T: Target,
    T::Session: SqlSession,
{
    let (mut session, found) = schema(target).await;
    assert!(found.schemas.contains(&SCHEMA.to_owned()), "the schemas are named: {:?}", found.schemas);
    let nowhere = SchemaFilter { schemas: vec!["no such schema".to_owned()] };
    let nothing = session.introspect(&nowhere).await.expect("a schema that is not there is no failure");
    assert!(
        nothing.tables.is_empty() && nothing.schemas == found.schemas,
        "all schemas are named: {nothing:?}"
    );
    for expected in tables() {
        let table = found.table(&expected.name).unwrap_or_else(|| panic!("{} is missing", expected.name));
        let columns = |table: &Table| table.columns.iter().map(facts).collect::<Vec<_>>();
        assert_eq!(columns(table), columns(&expected), "columns of {}", expected.name);
        assert_eq!(table.primary_key, expected.primary_key, "primary key of {}", expected.name);
        assert_eq!(table.uniques, expected.uniques, "unique keys of {}", expected.name);
        let references = |table: &Table| {
            table.foreign_keys.iter().map(|key| (key.columns.clone(), key.parent.clone())).collect::<Vec<_>>()
        };
        assert_eq!(references(table), references(&expected), "foreign keys of {}", expected.name);
    }
}

fn facts(column: &Column) -> (String, Type, bool, bool) {
    let numbered = matches!(column.fill, Fill::Sequence { .. });
    (column.name.clone(), column.ty.clone(), column.nullable, numbered)
}

/// A change of a table by the names of its columns.
fn change(
    schema: &Schema,
    id: u32,
    (table, kind): (&str, ChangeKind),
    [key, set, returning]: [&[&str]; 3],
    rows: Vec<Vec<Value>>,
) -> Change {
    let table =
        schema.tables.iter().find(|found| found.name.table == table).expect("one of the suite's tables");
    let columns = |names: &[&str]| names.iter().filter_map(|name| table.column_index(name)).collect();
    let shape = Shape {
        id,
        table: Arc::clone(table),
        kind,
        key: columns(key),
        set: columns(set),
        returning: columns(returning),
    };
    let count = rows.len();
    Change { shape: Arc::new(shape), values: rows.into_iter().flatten().collect(), rows: count }
}

fn authors(schema: &Schema, emails: impl IntoIterator<Item = String>) -> Change {
    let rows = emails.into_iter().map(|email| vec![Value::Text(email)]).collect();
    change(schema, 0, ("author", ChangeKind::Insert), [&[], &["email"], &["id"]], rows)
}

fn books(schema: &Schema, keys: impl IntoIterator<Item = (Value, i64)>) -> Change {
    let rows = keys.into_iter().map(|(author, line)| vec![author, Value::Int(line)]).collect();
    change(schema, 1, ("book", ChangeKind::Insert), [&[], &["author_id", "line"], &[]], rows)
}

async fn all_rows(
    session: &mut impl SqlSession,
    schema: &Schema,
    table: &str,
    columns: &[&str],
) -> Vec<Vec<Value>> {
    let table =
        schema.tables.iter().find(|found| found.name.table == table).expect("one of the suite's tables");
    let columns: Vec<usize> = columns.iter().filter_map(|name| table.column_index(name)).collect();
    let mut rows = Vec::new();
    let count =
        session.scan(table, &columns, &mut |row| rows.push(row.to_vec())).await.expect("a table can be read");
    assert_eq!(count, rows.len() as u64, "scan counts what it hands over");
    rows
}

async fn values_come_back<T>(target: &T)
where
    T: Target,
    T::Session: SqlSession,
{
    let (mut session, schema) = schema(target).await;
    let mut id = 0;
    for (shape, (name, _, values)) in samples().into_iter().enumerate() {
        // One by one, and then all at once with a NULL among them: backends take different ways for these.
        let with_null: Vec<Value> = values.iter().cloned().chain([Value::Null]).collect();
        for batch in values.iter().map(|value| vec![value.clone()]).chain([with_null]) {
            let rows: Vec<Vec<Value>> = batch
                .iter()
                .map(|value| {
                    id += 1;
                    vec![Value::Int(id), value.clone()]
                })
                .collect();
            let insert = change(
                &schema,
                shape as u32,
                ("kinds", ChangeKind::Insert),
                [&[], &["id", name], &[]],
                rows.clone(),
            );
            session.apply(&[insert]).await.unwrap_or_else(|failure| panic!("{name} {batch:?}: {failure}"));
            let found = all_rows(&mut session, &schema, "kinds", &["id", name]).await;
            for row in rows {
                assert!(found.contains(&row), "column {name}: {row:?} was written and did not come back");
            }
        }
    }
    let kinds =
        schema.tables.iter().find(|table| table.name.table == "kinds").expect("one of the suite's tables");
    assert_eq!(session.largest(kinds, 0).await.expect("a table can be read"), Some(id), "largest key");
}

async fn many_rows<T>(target: &T)
where
    T: Target,
    T::Session: SqlSession,
{
    let (mut session, schema) = schema(target).await;
    let insert = authors(&schema, (0..500).map(|i| format!("{i}@example.com")));
    let applied = session.apply(&[insert]).await.expect("500 rows at once").remove(0);
    assert_eq!(
        (applied.rows, applied.returned.len()),
        (500, 500),
        "every row is inserted and its key comes back"
    );
    let found = all_rows(&mut session, &schema, "author", &["id", "email"]).await;
    for (i, id) in applied.returned.iter().enumerate() {
        let row = vec![id.clone(), Value::Text(format!("{i}@example.com"))];
        assert!(found.contains(&row), "keys come back in the order of the rows: {row:?}");
    }
    let rows = applied
        .returned
        .iter()
        .take(300)
        .map(|id| vec![id.clone(), Value::Text(format!("{id:?}"))])
        .collect();
    let update = change(&schema, 2, ("author", ChangeKind::Update), [&["id"], &["name"], &[]], rows);
    assert_eq!(session.apply(&[update]).await.expect("300 updates at once")[0].rows, 300);
    let found = all_rows(&mut session, &schema, "author", &["id", "name"]).await;
    let named = found.iter().filter(|row| row[1] == Value::Text(format!("{:?}", row[0]))).count();
    assert_eq!(named, 300, "each row gets its own new value");
    let rows = applied.returned.iter().skip(100).map(|id| vec![id.clone()]).collect();
    let delete = change(&schema, 3, ("author", ChangeKind::Delete), [&["id"], &[], &[]], rows);
    assert_eq!(session.apply(&[delete]).await.expect("400 deletes at once")[0].rows, 400);
    assert_eq!(all_rows(&mut session, &schema, "author", &["id"]).await.len(), 100);
}

async fn all_or_nothing<T>(target: &T)
where
    T: Target,
    T::Session: SqlSession,
{
    let (mut session, schema) = schema(target).await;
    let good = authors(&schema, ["a@example.com".to_owned()]);
    let bad = books(&schema, [(Value::Int(-1), 1)]);
    let failure =
        session.apply(&[good.clone(), bad]).await.expect_err("a book without its author is refused");
    assert!(!failure.indeterminate, "a refused transaction is known to be aborted: {failure}");
    assert!(
        all_rows(&mut session, &schema, "author", &["id"]).await.is_empty(),
        "nothing of a refused transaction stays"
    );
    let applied = session.apply(&[good]).await.expect("the session goes on after a refusal").remove(0);
    let two =
        [books(&schema, [(applied.returned[0].clone(), 1)]), authors(&schema, ["b@example.com".to_owned()])];
    let applied = session.apply(&two).await.expect("two changes in one transaction");
    assert_eq!(applied.iter().map(|one| one.rows).collect::<Vec<_>>(), [1, 1]);
    assert_eq!(all_rows(&mut session, &schema, "author", &["id"]).await.len(), 2);
}

async fn refusals<T>(target: &T)
where
    T: Target,
    T::Session: SqlSession,
{
    let (mut session, schema) = schema(target).await;
    let first = authors(&schema, ["a@example.com".to_owned()]);
    session.apply(std::slice::from_ref(&first)).await.expect("the first of its kind");
    let null =
        change(&schema, 4, ("author", ChangeKind::Insert), [&[], &["email"], &[]], vec![vec![Value::Null]]);
    for (what, refused) in
        [("a taken key", first), ("a null", null), ("no parent", books(&schema, [(Value::Int(-1), 1)]))]
    {
        let failure = session.apply(&[refused]).await.expect_err(what);
        let Failure { indeterminate, action, .. } = &failure;
        assert_eq!((*indeterminate, *action), (false, Action::NewValues), "{what}: {failure}");
        assert_eq!(failure.taken, what.contains("taken"), "{what}: {failure}");
        assert!(!failure.breaks_session(), "{what}: {failure}");
    }
    assert_eq!(all_rows(&mut session, &schema, "author", &["id"]).await.len(), 1);
}

async fn missing_rows<T>(target: &T)
where
    T: Target,
    T::Session: SqlSession,
{
    let (mut session, schema) = schema(target).await;
    let rows = vec![vec![Value::Int(-1), Value::Null], vec![Value::Int(-2), Value::Null]];
    for rows in [rows[..1].to_vec(), rows] {
        let update = change(&schema, 2, ("author", ChangeKind::Update), [&["id"], &["name"], &[]], rows);
        let applied = session.apply(&[update]).await.expect("an update that hits nothing is no failure");
        assert_eq!(applied[0].rows, 0, "rows that are not there are not counted");
    }
}

/// A whole run with its check; gives the digest of its history.
async fn crud<T>(target: T, connections: u32) -> crate::Digest
where
    T: Target,
    T::Session: SqlSession,
{
    let rows = RowCounts { insert: 3, update: 2, delete: 2 };
    let config = CrudConfig { schemas: vec![SCHEMA.to_owned()], rows, ..CrudConfig::default() };
    let run =
        Run::new(target, Crud::new(config)).seed(1).lanes(8).connections(connections).operations(800).check();
    let report = run
        .execute()
        .await
        .unwrap_or_else(|error| panic!("{error}: {:?}", std::error::Error::source(&error)));
    assert!(report.errors.is_empty(), "failures in a run without disturbance: {:?}", report.errors);
    report.tally.history
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::Memory;

    #[tokio::test]
    async fn the_database_in_memory_conforms() {
        check(async || Memory::new(tables())).await;
        check_bulk(async || Memory::new(tables())).await;
        check_marked(async || Memory::new(tables())).await;
    }
}
