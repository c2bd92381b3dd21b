//! Domains with checks inside of other types: values of theirs, as the server writes them.

use loadgen_core::{Column, Fill, NativeType, Type, crud::candidates};
use sqlx::{AssertSqlSafe, PgConnection, postgres::types::Oid};

use super::{
    resolve::{condition_of, resolve},
    types::{Kind, Part, Types},
};
use crate::{asking, quote::quote, session::fits::text};

/// What a domain takes.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// Some of its values.
    pub(super) texts: Vec<String>,
    /// Whether it takes NULL.
    pub(super) null: bool,
}

/// What a text is called before it is a value: no domain under a check.
const PLAIN: &str = "\"the text of a value that is tried, of loadgen's\"";
/// So many values of a domain are kept.
const KEPT: usize = 48;

/// Asks the server for values of the domains with checks that rows, or arrays of more than one dimension, may be made of.
pub(super) async fn learn(connection: &mut PgConnection, types: &mut Types) -> sqlx::Result<()> {
    // A type is made after those that it is made of.
    for id in types.guarded() {
        let taken = taken(connection, types, id).await?;
        types.learn(id, taken);
    }
    Ok(())
}

async fn taken(connection: &mut PgConnection, types: &Types, id: u32) -> sqlx::Result<Taken> {
    let domain = Part { id, modifier: -1, dimensions: 0 };
    let (resolved, base) = (resolve(types, domain), base(types, domain));
    let named = sqlx::query_scalar("select format_type($1, $2)").bind(Oid(base.id)).bind(base.modifier);
    let name: String = named.fetch_one(&mut *connection).await?;
    // Called so, values may be likelier to look like what they are.
    let called = types.get(id).map_or("value", |row| &row.name);
    let checks: Vec<String> =
        resolved.checks.iter().map(|(_, condition)| condition_of(called, condition)).collect();
    let ty = resolve(types, base).ty;
    let mut texts: Vec<Option<String>> = vec![None];
    if ty != Type::Unsupported {
        let native = NativeType { name: name.clone(), ..NativeType::default() };
        let column = Column { name: called.to_owned(), ty, native, nullable: false, fill: Fill::None };
        texts.extend(candidates(&column, &checks).iter().map(text));
    }
    let mut taken = Taken { texts: Vec::new(), null: false };
    for text in fitting(connection, (called, &name), &checks, &texts).await? {
        match text {
            Some(text) if taken.texts.len() < KEPT && !taken.texts.contains(&text) => taken.texts.push(text),
            Some(_) => {}
            None => taken.null = !resolved.not_null,
        }
    }
    Ok(taken)
}

/// What a domain comes down to.
fn base(types: &Types, part: Part) -> Part {
    match types.get(part.id).map(|row| &row.kind) {
        Some(Kind::Domain(domain)) => base(types, domain.base),
        _ => part,
    }
}

/// Those of the texts that meet conditions, as the server writes them. All go together; where one is an error, each goes alone.
async fn fitting(
    connection: &mut PgConnection,
    of: (&str, &str),
    conditions: &[String],
    texts: &[Option<String>],
) -> sqlx::Result<Vec<Option<String>>> {
    match ask(connection, of, conditions, texts).await {
        Err(error) if error.as_database_error().is_some() => {
            let mut fitting = Vec::new();
            for text in texts {
                match ask(connection, of, conditions, std::slice::from_ref(text)).await {
                    Err(error) if error.as_database_error().is_some() => {}
                    answer => fitting.extend(answer?),
                }
            }
            Ok(fitting)
        }
        answer => answer,
    }
}

async fn ask(
    connection: &mut PgConnection,
    (called, ty): (&str, &str),
    conditions: &[String],
    texts: &[Option<String>],
) -> sqlx::Result<Vec<Option<String>>> {
    let called = quote(called);
    let all: Vec<String> = conditions.iter().map(|condition| format!("({condition}) is not false")).collect();
    let sql = format!(
        "select case when {PLAIN} is not null then format('%s', {called}) end \
         from (select {PLAIN}, {PLAIN}::{ty} as {called} from unnest($1::text[]) {PLAIN}) t where {}",
        all.join(" and ")
    );
    asking::ask(connection, sqlx::query_scalar(AssertSqlSafe(sql)).bind(texts)).await
}
