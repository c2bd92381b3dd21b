//! What the database knows of the values that are there, for columns that are to be like them.

use std::{collections::BTreeMap, sync::Arc};

use super::{choice::choose, config::CrudConfig};
use crate::{PrepareError, Schema, SqlSession};

/// Reads the statistics that the configuration asks for into the tables.
pub(super) async fn observe(
    session: &mut impl SqlSession,
    schema: &mut Schema,
    config: &CrudConfig,
) -> Result<(), PrepareError> {
    let mut columns = config.tables.values().flat_map(|table| table.columns.values());
    if config.from.is_none() && !columns.any(|column| column.from.is_some()) {
        return Ok(());
    }
    for (table, own) in choose(schema, config)?.tables {
        let is_asked = |column: &usize| match own.columns.get(&table.columns[*column].name) {
            Some(said) => said.from.is_some(),
            None => config.from.is_some(),
        };
        let wanted: Vec<usize> = (0..table.columns.len()).filter(is_asked).collect();
        let found =
            if wanted.is_empty() { BTreeMap::new() } else { session.statistics(&table, &wanted).await? };
        if let Some(known) = schema.tables.iter_mut().find(|known| known.name == table.name)
            && !found.is_empty()
        {
            Arc::make_mut(known).special.statistics = found;
        }
    }
    Ok(())
}
