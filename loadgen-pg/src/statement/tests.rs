use std::sync::Arc;

use loadgen_core::{Change, ChangeKind, Column, Fill, NativeType, Shape, Table, TableName, Type, Value};

use super::*;

fn column(name: &str, ty: Type, native: &str, id: u32, array_id: u32) -> Column {
    let native = NativeType { name: native.to_owned(), id, array_id, ..NativeType::default() };
    Column { name: name.to_owned(), ty, native, nullable: true, fill: Fill::None }
}

fn table() -> Arc<Table> {
    let mood = Type::Enum(Arc::from(["ok".to_owned()]));
    Arc::new(Table {
        columns: vec![
            column("id", Type::Int(32), "integer", 23, 1007),
            column("Note", Type::Text { max: Some(9), fixed: false }, "character varying", 1043, 1015),
            column("tags", Type::Array(Box::new(Type::Int(32))), "integer[]", 1007, 0),
            column("moods", Type::Array(Box::new(mood)), "\"s\".\"mood\"[]", 99_999, 0),
            column("from", Type::Unsupported, "inet", 869, 1041),
        ],
        primary_key: vec![0],
        ..Table::new(TableName::new("My Shop", "or\"der"))
    })
}

fn check(kind: ChangeKind, [key, set, returning]: [&[usize]; 3], one: &str, many: &str) {
    check_texts(kind, [key, set, returning], &[(1, one), (9, many), (10, many)]);
}

fn check_texts(kind: ChangeKind, parts: [&[usize]; 3], texts: &[(usize, &str)]) {
    let [key, set, returning] = parts.map(<[usize]>::to_vec);
    let shape = Arc::new(Shape { id: 3, table: table(), kind, key, set, returning });
    let mut statements = Statements::default();
    for &(rows, expected) in texts {
        let values = vec![Value::Null; rows * shape.width()];
        let statement = statements.of(&Change { shape: Arc::clone(&shape), values, rows }).unwrap();
        assert_eq!(&*statement.text, expected);
    }
}

#[test]
fn few_new_rows_are_listed() {
    check_texts(
        ChangeKind::Insert,
        [&[], &[1, 3], &[0]],
        &[
            (
                3,
                r#"insert into "My Shop"."or""der" ("Note", "moods") values ($1, $2::"s"."mood"[]), ($3, $4::"s"."mood"[]), ($5, $6::"s"."mood"[]) returning "id""#,
            ),
            (
                2,
                r#"insert into "My Shop"."or""der" ("Note", "moods") values ($1, $2::"s"."mood"[]), ($3, $4::"s"."mood"[]) returning "id""#,
            ),
        ],
    );
}

#[test]
fn inserts() {
    check(
        ChangeKind::Insert,
        [&[], &[0, 1], &[]],
        r#"insert into "My Shop"."or""der" ("id", "Note") values ($1, $2)"#,
        r#"insert into "My Shop"."or""der" ("id", "Note") select u.c1, u.c2 from unnest($1::integer[], $2::character varying[]) as u (c1, c2)"#,
    );
    check(
        ChangeKind::Insert,
        [&[], &[1, 3], &[0]],
        r#"insert into "My Shop"."or""der" ("Note", "moods") values ($1, $2::"s"."mood"[]) returning "id""#,
        r#"insert into "My Shop"."or""der" ("Note", "moods") select u.c1, u.c2::"s"."mood"[] from unnest($1::character varying[], $2::text[]) with ordinality as u (c1, c2, n) order by u.n returning "id""#,
    );
}

#[test]
fn updates() {
    check(
        ChangeKind::Update,
        [&[0, 1], &[1, 2], &[]],
        r#"update only "My Shop"."or""der" as t set "Note" = $3, "tags" = $4 where t."id" = $1 and t."Note" = $2"#,
        r#"update only "My Shop"."or""der" as t set "Note" = u.c3, "tags" = u.c4::integer[] from unnest($1::integer[], $2::character varying[], $3::character varying[], $4::text[]) as u (c1, c2, c3, c4) where t."id" = u.c1 and t."Note" = u.c2"#,
    );
}

#[test]
fn types_that_are_not_known_go_as_text() {
    check(
        ChangeKind::Insert,
        [&[], &[0, 4], &[4]],
        r#"insert into "My Shop"."or""der" ("id", "from") values ($1, $2::inet) returning "from"::text"#,
        r#"insert into "My Shop"."or""der" ("id", "from") select u.c1, u.c2::inet from unnest($1::integer[], $2::text[]) with ordinality as u (c1, c2, n) order by u.n returning "from"::text"#,
    );
    check(
        ChangeKind::Delete,
        [&[4], &[], &[]],
        r#"delete from only "My Shop"."or""der" as t where t."from" = $1::inet"#,
        r#"delete from only "My Shop"."or""der" as t using unnest($1::text[]) as u (c1) where t."from" = u.c1::inet"#,
    );
}

#[test]
fn deletes() {
    check(
        ChangeKind::Delete,
        [&[0], &[], &[]],
        r#"delete from only "My Shop"."or""der" as t where t."id" = $1"#,
        r#"delete from only "My Shop"."or""der" as t using unnest($1::integer[]) as u (c1) where t."id" = u.c1"#,
    );
}

#[test]
fn a_new_shape_with_an_old_number_gets_its_own_statement() {
    let shape = |set: Vec<usize>| {
        let kind = ChangeKind::Insert;
        Arc::new(Shape { id: 0, table: table(), kind, key: vec![], set, returning: vec![] })
    };
    let mut statements = Statements::default();
    let mut text = |shape: Arc<Shape>| {
        let values = vec![Value::Null; shape.width()];
        statements.of(&Change { shape, values, rows: 1 }).unwrap().text.to_string()
    };
    assert_eq!(text(shape(vec![])), r#"insert into "My Shop"."or""der" default values"#);
    assert_eq!(text(shape(vec![0])), r#"insert into "My Shop"."or""der" ("id") values ($1)"#);
}

#[test]
fn a_value_that_does_not_fit_names_its_column() {
    let kind = ChangeKind::Insert;
    let shape = Arc::new(Shape { id: 0, table: table(), kind, key: vec![], set: vec![0], returning: vec![] });
    let change = Change { shape, values: vec![Value::Text("x".into())], rows: 1 };
    let failure = Statements::default().of(&change).unwrap().bind(&change).err().unwrap();
    assert_eq!(failure.message, "My Shop.or\"der.id: text as Int4");
}

#[test]
fn keys_are_compared_in_their_own_type() {
    let mut table = Arc::unwrap_or_clone(table());
    table.columns[1].native.name = "\"public\".\"citext\"".to_owned();
    let (key, set) = (vec![1], vec![1]);
    let shape =
        Shape { id: 1, table: Arc::new(table), kind: ChangeKind::Update, key, set, returning: Vec::new() };
    let values = vec![Value::Null; 2];
    let mut statements = Statements::default();
    let statement = statements.of(&Change { shape: Arc::new(shape), values, rows: 1 }).unwrap();
    let expected =
        r#"update only "My Shop"."or""der" as t set "Note" = $2 where t."Note" = $1::"public"."citext""#;
    assert_eq!(&*statement.text, expected);
}
