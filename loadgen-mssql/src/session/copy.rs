//! Bulk load, the protocol's own way for rows by the thousand.

use loadgen_core::{Change, Column, Decimal, Failure, Shape, Type, Value};
use tiberius::{SqlBulkCopyOption, SqlBulkCopyOptions, TokenRow, TypeInfo};

use super::patience::Patience;
use crate::{
    classify::Place,
    codec::{Kind, encode_raw, scale},
    connect::Connection,
    dialect::Dialect,
    introspect::returns_into,
    quote::{quote, quote_table},
};

/// Rows that are sent under one deadline.
const BATCH: usize = 1_000;

/// Bytes that every column of documents has room for.
const DOCUMENT: usize = 1_000;

/// A load of some columns of a table.
pub(super) struct Copy {
    table: String,
    columns: Vec<(String, Column, Kind)>,
    /// Digits of a second that each column keeps, when the server has said so.
    digits: Vec<u8>,
}

impl Copy {
    /// The load of an insert; none where a column has a type that cannot go this way.
    pub(super) fn of(insert: &Shape, dialect: Dialect) -> Option<Self> {
        let columns: Vec<(String, Column, Kind)> = insert
            .set
            .iter()
            .map(|&index| {
                let column = insert.table.columns.get(index)?;
                let kind = Kind::of(column).filter(|kind| is_plain(column) && dialect.loads(*kind))?;
                Some((quote(&column.name), column.clone(), kind))
            })
            .collect::<Option<_>>()?;
        // The driver takes names in brackets only, and none with control characters.
        let is_known = |name: &str| !name.chars().any(|letter| letter == ']' || letter.is_ascii_control());
        let (table, own) = (quote_table(&insert.table.name), &insert.table.name);
        let names_are = is_known(&own.schema)
            && is_known(&own.table)
            && columns.iter().all(|(_, column, _)| is_known(&column.name));
        let is_seen = dialect.fires_in_bulk() || !returns_into(&insert.table);
        (names_are && is_seen && !columns.is_empty()).then(|| Copy { table, columns, digits: Vec::new() })
    }

    /// Whether all rows can go this way: the server would cut or change some values here that an INSERT refuses.
    pub(super) fn rows<'a>(&self, change: &'a Change) -> Option<&'a Change> {
        let fits = |(value, (_, column, _)): (&Value, &(String, Column, Kind))| fits(column, value);
        change.values.iter().zip(self.columns.iter().cycle()).all(fits).then_some(change)
    }

    /// Loads the rows, in the transaction that is open, and answers how many the server has taken.
    pub(super) async fn run(
        &mut self,
        connection: &mut Connection,
        patience: &mut Patience,
        change: &Change,
    ) -> Result<u64, Failure> {
        let names: Vec<&str> = self.columns.iter().map(|(name, ..)| name.as_str()).collect();
        if self.digits.is_empty() {
            let described =
                patience.wait(Place::Harmless, connection.column_metadata(&self.table, &names)).await?;
            self.digits = described.iter().map(|column| digits(&column.base.ty)).collect();
        }
        let rows = self.encoded(change)?;
        let begin = connection.bulk_insert_with_options(&self.table, &names, options(), &[]);
        let mut load = patience.wait(Place::Harmless, begin).await?;
        let (mut rows, mut is_over) = (rows.into_iter(), false);
        while !is_over {
            is_over = patience
                .wait(Place::Harmless, async {
                    for row in rows.by_ref().take(BATCH) {
                        load.send(row).await?;
                    }
                    Ok(rows.len() == 0)
                })
                .await?;
        }
        let done = patience.wait(Place::Harmless, load.finalize()).await?;
        Ok(done.rows_affected().last().copied().unwrap_or_default())
    }

    fn encoded<'a>(&self, change: &'a Change) -> Result<Vec<TokenRow<'a>>, Failure> {
        let mut rows = Vec::with_capacity(change.rows);
        for number in 0..change.rows {
            let mut row = TokenRow::with_capacity(self.columns.len());
            for (at, (value, (_, _, kind))) in change.row(number).iter().zip(&self.columns).enumerate() {
                let digits = self.digits.get(at).copied().unwrap_or_default();
                let data = encode_raw(*kind, value, digits);
                row.push(data.map_err(|error| crate::statement::unsent(change, at, &error))?);
            }
            rows.push(row);
        }
        Ok(rows)
    }
}

/// Constraints are checked and triggers fire, as without it the server would not trust its own constraints any more; and a NULL is
/// no default.
fn options() -> SqlBulkCopyOptions {
    SqlBulkCopyOption::CheckConstraints | SqlBulkCopyOption::FireTriggers | SqlBulkCopyOption::KeepNulls
}

/// Digits of a second, where the type has some.
fn digits(ty: &TypeInfo) -> u8 {
    match ty {
        TypeInfo::VarLenSized(context) => u8::try_from(context.len()).unwrap_or(u8::MAX).min(7),
        _ => 7,
    }
}

/// Whether the driver writes the type as it is. It announces times and moments with an offset with all digits of a second, and then
/// sends as many as the column has.
fn is_plain(column: &Column) -> bool {
    let name = column.native.name.as_str();
    if matches!(name, "time" | "datetimeoffset") {
        return scale(column) == Some(7);
    }
    matches!(
        name,
        "bit"
            | "tinyint"
            | "smallint"
            | "int"
            | "bigint"
            | "decimal"
            | "numeric"
            | "real"
            | "float"
            | "money"
            | "smallmoney"
            | "char"
            | "varchar"
            | "nchar"
            | "nvarchar"
            | "binary"
            | "varbinary"
            | "uniqueidentifier"
            | "date"
            | "datetime2"
    )
}

/// Whether a value is surely one of the column.
fn fits(column: &Column, value: &Value) -> bool {
    let is_narrow = matches!(column.native.name.as_str(), "char" | "varchar");
    match (&column.ty, value) {
        (_, Value::Null) => column.nullable,
        // Which code page such a column has is not known here.
        (Type::Text { max, .. }, Value::Text(text)) => {
            (!is_narrow || text.is_ascii())
                && max.is_none_or(|max| text.encode_utf16().count() <= max as usize)
        }
        (Type::Bytes { max, .. }, Value::Bytes(bytes)) => max.is_none_or(|max| bytes.len() <= max as usize),
        (Type::Decimal { precision, scale }, Value::Decimal(number)) => {
            let digits = u8::try_from(*precision).unwrap_or(Decimal::MAX_DIGITS);
            let missing = u32::from(scale.saturating_sub(number.scale));
            let most = Decimal::max_unscaled(digits) / 10i128.pow(missing.min(38));
            number.scale <= *scale && number.unscaled.unsigned_abs() <= most.unsigned_abs()
        }
        (Type::Decimal { .. }, _) => false,
        // How long such a text may be is not known here.
        (Type::Json, document) => {
            let text = document.to_string();
            text.len() <= DOCUMENT && (!is_narrow || text.is_ascii())
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_load_is_held_to_constraints_and_triggers_and_keeps_its_nulls() {
        for option in [
            SqlBulkCopyOption::CheckConstraints,
            SqlBulkCopyOption::FireTriggers,
            SqlBulkCopyOption::KeepNulls,
        ] {
            assert!(options().contains(option), "{option:?}");
        }
    }

    #[test]
    fn times_go_in_bulk_only_as_the_driver_announces_them() {
        for (name, words, expected) in [
            ("time", "time(7)", true),
            ("time", "time(3)", false),
            ("datetimeoffset", "dbo.moment (datetimeoffset(7))", true),
            ("datetimeoffset", "datetimeoffset(0)", false),
            ("datetime2", "datetime2(3)", true),
        ] {
            let native = loadgen_core::NativeType {
                name: name.to_owned(),
                words: words.to_owned(),
                ..loadgen_core::NativeType::default()
            };
            let fill = loadgen_core::Fill::None;
            let column = Column { name: "c".to_owned(), ty: Type::Time(3), native, nullable: true, fill };
            assert_eq!(is_plain(&column), expected, "{words}");
        }
    }
}
