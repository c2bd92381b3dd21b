//! Values held against conditions of the server.

use loadgen_core::{Column, Type};
use sqlx::{AssertSqlSafe, Executor, PgConnection};

use crate::quote::quote;

/// Whether a column may hold each of the texts, as far as conditions go that read nothing else. All go together; where one of them is
/// an error, each goes alone.
pub(super) async fn fits(
    connection: &mut PgConnection,
    column: &Column,
    conditions: &[&str],
    texts: &[String],
) -> sqlx::Result<Vec<bool>> {
    match ask(connection, column, conditions, texts).await {
        Ok(fits) => Ok(fits),
        Err(error) if error.as_database_error().is_some() => {
            let mut fits = Vec::with_capacity(texts.len());
            for text in texts {
                fits.push(match ask(connection, column, conditions, std::slice::from_ref(text)).await {
                    Ok(fits) => fits == [true],
                    Err(error) if error.as_database_error().is_some() => false,
                    Err(error) => return Err(error),
                });
            }
            Ok(fits)
        }
        Err(error) => Err(error),
    }
}

/// A condition may call functions of anybody's: nothing that they write stays.
async fn ask(
    connection: &mut PgConnection,
    column: &Column,
    conditions: &[&str],
    texts: &[String],
) -> sqlx::Result<Vec<bool>> {
    let (name, ty) = (quote(&column.name), &column.native.name);
    let value = match column.ty {
        Type::Array(_) => format!("text::{ty}[]"),
        _ => format!("text::{ty}"),
    };
    let all: Vec<String> = conditions.iter().map(|condition| format!("({condition}) is not false")).collect();
    let sql = format!(
        "select coalesce(array_agg({} order by number), '{{}}') from (select number, {value} as {name} \
         from unnest($1::text[]) with ordinality u (text, number)) t",
        all.join(" and ")
    );
    connection.execute(sqlx::raw_sql("begin read only")).await?;
    let answer: sqlx::Result<Vec<bool>> = sqlx::query_scalar(AssertSqlSafe(sql))
        .persistent(false)
        .bind(texts)
        .fetch_one(&mut *connection)
        .await;
    connection.execute(sqlx::raw_sql("rollback")).await?;
    answer
}
