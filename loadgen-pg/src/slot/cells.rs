//! The values of one column of a slot's messages.

use loadgen_core::{Column, Type, Value, verify::Cell};

use super::message::Field;
use crate::codec::Wire;

/// How the values of a column are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cells {
    wire: Option<Wire>,
    /// Whether the values travel as something else than they are compared as.
    goes_as_text: bool,
    /// Addresses of the network are compared with their mask, which is not written where it is whole.
    is_address: bool,
}

const INET: u32 = 869;
const INET_ARRAY: u32 = 1041;
/// Items of these are not set apart by commas.
const BOX_ARRAY: u32 = 1020;

impl Cells {
    /// Of a column with this type by now, as the catalog describes it; of what it had been before, only what is built in is known.
    pub(super) fn new(type_id: u32, column: Option<&Column>) -> Self {
        let built_in = Wire::built_in(type_id);
        let known = column.filter(|column| built_in.is_none() || column.native.id == type_id);
        let id = known.map_or(type_id, |column| column.native.id);
        let wire = match known {
            Some(column) if matches!(column.ty, Type::Unsupported) || id == BOX_ARRAY => None,
            Some(column) => Wire::of(column),
            None => built_in,
        };
        let goes_as_text = known.is_some_and(|column| needs_text(&column.ty));
        Cells { wire, goes_as_text, is_address: matches!(id, INET | INET_ARRAY) }
    }

    /// What a message says of the column.
    pub(super) fn read(&self, field: Field<'_>) -> Cell {
        let Some(wire) = &self.wire else {
            return match field {
                Field::Null => Cell::Value(Value::Null),
                Field::Unchanged => Cell::Unchanged,
                _ => Cell::Inexact,
            };
        };
        let value = match field {
            Field::Null => Some(Value::Null),
            Field::Unchanged => return Cell::Unchanged,
            Field::Binary(_) if self.goes_as_text => None,
            Field::Binary(bytes) => wire.decode(bytes).ok(),
            Field::Text(bytes) => std::str::from_utf8(bytes).ok().and_then(|text| wire.read(text).ok()),
        };
        let value = if self.is_address { value.map(with_mask) } else { value };
        value.map_or(Cell::Inexact, Cell::Value)
    }
}

/// Whether values of the type are compared as texts that are not their bytes.
pub(super) fn needs_text(ty: &Type) -> bool {
    match ty {
        Type::Array(item) => needs_text(item),
        ty => matches!(ty, Type::Spelt(_)),
    }
}

fn with_mask(value: Value) -> Value {
    match value {
        Value::Text(text) if text.contains('/') => Value::Text(text),
        Value::Text(text) if text.contains(':') => Value::Text(text + "/128"),
        Value::Text(text) => Value::Text(text + "/32"),
        Value::Array(items) => Value::Array(items.into_iter().map(with_mask).collect()),
        value => value,
    }
}

#[cfg(test)]
mod tests {
    use loadgen_core::{Fill, NativeType};

    use crate::codec::oid;

    use super::*;

    fn column(ty: Type, id: u32) -> Column {
        let native = NativeType { id, ..NativeType::default() };
        Column { name: "c".into(), ty, native, nullable: true, fill: Fill::None }
    }

    #[test]
    fn what_is_compared_as_text_is_exact_only_as_text() {
        let cells = Cells::new(INET, Some(&column(Type::Spelt([].into()), INET)));
        let text = |text: &str| Cell::Value(Value::Text(text.into()));
        assert_eq!(cells.read(Field::Text(b"10.0.0.1")), text("10.0.0.1/32"));
        assert_eq!(cells.read(Field::Text(b"10.0.0.0/8")), text("10.0.0.0/8"));
        assert_eq!(cells.read(Field::Text(b"::1")), text("::1/128"));
        assert_eq!(cells.read(Field::Binary(b"\x02\x20\x00\x04\x0a\x00\x00\x01")), Cell::Inexact);
    }

    #[test]
    fn a_column_that_had_another_type_is_read_by_the_old_one() {
        let cells = Cells::new(oid::INT4, Some(&column(Type::Text { max: None, fixed: false }, oid::TEXT)));
        assert_eq!(cells.read(Field::Binary(&[0, 0, 0, 7])), Cell::Value(Value::Int(7)));
        assert_eq!(cells.read(Field::Text(b"7")), Cell::Value(Value::Int(7)));
        assert_eq!(cells.read(Field::Binary(&[7])), Cell::Inexact);
        assert_eq!(cells.read(Field::Unchanged), Cell::Unchanged);
        assert_eq!(Cells::new(99_999, None).read(Field::Text(b"x")), Cell::Inexact);
    }
}
