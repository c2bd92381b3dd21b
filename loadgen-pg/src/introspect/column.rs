//! One column: its type, and who fills it.

use std::sync::Arc;

use loadgen_core::{Column, Fill, NativeType, Type};
use sqlx::{
    Row,
    postgres::{PgRow, types::Oid},
};

use super::native;

pub(super) fn read(row: &PgRow) -> sqlx::Result<Column> {
    let (Oid(id), Oid(array_id)) = (row.try_get(12)?, row.try_get(13)?);
    Ok(Column {
        name: row.try_get(6)?,
        ty: ty(row)?,
        native: NativeType { name: row.try_get(14)?, id, array_id },
        nullable: row.try_get(7)?,
        fill: fill(row)?,
    })
}

fn ty(row: &PgRow) -> sqlx::Result<Type> {
    let Oid(base) = row.try_get(16)?;
    let is_enum: bool = row.try_get(17)?;
    let element = if is_enum {
        let labels: Option<Vec<String>> = row.try_get(19)?;
        Type::Enum(Arc::from(labels.unwrap_or_default()))
    } else {
        native::ty(base, row.try_get(15)?)
    };
    let dimensions: i32 = row.try_get(18)?;
    Ok(match (dimensions, element) {
        (0, element) => element,
        (1, element) if element != Type::Unsupported => Type::Array(Box::new(element)),
        _ => Type::Unsupported,
    })
}

fn fill(row: &PgRow) -> sqlx::Result<Fill> {
    let identity: &str = row.try_get(8)?;
    if !identity.is_empty() {
        return Ok(Fill::Sequence { always: identity == "a" });
    }
    if row.try_get(9)? {
        return Ok(Fill::Generated);
    }
    let Some(default) = row.try_get::<Option<String>, _>(10)? else { return Ok(Fill::None) };
    let differs = row.try_get::<Option<bool>, _>(11)?.unwrap_or(true);
    Ok(if default.starts_with("nextval('") && default.ends_with("::regclass)") {
        Fill::Sequence { always: false }
    } else if differs {
        Fill::Volatile(default)
    } else {
        Fill::Constant(default)
    })
}
