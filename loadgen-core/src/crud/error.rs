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
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Part::Schema(name) => write!(f, "schema {name:?}"),
            Part::Table(name) | Part::Excluded(name) => write!(f, "table {name:?}"),
            Part::Column { table, column } => write!(f, "column {:?}", format!("{table}.{column}")),
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
            | CrudPlanError::Column { part, .. } => Some(part),
            CrudPlanError::Nothing(_) | CrudPlanError::OtherRun => None,
        }
    }
}
