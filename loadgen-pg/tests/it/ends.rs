//! The ends of every type: read as the server has them, written back, and still the same.

use std::{collections::BTreeSet, sync::Arc};

use loadgen_core::{SqlSession, Table, Value};
use loadgen_pg::PgSession;

use crate::{
    support::{database, insert},
    zoo::{TYPES, columns},
};

/// `type : literal`; `{nothing}` is an empty text, `{open}` a brace.
const ENDS: &str = include_str!("zoo/ends.txt");

/// Types that are made of others which have ends.
const MADE_OF_OTHERS: [&str; 1] = ["z_outer"];

fn ends(ty: &str) -> Vec<String> {
    let of = |line: &'static str| line.strip_prefix(ty)?.strip_prefix(" : ");
    let plain = |text: &str| match text {
        "{nothing}" => String::new(),
        text => text.replace("{open}", "{"),
    };
    ENDS.lines().filter_map(of).map(plain).collect()
}

/// The type of the column of a table that has only one.
async fn type_of(session: &mut PgSession, table: &str) -> String {
    let sql = "select format_type(atttypid, atttypmod) from pg_attribute
               where attrelid = format('one.%I', $1)::regclass and attnum = 1";
    sqlx::query_scalar(sql).bind(table).fetch_one(session.driver().unwrap()).await.unwrap()
}

/// Fills a table with the ends of its type, in the server's way. False where there are none.
async fn fill(session: &mut PgSession, table: &str, ty: &str) -> Result<bool, String> {
    let (item, is_array) = ty.strip_suffix("[]").map_or((ty, false), |item| (item, true));
    let all = ends(item);
    let source = if is_array {
        "array(select e::ITEM from unnest($1::text[]) e) union all select array[]::ITEM[] union all select array[null::ITEM]"
    } else {
        "e::ITEM from unnest($1::text[]) e"
    };
    let sql = format!(r#"insert into one."{table}" (v) select {}"#, source.replace("ITEM", item));
    let done = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(&all).execute(session.driver().unwrap()).await;
    match done {
        Ok(_) => Ok(!all.is_empty()),
        Err(error) => Err(format!("{ty}: {error}")),
    }
}

/// Writes what was read, and compares.
async fn trip(session: &mut PgSession, table: &Arc<Table>, ty: &str) -> Result<(), String> {
    let mut values: Vec<Value> = Vec::new();
    let name = &table.name.table;
    let fail = |failure: loadgen_core::Failure| format!("{name}: {failure:?}");
    session.scan(table, &[0], &mut |row: &[Value]| values.extend_from_slice(row)).await.map_err(fail)?;
    let rows: Vec<&[Value]> = values.chunks(1).collect();
    for rows in rows.chunks(1).chain(rows.chunks(4)).chain([&rows[..]]) {
        let applied = session.apply(&[insert(table, &["v"], &["v"], rows)]).await.map_err(fail)?;
        // NaN is like nothing, not even itself.
        if format!("{:?}", applied[0].returned) != format!("{:?}", rows.concat()) {
            return Err(format!("{name}: {rows:?} came back as {:?}", applied[0].returned));
        }
    }
    // The server's own, one written alone, one with few and one with all others: four of each.
    let text = if ty == "json" { "v::jsonb::text" } else { "v::text" };
    let sql = format!(
        r#"select count(*) from (select {text} from one."{name}" group by 1 having count(*) % 4 <> 0) x"#
    );
    let odd: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
        .fetch_one(session.driver().unwrap())
        .await
        .map_err(|e| e.to_string())?;
    if odd == 0 {
        Ok(())
    } else {
        Err(format!("{name}: {odd} values are others than the server's: {values:?}"))
    }
}

#[tokio::test]
async fn the_ends_of_every_type_come_back() {
    let (_, mut session) = database(TYPES).await;
    let (mut wrong, mut seen) = (Vec::new(), BTreeSet::new());
    for table in columns(&mut session).await {
        let ty = type_of(&mut session, &table.name.table).await;
        match fill(&mut session, &table.name.table, &ty).await {
            Ok(true) => wrong.extend(trip(&mut session, &table, &ty).await.err()),
            Ok(false) if MADE_OF_OTHERS.contains(&ty.trim_end_matches("[]")) => {}
            Ok(false) => wrong.push(format!("{ty} has no ends")),
            Err(why) => wrong.push(why),
        }
        seen.insert(ty.trim_end_matches("[]").to_owned());
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(seen.len() > 100, "{seen:?}");
}
