//! What holds for every column.

mod distinct;
mod fits;
mod golden;
mod refused;
mod spread;

use super::{ColumnConfig, Generator, for_column};
use crate::{Column, Fill, NativeType, TableName, Type};

pub(super) fn column(name: &str, ty: Type) -> Column {
    Column { name: name.to_owned(), ty, native: NativeType::default(), nullable: false, fill: Fill::None }
}

fn text(max: u32) -> Type {
    Type::Text { max: Some(max), fixed: false }
}

fn table() -> TableName {
    TableName::new("public", "things")
}

fn generator(name: &str, ty: Type) -> Box<dyn Generator> {
    for_column(&table(), &column(name, ty), None).unwrap()
}

fn config(json: &str) -> ColumnConfig {
    serde_json::from_str(json).unwrap()
}
