use loadgen_core::{ChangeKind, Fill, NativeType, Shape, Table, TableName, Type};

use super::*;

fn table() -> Arc<Table> {
    let column = |name: &str, ty: Type, native: &str, fill| loadgen_core::Column {
        name: name.to_owned(),
        ty,
        native: NativeType { name: native.to_owned(), ..NativeType::default() },
        nullable: name == "note",
        fill,
    };
    let text = Type::Text { max: Some(20), fixed: false };
    Arc::new(Table {
        columns: vec![
            column("id", Type::Int(64), "bigint", Fill::Sequence { always: true }),
            column("code", text.clone(), "varchar", Fill::None),
            column("note", text, "nvarchar", Fill::None),
        ],
        primary_key: vec![0],
        ..Table::new(TableName::new("dbo", "t"))
    })
}

fn change(table: &Arc<Table>, kind: ChangeKind, columns: [&[usize]; 3], rows: usize) -> Change {
    let [key, set, returning] = columns.map(<[usize]>::to_vec);
    let shape = Arc::new(Shape { id: 0, table: Arc::clone(table), kind, key, set, returning });
    Change { values: vec![Value::Null; rows * shape.width()], shape, rows }
}

fn check(change: &Change, form: Form, dialect: Dialect, expected: &str) {
    let mut statements = Statements::default();
    assert_eq!(&*statements.of(change, form, dialect).unwrap().text, expected);
}

const SERVER: Dialect = Dialect::SqlServer;

#[test]
fn each_change_has_its_text() {
    let table = table();
    let of = |kind, columns, rows| change(&table, kind, columns, rows);
    check(
        &of(ChangeKind::Insert, [&[], &[1, 2], &[]], 2),
        Form::Plain,
        SERVER,
        "insert into [dbo].[t] ([code], [note]) values (@P1, @P2), (@P3, @P4)",
    );
    check(
        &of(ChangeKind::Insert, [&[], &[1], &[0]], 1),
        Form::Plain,
        SERVER,
        "insert into [dbo].[t] ([code]) output inserted.[id] as loadgen_0 values (@P1)",
    );
    check(
        &of(ChangeKind::Insert, [&[], &[], &[0]], 1),
        Form::Plain,
        SERVER,
        "insert into [dbo].[t] output inserted.[id] as loadgen_0 default values",
    );
    check(
        &of(ChangeKind::Update, [&[1], &[2], &[0]], 1),
        Form::Plain,
        SERVER,
        "update [dbo].[t] set [note] = @P2 output inserted.[id] as loadgen_0 where [code] = cast(@P1 as varchar(20))",
    );
    check(
        &of(ChangeKind::Update, [&[1], &[2], &[]], 2),
        Form::Plain,
        SERVER,
        "update t set [note] = u.c1 from [dbo].[t] as t inner join (values (cast(@P1 as varchar(20)), @P2), \
         (cast(@P3 as varchar(20)), @P4)) as u (c0, c1) on t.[code] = u.c0",
    );
    check(
        &of(ChangeKind::Delete, [&[0], &[], &[]], 2),
        Form::Plain,
        SERVER,
        "delete t from [dbo].[t] as t inner join (values (@P1), (@P2)) as u (c0) on t.[id] = u.c0",
    );
}

#[test]
fn numbers_of_an_identity_are_given_in_the_order_of_the_rows() {
    let change = change(&table(), ChangeKind::Insert, [&[], &[1], &[0]], 2);
    let text = "insert into [dbo].[t] ([code]) output inserted.[id] as loadgen_0 select u.c0 from \
                (values (0, @P1), (1, @P2)) as u (n, c0)";
    // One statement: a second one could fail when the first is committed.
    check(&change, Form::Plain, SERVER, &format!("{text} order by u.n"));
    assert_eq!(pieces(&change).len(), 1);
}

#[test]
fn what_says_nothing_about_its_row_comes_row_by_row() {
    let change = change(&table(), ChangeKind::Insert, [&[], &[1], &[2]], 3);
    assert_eq!(pieces(&change), [0..1, 1..2, 2..3]);
}

#[test]
fn where_there_are_triggers_answers_go_through_a_table_and_what_they_raise_is_caught() {
    let mut watched = Arc::unwrap_or_clone(table());
    watched.special.definitions = vec!["TRIGGER t AFTER INSERT".to_owned()];
    let watched = Arc::new(watched);
    let insert = change(&watched, ChangeKind::Insert, [&[], &[1], &[0]], 1);
    let text = "declare @out table ([id] bigint); insert into [dbo].[t] ([code]) output inserted.[id] into @out \
                values (@P1); select [id] as loadgen_0 from @out";
    check(&insert, Form::Plain, SERVER, text);
    let whole = format!(
        "declare @rows bigint; begin try begin transaction; {text}; commit transaction; end try \
         begin catch if @@trancount > 0 rollback transaction; throw; end catch"
    );
    check(&insert, Form::Caught, SERVER, &whole);
    // The same where nothing but the server says that there is a trigger.
    let insert = change(&table(), ChangeKind::Insert, [&[], &[1], &[0]], 1);
    check(&insert, Form::Beside, SERVER, text);
    check(&insert, Form::Caught, SERVER, &whole);
}

#[test]
fn names_in_what_a_delete_returns_stay_as_they_are() {
    let mut named = Arc::unwrap_or_clone(table());
    named.columns[1].name = "inserted.at".to_owned();
    let delete = change(&Arc::new(named), ChangeKind::Delete, [&[0], &[], &[1]], 1);
    let text = "delete from [dbo].[t] output cast(deleted.[inserted.at] as nvarchar(20)) as loadgen_0 where [id] = @P1";
    check(&delete, Form::Plain, SERVER, text);
}

#[test]
fn texts_of_another_code_page_are_sought_and_returned_in_it() {
    let mut other = Arc::unwrap_or_clone(table());
    other.columns[1].native.words = "varchar(20) collate Polish_CI_AS".to_owned();
    let other = Arc::new(other);
    let update = change(&other, ChangeKind::Update, [&[1], &[2], &[]], 1);
    let text =
        "update [dbo].[t] set [note] = @P2 where [code] = cast(@P1 collate Polish_CI_AS as varchar(20))";
    check(&update, Form::Plain, SERVER, text);
    let update = change(&other, ChangeKind::Update, [&[0], &[2], &[1]], 1);
    let text = "declare @out table ([code] varchar(20) collate Polish_CI_AS); update [dbo].[t] set [note] = @P2 \
                output inserted.[code] into @out where [id] = @P1; select cast([code] as nvarchar(20)) as loadgen_0 from @out";
    check(&update, Form::Beside, SERVER, text);
}

#[test]
fn a_null_is_written_into_the_text_only_where_the_server_has_none() {
    let table = table();
    let insert = change(&table, ChangeKind::Insert, [&[], &[1], &[]], 1);
    check(
        &insert,
        Form::Plain,
        Dialect::Babelfish,
        "insert into [dbo].[t] ([code]) values (cast(null as varchar(20)))",
    );
    let update = change(&table, ChangeKind::Update, [&[0], &[2], &[]], 1);
    check(&update, Form::Plain, SERVER, "update [dbo].[t] set [note] = @P2 where [id] = @P1");
}

#[test]
fn a_change_is_carried_out_only_where_its_marker_moves_and_all_of_its_rows_are_there() {
    let table = table();
    let marker = change(&table, ChangeKind::Update, [&[0, 2], &[2], &[]], 1);
    let two = change(&table, ChangeKind::Delete, [&[0], &[], &[]], 2);
    let mut statements = Statements::default();
    let statement = statements.marked(&marker, &two, SERVER).unwrap();
    let expected = "declare @rows bigint; begin try begin transaction; \
         update [dbo].[t] set [note] = @P3 where [id] = @P1 and [note] = cast(@P2 as nvarchar(20)); \
         if rowcount_big() = 0 begin rollback transaction; select 0 as loadgen_done; end else begin \
         delete t from [dbo].[t] as t inner join (values (@P4), (@P5)) as u (c0) on t.[id] = u.c0; \
         set @rows = rowcount_big(); if @rows < 2 begin rollback transaction; select 1 as loadgen_done; \
         end else begin commit transaction; select 2 as loadgen_done; end end end try \
         begin catch if @@trancount > 0 rollback transaction; throw; end catch";
    assert_eq!((&*statement.text, statement.of_marker, statement.says_rows), (expected, 3, true));
}

#[test]
fn no_value_is_written_into_a_text() {
    let table = table();
    let evil = Value::Text("x'); drop table t --".to_owned());
    for (kind, columns) in [
        (ChangeKind::Insert, [&[][..], &[1, 2], &[]]),
        (ChangeKind::Insert, [&[], &[1, 2], &[0]]),
        (ChangeKind::Update, [&[1], &[2], &[]]),
        (ChangeKind::Delete, [&[1, 2], &[], &[]]),
    ] {
        for rows in [1, 3] {
            let mut change = change(&table, kind, columns, rows);
            change.values.fill(evil.clone());
            for dialect in [SERVER, Dialect::Babelfish] {
                let mut statements = Statements::default();
                let plain = statements.of(&change, Form::Caught, dialect).unwrap();
                assert!(!plain.text.contains("drop") && plain.params.len() == change.values.len());
                let marked = statements.marked(&change, &change, dialect).unwrap();
                assert!(!marked.text.contains("drop"), "{}", marked.text);
            }
        }
    }
}
