//! What a table does with new rows, as far as it stands in the way of COPY or of a table beside.

use loadgen_core::TableName;
use sqlx::PgConnection;

/// How rows get into a table.
pub(super) struct Habits {
    /// COPY passes rules by.
    pub(super) has_rules: bool,
    /// Whether rows may be left out of an INSERT, which rules and keys that are looked at later do not allow.
    has_choice: bool,
    /// Whether this user may make temporary tables.
    has_temporary: bool,
    /// The constraints that may be looked at later, for SQL.
    pub(super) late: Option<String>,
}

impl Habits {
    /// Whether rows can wait in a temporary table, from where those go on that are not taken.
    pub(super) fn has_room_beside(&self) -> bool {
        self.has_choice && self.has_temporary
    }
}

/// Asks for the habits of a table.
pub(super) async fn habits(connection: &mut PgConnection, table: &TableName) -> sqlx::Result<Habits> {
    let query = sqlx::query_as(include_str!("habits.sql")).bind(&table.schema).bind(&table.table);
    let (has_rules, has_choice, has_temporary, late) = query.fetch_one(connection).await?;
    Ok(Habits { has_rules, has_choice, has_temporary, late })
}
