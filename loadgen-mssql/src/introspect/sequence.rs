//! Sequences, and what is left of them.

use tiberius::Row;

use super::{Answer, Catalog, Cells, Result, fill};

/// A sequence that comes to an end, and how many numbers it has left.
pub(super) struct Sequence {
    schema: String,
    name: String,
    pub(super) left: u64,
}

/// All sequences that come to an end.
pub(super) async fn read(catalog: &mut Catalog<'_>) -> Answer<Vec<Sequence>> {
    catalog.ask_all(include_str!("sequences.sql"), ending).await
}

fn ending(rows: &[Row]) -> Result<Vec<Sequence>> {
    let mut sequences = Vec::new();
    for row in rows {
        let cells = Cells(row);
        let end = cells.maybe(4)?.and_then(|end| end.parse::<i128>().ok());
        let left = end.and_then(|end| fill::left(cells.maybe(2).ok()??, cells.maybe(3).ok()??, end));
        if let (Some(left), false) = (left, cells.flag(5)?) {
            sequences.push(Sequence { schema: cells.text(0)?, name: cells.text(1)?, left });
        }
    }
    Ok(sequences)
}

/// The sequence of which a default takes the next number.
pub(super) fn of_default<'a>(sequences: &'a [Sequence], default: &str) -> Option<&'a Sequence> {
    let plain = |text: &str| text.replace(['[', ']'], "").to_lowercase();
    let default = plain(default);
    sequences.iter().find(|sequence| {
        let (schema, name) = (plain(&sequence.schema), plain(&sequence.name));
        default.contains(&format!(" {schema}.{name})")) || default.contains(&format!("'{name}'"))
    })
}
