//! Names as they go into SQL.

use loadgen_core::{Storage, Table, TableName};

/// `"name"`, always quoted.
pub(crate) fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The table as its own rows are reached: those in partitions, but not those of tables that inherit from it.
pub(crate) fn own_rows(table: &Table) -> String {
    let only = if matches!(table.special.storage, Storage::Partitioned { .. }) { "" } else { "only " };
    only.to_owned() + &quote_table(&table.name)
}

/// `"schema"."table"`.
pub(crate) fn quote_table(name: &TableName) -> String {
    format!("{}.{}", quote(&name.schema), quote(&name.table))
}
