//! Rows from a random point of a key on.

use loadgen_core::{Table, Type, Value};
use tiberius::{Query, Uuid};

use super::{
    apply::read_row,
    read::{NOTHING, kinds, one, undecoded},
};
use crate::{
    codec::readable,
    connect::Connection,
    quote::{quote, quote_table},
};

/// Up to `rows` keys, from `point` 2^64ths of the way from the least to the greatest on: a few look-ups in the index of the
/// column, however large the table is.
pub(super) async fn pick(
    connection: &mut Connection,
    table: &Table,
    column: usize,
    (point, rows): (u64, u64),
) -> tiberius::Result<Vec<Value>> {
    let definition = &table.columns[column];
    let (key, from) = (quote(&definition.name), quote_table(&table.name));
    let wanted = readable("", definition);
    let rows = i64::try_from(rows).unwrap_or(i64::MAX);
    let sql = format!("select top (@P2) {wanted} as k from {from} where {key} >= @P1 order by {key}");
    let mut query = Query::new(sql);
    if definition.ty == Type::Uuid {
        // Least and greatest are no aggregates of this type everywhere.
        let end = |way: &str| {
            format!("select (select top (1) {key} from {from} where {key} is not null order by {key} {way})")
        };
        let least: Option<Uuid> = one(connection, end("asc"), NOTHING).await?.try_get(0)?;
        let greatest: Option<Uuid> = one(connection, end("desc"), NOTHING).await?.try_get(0)?;
        let (Some(least), Some(greatest)) = (least, greatest) else { return Ok(Vec::new()) };
        let (least, greatest) = (sorted(least.as_u128()), sorted(greatest.as_u128()));
        query.bind(Uuid::from_u128(unsorted(least + share(greatest.saturating_sub(least), point))));
    } else {
        let sql = format!("select cast(min({key}) as bigint), cast(max({key}) as bigint) from {from}");
        let row = one(connection, sql, NOTHING).await?;
        let (least, greatest): (Option<i64>, Option<i64>) = (row.try_get(0)?, row.try_get(1)?);
        let (Some(least), Some(greatest)) = (least, greatest) else { return Ok(Vec::new()) };
        let way = share(u128::from(greatest.abs_diff(least)), point);
        query.bind(least.wrapping_add_unsigned(way as u64));
    }
    query.bind(rows);
    let kinds = kinds(table, &[column])
        .map_err(|failure| tiberius::error::Error::Conversion(failure.message.into()))?;
    let mut values = Vec::new();
    for row in query.query(connection).await?.into_first_result().await? {
        read_row(&row, &kinds, &mut values).map_err(undecoded)?;
    }
    Ok(values)
}

/// So many 2^64ths of a range.
fn share(range: u128, point: u64) -> u128 {
    let (high, low) = (range >> 64, range & u128::from(u64::MAX));
    high * u128::from(point) + ((low * u128::from(point)) >> 64)
}

/// The bytes of a UUID as the server compares them: the last group first, each but the last two from its end.
const ORDER: [usize; 16] = [10, 11, 12, 13, 14, 15, 8, 9, 7, 6, 5, 4, 3, 2, 1, 0];

/// A number that is in the order in which the server has UUIDs.
fn sorted(uuid: u128) -> u128 {
    let bytes = uuid.to_be_bytes();
    u128::from_be_bytes(ORDER.map(|at| bytes[at]))
}

/// The UUID of such a number.
fn unsorted(number: u128) -> u128 {
    let (from, mut bytes) = (number.to_be_bytes(), [0; 16]);
    for (byte, at) in from.into_iter().zip(ORDER) {
        bytes[at] = byte;
    }
    u128::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_are_in_the_order_of_the_server() {
        let uuid = |text: &str| u128::from_str_radix(&text.replace('-', ""), 16).unwrap();
        // The order that Microsoft documents for SqlGuid.
        let ascending = [
            "01000000-0000-0000-0000-000000000000",
            "00000000-0001-0000-0000-000000000000",
            "00000000-0000-0100-0000-000000000000",
            "00000000-0000-0000-0001-000000000000",
            "00000000-0000-0000-0000-000000000001",
            "00000000-0000-0000-0000-010000000000",
        ];
        assert!(ascending.map(|text| sorted(uuid(text))).is_sorted());
        for text in ascending {
            assert_eq!(unsorted(sorted(uuid(text))), uuid(text));
        }
    }

    #[test]
    fn a_share_of_the_whole_range_is_exact() {
        assert_eq!(share(u128::MAX, 1 << 63), u128::MAX >> 1);
        assert_eq!(share(100, 1 << 62), 25);
        assert_eq!(share(100, u64::MAX), 99);
    }
}
