//! Why there is no plan, and which part of the configuration is to blame.

use std::fmt;

use crate::TableName;

/// A part of [`CrudConfig`](super::CrudConfig) that is wrong, by the names that lead to it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part {
    /// An entry of `schemas`.
    Schema(String),
    /// A key of `tables`.
    Table(String),
    /// An entry of `exclude`.
    Excluded(String),
    /// A key of the `columns` of a table.
    Column {
        /// The table; [`CrudConfig::key_of`](super::CrudConfig::key_of) says what the configuration calls it.
        table: TableName,
        /// The key.
        column: String,
    },
    /// The `sampling` of a table, or of the workload.
    Sampling(Option<TableName>),
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Part::Schema(name) => write!(f, "schema {name:?}"),
            Part::Table(name) | Part::Excluded(name) => write!(f, "table {name:?}"),
            Part::Column { table, column } => write!(f, "column {:?}", format!("{table}.{column}")),
            Part::Sampling(Some(table)) => write!(f, "sampling of table {:?}", table.to_string()),
            Part::Sampling(None) => f.write_str("sampling"),
        }
    }
}

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CrudPlanError {
    /// A schema, table or column that is not there.
    #[error("there is no {part}{meant}")]
    Unknown {
        /// What was asked for.
        part: Part,
        /// "; did you mean ...?", or what there is.
        meant: String,
    },
    /// A name that fits several tables.
    #[error("{0} is in more than one schema: write it as schema.table")]
    Ambiguous(Part),
    /// What is said about a column does not fit it.
    #[error("{why}")]
    Column {
        /// The column.
        part: Part,
        /// What does not fit, with the name of the column and what to write instead.
        why: String,
    },
    /// Rows that were there before may not be touched, and the server would pick them like any other.
    #[error(
        "sampling: server picks among all rows of {table}, those that were there before, too: say touch: all (or existing)"
    )]
    Untouched {
        /// Where it is said that the server picks.
        part: Part,
        /// The table.
        table: TableName,
    },
    /// Nothing can be written.
    #[error("no table can be written: {0}")]
    Nothing(String),
    /// A run with a plan that was not made for it.
    #[error("the plan was made for another seed or number of lanes")]
    OtherRun,
}

impl CrudPlanError {
    /// The part of the configuration that is to blame, if it is a single one.
    pub fn part(&self) -> Option<&Part> {
        match self {
            CrudPlanError::Unknown { part, .. }
            | CrudPlanError::Ambiguous(part)
            | CrudPlanError::Column { part, .. }
            | CrudPlanError::Untouched { part, .. } => Some(part),
            CrudPlanError::Nothing(_) | CrudPlanError::OtherRun => None,
        }
    }

    /// The table that cannot be planned for, and why, where it is one alone and others can.
    pub(super) fn of_one_table(&self) -> Option<(TableName, String)> {
        match self {
            CrudPlanError::Column { part: Part::Column { table, .. }, why } => {
                Some((table.clone(), why.clone()))
            }
            CrudPlanError::Untouched { table, .. } => Some((table.clone(), self.to_string())),
            _ => None,
        }
    }
}
