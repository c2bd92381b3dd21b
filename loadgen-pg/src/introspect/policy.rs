//! Row security: what it asks of rows, and what it hides.

use loadgen_core::{ChangeKind, Check, Fill, Obstacle, Table};
use sqlx::{PgConnection, Row, postgres::PgRow};

use super::standing::Standing;
use crate::asking;

/// Adds a row of `policies.sql` to its table: a policy is a condition like a CHECK. One that reads nothing of a row is asked for now.
pub(super) async fn add(
    connection: &mut PgConnection,
    standing: &mut Standing,
    table: &mut Table,
    row: &PgRow,
) -> sqlx::Result<()> {
    let (command, condition): (String, Option<String>) = (row.try_get(1)?, row.try_get(2)?);
    let used: Vec<String> = row.try_get(3)?;
    let Some(condition) = condition else {
        // Of the others, the rights say it where it matters.
        if let Some(verb) = verb(&command) {
            refuse(table, format!("row security lets this user {verb} nothing"));
        }
        return Ok(());
    };
    let note = "row security applies to this user: the digest is of the rows that it may see";
    if !table.special.notes.iter().any(|known| known == note) {
        table.special.notes.push(note.to_owned());
    }
    if is_true(&condition) {
        return Ok(());
    }
    let condition = standing.settle(connection, &condition).await?;
    let columns: Vec<usize> = used.iter().filter_map(|name| table.column_index(name)).collect();
    for column in &columns {
        if let Fill::Volatile(default) = &mut table.columns[*column].fill {
            *default = standing.settle(connection, default).await?;
        }
    }
    if columns.is_empty() {
        // Nobody knows where that takes more than asking.
        let holds = asking::compute(connection, &format!("({condition}) is true")).await?;
        bare(table, &command, (&condition, holds));
    } else {
        about(table, &command, condition, columns);
    }
    Ok(())
}

/// A condition that is the same for all rows, and whether it holds, if the server says so.
fn bare(table: &mut Table, command: &str, (condition, holds): (&str, Option<bool>)) {
    let condition = condition.split_whitespace().collect::<Vec<_>>().join(" ");
    match (holds, kind(command), verb(command)) {
        (Some(true), ..) => {}
        (_, Some((kind, _)), _) => {
            let why = format!("row security demands {condition}");
            table.special.hidden.push((kind, why));
        }
        (Some(false), _, Some(verb)) => {
            refuse(table, format!("row security lets this user {verb} nothing, as it demands {condition}"));
        }
        _ => table.special.notes.push(format!("row security demands {condition}")),
    }
}

/// A condition on some columns. Unlike a CHECK, it has to be true.
fn about(table: &mut Table, command: &str, condition: String, columns: Vec<usize>) {
    let may_be_null = columns.iter().any(|column| table.columns[*column].nullable);
    let condition = if may_be_null { format!("(({condition}) IS TRUE)") } else { condition };
    if table.checks.iter().any(|check| check.condition == condition) {
        return;
    }
    let name = match kind(command) {
        Some((kind, name)) => {
            table.special.hiding.insert(name.to_owned(), kind);
            name
        }
        None => "row security",
    };
    table.checks.push(Check::new(name, condition, columns));
}

fn refuse(table: &mut Table, what: String) {
    table.obstacles.push(Obstacle { what, columns: Vec::new() });
}

/// What nobody can do without.
fn verb(command: &str) -> Option<&'static str> {
    match command {
        "r" => Some("read"),
        "a" => Some("insert"),
        _ => None,
    }
}

/// Changes that a table can do without, and what conditions of theirs are called.
fn kind(command: &str) -> Option<(ChangeKind, &'static str)> {
    match command {
        "w" => Some((ChangeKind::Update, "row security of updates")),
        "d" => Some((ChangeKind::Delete, "row security of deletes")),
        _ => None,
    }
}

/// `((true))`, and alternatives of it.
fn is_true(condition: &str) -> bool {
    condition.split(['(', ')', ' ']).all(|word| matches!(word, "" | "true" | "OR" | "AND"))
}

#[cfg(test)]
mod tests {
    use super::is_true;

    #[test]
    fn conditions_without_a_condition_are_known() {
        for (condition, expected) in
            [("true", true), ("((true) OR (true))", true), ("(1 = 0)", false), ("(false OR true)", false)]
        {
            assert_eq!(is_true(condition), expected, "{condition}");
        }
    }
}
