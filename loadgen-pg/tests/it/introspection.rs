//! What is read from the catalog.

use std::sync::Arc;

use loadgen_core::{Check, Fill, Schema, SchemaFilter, Special, SqlSession, Storage, TableName, Type};
use loadgen_pg::PgSession;

use crate::{
    support::{database, table, table_in},
    waiting::transactions_of,
};

#[tokio::test]
async fn types_come_with_their_modifiers() {
    let (_, mut session) = database(
        r#"create schema "Odd one";
           create type "Odd one"."Mood" as enum ('sad', 'it''s "ok"', 'happy');
           alter type "Odd one"."Mood" add value 'calm' before 'happy';
           create domain positive as int check (value > 0);
           create table t (
               a smallint, b int, c bigint, d numeric(12, 3), e real, f double precision, g bool,
               h text, i varchar(20), j char(3), k varchar, l bytea, m uuid, n date,
               o time(2), p time, q timestamp(0), r timestamptz(3), s interval(1), u interval,
               v json, w jsonb, x "Odd one"."Mood", y "Odd one"."Mood"[], z varchar(5)[],
               aa int[], bb numeric(4, 1)[], cc positive, dd numeric, ee point, ff int[][], gg "char",
               hh interval day, ii timetz, jj numeric(3, -2), kk oidvector, ll bpchar, mm gtsvector
           )"#,
    )
    .await;
    let table = table(&mut session, "t").await;
    let text = |max, fixed| Type::Text { max, fixed };
    let mood = Type::Enum(Arc::from(["sad", "it's \"ok\"", "calm", "happy"].map(str::to_owned)));
    let array = |element| Type::Array(Box::new(element));
    let spelt = |usual: &str| Type::Spelt([usual.to_owned()].into());
    let expected = [
        ("a", Type::Int(16), "smallint"),
        ("b", Type::Int(32), "integer"),
        ("c", Type::Int(64), "bigint"),
        ("d", Type::Decimal { precision: 12, scale: 3 }, "numeric"),
        ("e", Type::Real, "real"),
        ("f", Type::Double, "double precision"),
        ("g", Type::Bool, "boolean"),
        ("h", text(None, false), "text"),
        ("i", text(Some(20), false), "character varying"),
        ("j", text(Some(3), true), "bpchar"),
        ("k", text(None, false), "character varying"),
        ("l", Type::BYTES, "bytea"),
        ("m", Type::Uuid, "uuid"),
        ("n", Type::Date, "date"),
        ("o", Type::Time(2), "time without time zone"),
        ("p", Type::Time(6), "time without time zone"),
        ("q", Type::Timestamp { precision: 0, zoned: false }, "timestamp without time zone"),
        ("r", Type::Timestamp { precision: 3, zoned: true }, "timestamp with time zone"),
        ("s", Type::Interval(1), "interval"),
        ("u", Type::Interval(6), "interval"),
        ("v", Type::Json, "json"),
        ("w", Type::Json, "jsonb"),
        ("x", mood.clone(), r#""Odd one"."Mood""#),
        ("y", array(mood), r#""Odd one"."Mood"[]"#),
        ("z", array(text(Some(5), false)), "character varying[]"),
        ("aa", array(Type::Int(32)), "integer[]"),
        ("bb", array(Type::Decimal { precision: 4, scale: 1 }), "numeric[]"),
        ("cc", Type::Int(32), "public.positive"),
        ("dd", Type::Decimal { precision: Type::UNBOUNDED, scale: 2 }, "numeric"),
        ("ee", spelt("({-179-179}.{1-9},{1-89}.{1-9})"), "point"),
        ("ff", spelt("{open}{open}{1-999999},{1-999999}},{open}{1-999999},{1-999999}}}"), "integer[]"),
        ("gg", spelt("{@1}"), "\"char\""),
        ("hh", spelt("{2-999} days"), "interval"),
        ("ii", spelt("{00-23}:{00-59}:{00-59}+{00-14}"), "time with time zone"),
        ("jj", spelt("{1-9}{#2}00"), "numeric"),
        ("kk", spelt("{1-99} {0-4294967295}"), "oidvector"),
        ("ll", text(None, true), "bpchar"),
        ("mm", Type::Unsupported, "gtsvector"),
    ];
    let usual = |ty: &Type| match ty {
        Type::Spelt(templates) => spelt(&templates[0]),
        ty => ty.clone(),
    };
    let found: Vec<_> =
        table.columns.iter().map(|c| (c.name.as_str(), usual(&c.ty), c.native.name.as_str())).collect();
    assert_eq!(found, expected);
    let ids = table.columns.iter().map(|column| (column.native.id, column.native.array_id));
    assert_eq!(ids.take(2).collect::<Vec<_>>(), [(21, 1005), (23, 1007)]);
}

#[tokio::test]
async fn a_domain_is_what_it_stands_for_and_its_checks_are_the_columns() {
    let (_, mut session) = database(
        "create domain positive as int not null check (value > 0);
         create domain small as positive check (value < 10 and value::text <> 'VALUE');
         create domain code as varchar(5);
         create table t (\"My n\" small, codes code[], many small[] not null, plain int)",
    )
    .await;
    let table = table(&mut session, "t").await;
    let types: Vec<&Type> = table.columns.iter().map(|column| &column.ty).collect();
    let array = |item| Type::Array(Box::new(item));
    let code = Type::Text { max: Some(5), fixed: false };
    assert_eq!(types, [&Type::Int(32), &array(code), &array(Type::Int(32)), &Type::Int(32)]);
    assert_eq!(
        table.columns.iter().map(|column| column.nullable).collect::<Vec<_>>(),
        [false, true, false, true]
    );
    let checks: Vec<(&str, &[usize])> =
        table.checks.iter().map(|check| (check.condition.as_str(), check.columns.as_slice())).collect();
    let expected = [
        (r#"("My n" > 0)"#, &[0][..]),
        (r#"((("My n")::integer < 10) AND (("My n")::text <> 'VALUE'::text))"#, &[0]),
        (r#"(NOT (EXISTS ( SELECT 1 FROM unnest("many") AS "value" WHERE (NOT ("value" > 0)))))"#, &[2]),
        (
            r#"(NOT (EXISTS ( SELECT 1 FROM unnest("many") AS "value" WHERE (NOT ((("value")::integer < 10) AND (("value")::text <> 'VALUE'::text))))))"#,
            &[2],
        ),
    ];
    assert_eq!(checks, expected);
    assert_eq!(table.obstacles, []);
}

#[tokio::test]
async fn what_fills_a_column_is_told_apart() {
    let (_, mut session) = database(
        "create sequence s;
         create function pure(int) returns int immutable language sql as 'select $1';
         create table t (
             a int generated always as identity, b int generated by default as identity, c serial, d bigserial,
             e int default 7, f text default 'x', g timestamptz default now(), h date default current_date,
             i uuid default gen_random_uuid(), j timestamptz default clock_timestamp(),
             k int generated always as (e * 2) stored, l int, m timestamptz default '2020-01-01',
             n text default 'ORD-' || nextval('s'), o int default pure(3), p numeric(9, 2) default 0.00,
             q jsonb default '{}', r text default upper('x'), s text default ('now'::text)::date, u text[] default '{}',
             v int default null, w int not null
         )",
    )
    .await;
    let table = table(&mut session, "t").await;
    let fill = |name: &str| table.columns[table.column_index(name).unwrap()].fill.clone();
    assert_eq!(fill("a"), Fill::Sequence { always: true });
    for name in ["b", "c", "d"] {
        assert_eq!(fill(name), Fill::Sequence { always: false }, "{name}");
    }
    for name in ["e", "f", "m", "o", "p", "q", "r", "u"] {
        assert!(matches!(fill(name), Fill::Constant(_)), "{name}: {:?}", fill(name));
    }
    for name in ["g", "h", "i", "j", "n", "s"] {
        assert!(matches!(fill(name), Fill::Volatile(_)), "{name}: {:?}", fill(name));
    }
    assert_eq!(fill("e"), Fill::Constant("7".into()));
    assert_eq!(fill("g"), Fill::Volatile("now()".into()));
    assert_eq!(fill("k"), Fill::Generated);
    for name in ["l", "w"] {
        assert_eq!(fill(name), Fill::None, "{name}");
    }
    let nullable = |name: &str| table.columns[table.column_index(name).unwrap()].nullable;
    assert_eq!((nullable("a"), nullable("c"), nullable("l"), nullable("w")), (false, false, true, false));
}

#[tokio::test]
async fn keys_and_references_keep_the_order_of_their_columns() {
    let (_, mut session) = database(
        r#"create table parent (gone int, x int, "Y y" int, primary key ("Y y", x));
           alter table parent drop column gone;
           create table child (
               gone int, id int, a int, b int, c int unique, d text, e text,
               primary key (id), unique nulls not distinct (b, a),
               constraint "to parent" foreign key (b, a) references parent ("Y y", x),
               foreign key (c) references child (id)
           );
           alter table child drop column gone;
           create unique index on child (d);
           create unique index partial on child (e) include (d) where e <> '';
           create index plain on child (a);
           create unique index "On lower" on child (a, lower(d));
           create unique index on child (length(d));"#,
    )
    .await;
    let parent = table(&mut session, "parent").await;
    assert_eq!(parent.primary_key, [1, 0]);
    let child = table(&mut session, "child").await;
    let index = |name| child.column_index(name).unwrap();
    assert_eq!(child.primary_key, [0]);
    let mut uniques = child.uniques.clone();
    uniques.sort();
    assert_eq!(uniques, [vec![index("b"), index("a")], vec![3], vec![4]]);
    let loose = [vec![index("a"), index("d")], vec![index("e")]];
    assert_eq!(child.special.loose_keys, loose, "on an expression, and partial");
    let nullable = |name| child.columns[index(name)].nullable;
    assert_eq!([nullable("a"), nullable("b"), nullable("c")], [false, false, true], "where NULLs collide");
    let [own, other] = child.foreign_keys.as_slice() else { panic!("{:?}", child.foreign_keys) };
    assert_eq!(own.parent, TableName::new("public", "child"));
    assert_eq!((other.name.as_str(), &other.columns), ("to parent", &vec![index("b"), index("a")]));
    assert_eq!(other.parent_columns, ["Y y", "x"]);
    let [obstacle] = child.obstacles.as_slice() else { panic!("{:?}", child.obstacles) };
    let what = "unique index child_length_idx on length(d) (of a choice each value fits one row)";
    assert_eq!(obstacle.what, what);
    assert_eq!(obstacle.columns, [index("d")]);
}

#[tokio::test]
async fn what_cannot_be_honoured_is_named() {
    let (_, mut session) = database(
        "create table t (a int, b int, c circle, constraint sane check (a < b), exclude using btree (a with =),
                         exclude using gist (c with &&));
         create table p (id int primary key, at date) partition by range (id);
         create table p1 partition of p for values from (0) to (10);
         create table refers (id int references p (id));
         create table base (a int);
         create table derived (b int) inherits (base);
         create view v as select 1;
         create materialized view m as select 1;
         create temp table mine (a int);
         create table nothing ();",
    )
    .await;
    let schema = session.introspect(&SchemaFilter::default()).await.unwrap();
    let names: Vec<&str> = schema.tables.iter().map(|table| table.name.table.as_str()).collect();
    assert_eq!(names, ["base", "derived", "nothing", "p", "refers", "t"]);
    let find = |name: &str| schema.table(&TableName::new("public", name)).unwrap();
    let obstacles = |name| {
        let all = find(name).obstacles.iter().map(|it| (it.what.as_str(), it.columns.as_slice()));
        all.collect::<Vec<_>>()
    };
    let parts = "((id IS NOT NULL) AND (id >= 0) AND (id < 10))".to_owned();
    let parts = Check::new("partitions", parts, vec![0]);
    assert_eq!((&find("p").checks, find("p").partitioned_by()), (&vec![parts], &[0][..]));
    assert_eq!(find("p").columns.len(), 2);
    assert_eq!(find("base").special.storage, Storage::Inherited);
    let identity = find("derived").special.identity.clone();
    assert_eq!(find("derived").special, Special { identity, is_addressed: true, ..Special::default() });
    let what = "EXCLUDE USING gist (c WITH &&) of constraint t_c_excl (of a choice each value fits one row)";
    assert_eq!(obstacles("t"), [(what, &[2][..])]);
    assert_eq!(find("t").special.loose_keys, [[0]]);
    let others: Vec<_> = schema.others.iter().map(|other| (other.name.table.as_str(), other.kind)).collect();
    assert_eq!(others, [("m", "materialized view"), ("p1", "partition"), ("v", "view")]);
    let sane = Check::new("sane", "(a < b)", vec![0, 1]);
    assert_eq!(find("t").checks, [sane]);
    assert_eq!(find("refers").foreign_keys.len(), 1);
    assert!(find("nothing").columns.is_empty());
}

#[tokio::test]
async fn schemas_are_taken_by_name_or_from_the_search_path() {
    let (_, mut session) = database(
        r#"create schema "B b"; create schema c;
           create table a (i int); create table "B b"."A ""a""" (i int); create table c.a (i int)"#,
    )
    .await;
    let names = |schema: Schema| schema.tables.iter().map(|table| table.name.to_string()).collect::<Vec<_>>();
    let mut of = async |schemas: &[&str]| {
        let schemas = schemas.iter().map(|name| (*name).to_owned()).collect();
        session.introspect(&SchemaFilter { schemas }).await
    };
    assert_eq!(names(of(&[]).await.unwrap()), ["public.a"]);
    assert_eq!(names(of(&["B b", "c"]).await.unwrap()), [r#"B b.A "a""#, "c.a"]);
    let found = of(&["c", "d"]).await.unwrap();
    assert_eq!(found.schemas, ["B b", "c", "public"]);
    assert_eq!(names(found), ["c.a"]);
    let odd = table_in(&mut session, "B b", "A \"a\"").await;
    assert_eq!(odd.columns.len(), 1);
}

/// So many tables that refer to each other.
async fn many(tables: u32) -> PgSession {
    let (_, session) = database(&format!(
        "do $$ begin for i in 1..{tables} loop
             execute format('create table t%s (id int primary key, a text default now()::text, b int references t%s,
                             c varchar(9) unique)', i, greatest(i - 1, 1));
         end loop; end $$"
    ))
    .await;
    session
}

#[tokio::test]
async fn a_thousand_tables_are_read_by_as_many_statements_as_one() {
    let (mut one, mut all) = (many(1).await, many(1_000).await);
    let schema = all.introspect(&SchemaFilter::default()).await.unwrap();
    assert_eq!(schema.tables.len(), 1_000);
    assert!(schema.tables.iter().all(|table| table.columns.len() == 4 && table.foreign_keys.len() == 1));
    let read =
        async |session: &mut PgSession| drop(session.introspect(&SchemaFilter::default()).await.unwrap());
    let least = transactions_of(&mut one, read).await;
    assert!((5..20).contains(&least), "{least}");
    assert_eq!(transactions_of(&mut all, read).await, least);
}
