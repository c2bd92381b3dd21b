//! What can be read like a table and is not written.

use loadgen_core::{Other, TableName};
use sqlx::{Row, postgres::PgRow};

/// Reads a row of `others.sql`.
pub(super) fn read(row: &PgRow) -> sqlx::Result<Other> {
    let name = TableName::new(row.try_get::<String, _>(0)?, row.try_get::<String, _>(1)?);
    let (kind, why) = match row.try_get(2)? {
        "partition" => {
            let root: Option<String> = row.try_get(3)?;
            let root = root.unwrap_or_else(|| "its table".to_owned());
            ("partition", format!("rows reach it through {root}"))
        }
        "view" => ("view", "what it shows is written through its tables".to_owned()),
        "materialized view" => {
            ("materialized view", "REFRESH MATERIALIZED VIEW fills it, and nothing else".to_owned())
        }
        "foreign table" => {
            ("foreign table", "its rows are another server's, which can be a job of its own".to_owned())
        }
        "temporary table" => ("temporary table", "no other session sees it".to_owned()),
        _ => ("table of an extension", "its rows are the extension's own".to_owned()),
    };
    Ok(Other { name, kind, why })
}
