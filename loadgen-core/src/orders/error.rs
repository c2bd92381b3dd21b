//! Why the tables are not those that the workload needs.

use crate::TableName;

/// Why the tables are not those that the workload needs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OrdersPlanError {
    /// A schema that is not there.
    #[error("there is no schema {0:?}; make it, or leave `schema` out")]
    Schema(String),
    /// A table that is not there after all steps were taken.
    #[error(
        "there is no table {table} in {place}; say in `schema` where it is, or take back the steps that came with `orders`, which then make it anew"
    )]
    Missing {
        /// The table.
        table: &'static str,
        /// Where it was looked for.
        place: String,
    },
    /// Tables that are to be in one schema, while the steps make theirs in another.
    #[error(
        "there is no table {table} in schema {schema:?}, and the steps that come with `orders` make theirs in {home:?}; make it, or leave `schema` out"
    )]
    Elsewhere {
        /// The table.
        table: &'static str,
        /// Where it was to be.
        schema: String,
        /// Where steps make tables.
        home: String,
    },
    /// Some of the tables are there, made by somebody else, and others are not.
    #[error(
        "{there} is there and {missing} is not; the steps that come with `orders` take over nothing: make {missing} too, or let {there} \
         have another name"
    )]
    Partial {
        /// One that is there.
        there: TableName,
        /// One that is not.
        missing: &'static str,
    },
    /// Several tables of one name.
    #[error("{} could each be the table {table}; say in `schema` which is meant, or rename the others", listed(.found))]
    Ambiguous {
        /// The table.
        table: &'static str,
        /// Those that are called so.
        found: Vec<TableName>,
    },
    /// A column that is not there, or cannot hold what it has to.
    #[error(
        "column {column} of {table} {why}; a table that is there already has to fit: change it, let it have another name, or say in \
         `schema` where the tables of `orders` are"
    )]
    Column {
        /// The table.
        table: TableName,
        /// The column.
        column: String,
        /// What is wrong with it, and what it has to be.
        why: String,
    },
}

fn listed(names: &[TableName]) -> String {
    names.iter().map(TableName::to_string).collect::<Vec<_>>().join(" and ")
}
