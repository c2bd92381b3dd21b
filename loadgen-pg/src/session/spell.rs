//! Texts as the server gives them back.

use loadgen_core::{Column, Type};
use sqlx::{AssertSqlSafe, PgConnection};

/// Texts that go in one query.
const AT_ONCE: usize = 500;

/// Each text as its column gives it back, or why it is no value of it. All go together; where one is refused, each of those that
/// it came with goes alone.
pub(super) async fn spell(
    connection: &mut PgConnection,
    texts: &[(&Column, &str)],
) -> sqlx::Result<Vec<Result<String, String>>> {
    let mut spelt = Vec::with_capacity(texts.len());
    for some in texts.chunks(AT_ONCE) {
        match ask(connection, some).await {
            Ok(answers) => spelt.extend(answers.into_iter().map(Ok)),
            Err(error) if refusal(&error).is_some() => {
                for one in some {
                    spelt.push(match ask(connection, std::slice::from_ref(one)).await {
                        Ok(mut answer) => Ok(answer.pop().unwrap_or_default()),
                        Err(error) => Err(refusal(&error).ok_or(error)?),
                    });
                }
            }
            Err(error) => return Err(error),
        }
    }
    Ok(spelt)
}

async fn ask(connection: &mut PgConnection, texts: &[(&Column, &str)]) -> sqlx::Result<Vec<String>> {
    let spelt = texts.iter().enumerate().map(|(at, (column, _))| {
        let (text, ty) = (format!("($1::text[])[{}]", at + 1), cast(column));
        match column.ty {
            Type::Array(_) => format!("((array[{text}]::{ty})[1])::text"),
            _ => format!("{text}::{ty}::text"),
        }
    });
    let sql = format!("select array[{}]", spelt.collect::<Vec<_>>().join(", "));
    let given: Vec<&str> = texts.iter().map(|(_, text)| *text).collect();
    sqlx::query_scalar(AssertSqlSafe(sql)).persistent(false).bind(given).fetch_one(connection).await
}

/// The type with the digits of a number, which is rounded to them in the column, too. Others have no length: a cast would cut to
/// it in silence what the column refuses.
fn cast(column: &Column) -> &str {
    match column.native.name.as_str() {
        "numeric" => column.native.words().trim_end_matches("[]"),
        name => name,
    }
}

/// What the server says of a value that it does not take.
fn refusal(error: &sqlx::Error) -> Option<String> {
    let error = error.as_database_error()?;
    let code = error.code()?;
    let is_about_values = ["22", "23", "42"].iter().any(|class| code.starts_with(class));
    is_about_values.then(|| error.message().to_owned())
}
