//! The keys that rows can refer to, in little memory.

use std::collections::BinaryHeap;

use crate::{
    BulkSession, Failure, Table, Type, Value, column_hash, column_salt,
    crud::{fitting::Fitting, keys::KeyColumn},
    row_hash,
};

/// Keys of a parent table, numbered.
#[derive(Debug)]
pub(super) enum Parents {
    /// All whole numbers from the least on: what sequences leave.
    Dense { least: i64, rows: u64 },
    /// Those of some rows, in an order that depends on the keys alone.
    Listed { columns: Vec<KeyColumn>, order: Vec<u32> },
}

/// Keys that are held at most, some 16 to 32 bytes each.
const MOST: usize = 1 << 20;

impl Parents {
    /// Reads the keys of a table, as far as they fit; of one with more than [`MOST`], the ones with the least hashes.
    pub(super) async fn read(
        session: &mut impl BulkSession,
        table: &Table,
        columns: &[usize],
        fitting: Option<&Fitting>,
    ) -> Result<Self, Failure> {
        let narrows = fitting.map_or(Some(64), Fitting::narrows_number);
        if let ([column], Some(bits)) = (columns, narrows)
            && matches!(table.columns[*column].ty, Type::Int(_))
            && let (low, high) = Type::whole_numbers(bits)
            && let Some(extent) = session.extent(table, *column).await?
            && low <= i128::from(extent.least)
            && i128::from(extent.greatest) - i128::from(extent.least) + 1 == i128::from(extent.rows)
        {
            let room = high + 1 - i128::from(extent.least);
            let rows = extent.rows.min(u64::try_from(room.max(0)).unwrap_or(u64::MAX));
            return Ok(Parents::Dense { least: extent.least, rows });
        }
        let salts: Vec<u64> =
            columns.iter().map(|column| column_salt(&table.columns[*column].name)).collect();
        let (mut kept, mut held) = (BinaryHeap::<(u64, u32)>::new(), Vec::<KeyColumn>::new());
        session
            .scan(table, columns, &mut |values| {
                if values.iter().any(Value::is_null) {
                    return;
                }
                let fitted = fitting.map(|fitting| fitting.key(|position| values[position].clone()));
                let values = match &fitted {
                    None => values,
                    Some(Some(fitted)) => fitted,
                    Some(None) => return,
                };
                let sum = salts.iter().zip(values).map(|(salt, value)| column_hash(*salt, value));
                let hash = row_hash(sum.fold(0u64, u64::wrapping_add)) as u64;
                let slot = match kept.peek() {
                    Some((greatest, slot)) if kept.len() == MOST => {
                        if hash >= *greatest {
                            return;
                        }
                        *slot
                    }
                    _ => kept.len() as u32,
                };
                if kept.len() == MOST {
                    kept.pop();
                }
                kept.push((hash, slot));
                if held.is_empty() {
                    held = values.iter().map(KeyColumn::like).collect();
                }
                held.iter_mut().zip(values).for_each(|(column, value)| column.set(slot as usize, value));
            })
            .await?;
        let order = kept.into_sorted_vec().into_iter().map(|(_, slot)| slot).collect();
        Ok(Parents::Listed { columns: held, order })
    }

    /// How many there are.
    pub(super) fn len(&self) -> u64 {
        match self {
            Parents::Dense { rows, .. } => *rows,
            Parents::Listed { order, .. } => order.len() as u64,
        }
    }

    /// Whether these are not all keys that the table has.
    pub(super) fn is_full(&self) -> bool {
        matches!(self, Parents::Listed { order, .. } if order.len() == MOST)
    }

    /// One column of the key of a number below [`Parents::len`].
    pub(super) fn key(&self, number: u64, position: usize) -> Value {
        match self {
            Parents::Dense { least, .. } => Value::Int(least.wrapping_add_unsigned(number)),
            Parents::Listed { columns, order } => columns[position].get(order[number as usize] as usize),
        }
    }
}
