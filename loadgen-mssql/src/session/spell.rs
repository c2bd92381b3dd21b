//! Texts as the server gives them back.

use loadgen_core::{Action, Column, Type};

use tiberius::error::Error;

use super::read::one;
use crate::{
    classify::action,
    codec::{base, readable, written},
    connect::Connection,
    dialect::{UNTRANSLATED, number},
};

/// Each text as its column gives it back, or why it is no value of it.
pub(super) async fn spell(
    connection: &mut Connection,
    texts: &[(&Column, &str)],
) -> tiberius::Result<Vec<Result<String, String>>> {
    let mut spelt = Vec::with_capacity(texts.len());
    for (column, text) in texts {
        spelt.push(match one(connection, question(column), [*text]).await {
            Ok(row) => match row.try_get::<&str, _>(0)? {
                Some(text) => Ok(text.to_owned()),
                None => Err(format!("'{text}' is no value of the type {}", column.native.words())),
            },
            Err(error) => Err(refusal(&error).ok_or(error)?),
        });
    }
    Ok(spelt)
}

/// The text of a value that is made of the parameter. Nothing is said of lengths, to which a cast would cut in silence.
fn question(column: &Column) -> String {
    let value = read_from(column, "@P1");
    let inner = Column { name: "v".to_owned(), ..(*column).clone() };
    format!("select cast({} as nvarchar(max)) from (select {value} as v) as t", readable("t.", &inner))
}

/// The value of a column that a text stands for.
pub(super) fn read_from(column: &Column, text: &str) -> String {
    match column.ty {
        Type::Text { .. } | Type::Bytes { .. } => text.to_owned(),
        // Otherwise the login's language says what is the day, and what the month.
        Type::Timestamp { .. } if column.native.name == "datetime" => {
            format!("convert(datetime, {text}, 121)")
        }
        Type::Timestamp { .. } if column.native.name == "smalldatetime" => written(column, text),
        Type::Spelt(_) | Type::Decimal { .. } | Type::Json => written(column, text),
        _ => format!("cast({text} as {})", base(column)),
    }
}

/// What the server says of a value that it does not take.
fn refusal(error: &Error) -> Option<String> {
    let Error::Server(token) = error else { return None };
    let known = number(token.code(), token.message());
    let meant = action(known, token.message());
    let is_about_values = matches!(meant, Action::NewValues | Action::RereadSchema) || known == UNTRANSLATED;
    is_about_values.then(|| token.message().to_owned())
}
