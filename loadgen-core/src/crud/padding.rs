//! Rows of at least so many bytes: one column is written long enough.

use super::config::TableConfig;
use crate::{
    Fill, Table, Type,
    generate::{self, ColumnConfig},
};

/// The longest value that a row is padded with.
const MOST: u64 = 16 << 20;

/// Has one column of the table be as long as `row_size` asks for, and says which.
///
/// # Errors
/// Why no column can be.
pub(super) fn pad(table: &Table, config: &mut TableConfig) -> Result<Option<String>, String> {
    let Some(size) = config.row_size else { return Ok(None) };
    let refuse = |why: &str| Err(format!("row_size is {size}, {why}; set another one, or none"));
    if size.0 > MOST {
        return refuse("and rows are padded up to 16MiB");
    }
    let length = size.0 as u32;
    let long = |said: &ColumnConfig| {
        said.min_length.is_some_and(|least| least >= length) && said.null_ratio.is_none()
    };
    if config.columns.values().any(long) {
        return Ok(None);
    }
    let eligible = (0..table.columns.len()).filter(|column| is_free(table, config, *column));
    let Some(column) = eligible.filter_map(|column| Some((room(table, column, length)?, column))).max()
    else {
        return refuse(
            "and no column may be that long: text or binary data of which neither the plan file, a key nor a check says anything",
        );
    };
    let name = table.columns[column.1].name.clone();
    let note = format!("{name:?} makes rows of {size} and more");
    let said = ColumnConfig { min_length: Some(length), ..ColumnConfig::default() };
    config.columns.insert(name, said);
    Ok(Some(note))
}

fn is_free(table: &Table, config: &TableConfig, column: usize) -> bool {
    let definition = &table.columns[column];
    let read = table.checks.iter().any(|check| check.columns.contains(&column));
    let tied = table
        .unique_rules()
        .chain(table.foreign_keys.iter().map(|key| &key.columns))
        .any(|key| key.contains(&column));
    let ours = matches!(definition.fill, Fill::None | Fill::Constant(_));
    ours && !read
        && !tied
        && !config.columns.contains_key(&definition.name)
        && !table.special.denied.insert.contains(&column)
        && !table.partitioned_by().contains(&column)
}

/// How well a column can be that long; texts whose names mean something are spared.
fn room(table: &Table, column: usize, length: u32) -> Option<(bool, bool, u32)> {
    let definition = &table.columns[column];
    match definition.ty {
        Type::Text { max, fixed: false } if max.is_none_or(|max| max >= length) => {
            let own = generate::for_column(&table.name, definition, None).ok()?;
            Some((own.meaning().is_none(), true, max.unwrap_or(u32::MAX)))
        }
        Type::Bytes { max, fixed: false } if max.is_none_or(|max| max >= length) => {
            Some((true, false, max.unwrap_or(u32::MAX)))
        }
        _ => None,
    }
}
