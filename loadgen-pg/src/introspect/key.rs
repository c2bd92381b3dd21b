//! Keys, references, and what cannot be honoured yet.

use loadgen_core::{Check, ForeignKey, Obstacle, TableName};
use sqlx::{Row, postgres::PgRow};

use super::Draft;

/// Adds a row of `constraints.sql` to its table.
pub(super) fn constraint(draft: &mut Draft, row: &PgRow) -> sqlx::Result<()> {
    let name: String = row.try_get(2)?;
    let columns = draft.columns(&row.try_get::<Option<Vec<i16>>, _>(3)?.unwrap_or_default());
    match row.try_get(1)? {
        "p" => draft.table.primary_key = columns,
        "u" => draft.table.uniques.push(columns),
        "f" => {
            let parent = TableName::new(row.try_get::<String, _>(4)?, row.try_get::<String, _>(5)?);
            let parent_columns = row.try_get(6)?;
            draft.table.foreign_keys.push(ForeignKey { name, columns, parent, parent_columns });
        }
        "c" => draft.table.checks.push(Check { name, condition: row.try_get(7)?, columns }),
        _ => {
            let definition: String = row.try_get(7)?;
            let what = format!("{definition} of constraint {name}");
            draft.table.obstacles.push(Obstacle { what, columns });
        }
    }
    Ok(())
}

/// Adds a row of `indexes.sql` to its table. A partial index is taken for a full one, which is on the safe side.
pub(super) fn index(draft: &mut Draft, row: &PgRow) -> sqlx::Result<()> {
    let key: Vec<i16> = row.try_get(2)?;
    if key.contains(&0) {
        let name: String = row.try_get(1)?;
        let used = row.try_get::<Option<Vec<i16>>, _>(3)?.unwrap_or_default();
        let what = format!("unique index {name} on an expression");
        draft.table.obstacles.push(Obstacle { what, columns: draft.columns(&used) });
    } else {
        draft.table.uniques.push(draft.columns(&key));
    }
    Ok(())
}
