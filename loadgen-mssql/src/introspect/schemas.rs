//! Which schemas there are, and which of them are meant.

use loadgen_core::SchemaFilter;
use tiberius::Row;

use super::{Answer, Catalog, Cells};

/// One schema that is not the server's own.
pub(super) struct Named {
    pub(super) name: String,
    id: i32,
    is_default: bool,
    tables: u64,
}

/// All schemas.
pub(super) async fn read(catalog: &mut Catalog<'_>) -> Answer<Vec<Named>> {
    let named = |cells: Cells<'_>| {
        let (name, id, is_default) = (cells.text(0)?, cells.number(1)?, cells.flag(2)?);
        Ok(Named { name, id, is_default, tables: cells.number(3)?.unsigned_abs().into() })
    };
    let all = |rows: &[Row]| rows.iter().map(|row| named(Cells(row))).collect();
    catalog.ask_all(include_str!("schemas.sql"), all).await
}

/// The numbers of those that are asked for, as a text with a comma on either side of each.
pub(super) fn wanted(known: &[Named], filter: &SchemaFilter) -> String {
    let names: Vec<String> = known.iter().map(|schema| schema.name.clone()).collect();
    let of_filter = filter.of(&names);
    let is_wanted = |schema: &&Named| {
        if filter.schemas.is_empty() { schema.is_default } else { of_filter.contains(&&schema.name) }
    };
    known.iter().filter(is_wanted).fold(",".to_owned(), |ids, schema| format!("{ids}{},", schema.id))
}

/// Schemas that have tables, and how many.
pub(super) fn with_tables(known: &[Named]) -> Vec<(String, u64)> {
    let some = known.iter().filter(|schema| schema.tables > 0);
    some.map(|schema| (schema.name.clone(), schema.tables)).collect()
}
