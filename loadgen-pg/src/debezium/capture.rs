//! Hands the events of a capture to a verifier.

use std::{
    collections::HashMap,
    io::{self, BufRead},
};

use loadgen_core::{
    TableName, Value,
    ledger::Header,
    verify::{Cell, Observation, Seen, TableId, Verifier},
};

use super::{
    error::DebeziumError,
    event::Event,
    message::{Message, Row},
    record::Record,
    schema::{LastSchema, Schema},
    table::Table,
    value,
};

/// Reads a capture of Debezium's events: JSON Lines, one event each.
///
/// Events of one topic and partition are taken to be in order, where a line names them as those of `kcat -J` do; elsewhere those
/// of one table are.
#[derive(Debug)]
pub struct DebeziumCapture {
    tables: Vec<Table>,
    /// Which of the tables has this schema and name.
    numbers: HashMap<(String, String), usize>,
    /// The stream of each topic and partition.
    streams: HashMap<(String, i64), u32>,
    /// The line at hand, as far as it has been read.
    line: Vec<u8>,
    lines: u64,
}

/// What a line shows.
#[derive(Debug, PartialEq)]
pub(super) enum Found {
    Change(Change),
    /// A change of a table that is not in the ledger, by schema and name.
    Foreign(String),
    /// No change.
    Nothing,
}

/// A change of a table of the ledger.
#[derive(Debug, PartialEq)]
pub(super) struct Change {
    /// Which of the tables.
    pub(super) table: usize,
    pub(super) seen: Seen,
    pub(super) key: Vec<String>,
    pub(super) columns: Vec<(String, Cell)>,
    pub(super) transaction: Option<u64>,
    pub(super) stream: u32,
}

impl DebeziumCapture {
    /// A capture of a run with this header.
    pub fn new(header: &Header) -> Self {
        let tables = Table::all(header);
        let numbers = tables.iter().enumerate().map(|(at, table)| (table.name.clone(), at)).collect();
        DebeziumCapture { tables, numbers, streams: HashMap::new(), line: Vec::new(), lines: 0 }
    }

    /// Hands over what there is. The beginning of a line that has not been written to its end is kept, so this can be called
    /// again when there is more. What is left of such a line in the end is passed over: it never got there.
    ///
    /// # Errors
    /// When the input cannot be read, a line is no event, or the verifier does not take it.
    pub fn observe(
        &mut self,
        input: &mut impl BufRead,
        verifier: &mut Verifier,
    ) -> Result<(), DebeziumError> {
        let ids: Vec<Option<TableId>> =
            self.tables.iter().map(|table| verifier.table(&table.name.0, &table.name.1)).collect();
        loop {
            let is_whole = self.next(input)?;
            let line = std::mem::take(&mut self.line);
            match self.change(&line) {
                // The last line may lack its end.
                Err(_) if !is_whole => {
                    self.line = line;
                    return Ok(());
                }
                Err(what) => return Err(DebeziumError::Line { line: self.lines + 1, what }),
                Ok(Found::Change(change)) => {
                    let id = ids[change.table];
                    hand_over(change, id, verifier)?;
                }
                Ok(Found::Foreign(table)) => verifier.pass_over(&table),
                Ok(Found::Nothing) => {}
            }
            self.lines += u64::from(is_whole);
            self.line = line;
            self.line.clear();
            if !is_whole {
                return Ok(());
            }
        }
    }

    /// Reads on to the end of a line; whether it has come there.
    fn next(&mut self, input: &mut impl BufRead) -> io::Result<bool> {
        input.read_until(b'\n', &mut self.line)?;
        Ok(self.line.ends_with(b"\n"))
    }

    /// What a line shows.
    pub(super) fn change(&mut self, line: &[u8]) -> Result<Found, String> {
        let line = std::str::from_utf8(line).map_err(|_| "it is not UTF-8".to_owned())?;
        if line.trim().is_empty() {
            return Ok(Found::Nothing);
        }
        let no_json = |error: serde_json::Error| format!("it is no JSON object: {error}");
        let record = Record::read(line).map_err(no_json)?;
        let value = Message::read(&record.value).map_err(no_json)?;
        let Some(payload) = value.payload else { return Ok(Found::Nothing) };
        let Some(event) = Event::read(payload)? else { return Ok(Found::Nothing) };
        let name = (event.table.0.to_string(), event.table.1.to_string());
        let Some(number) = self.numbers.get(&name).copied() else {
            return Ok(Found::Foreign(TableName::new(&name.0, &name.1).to_string()));
        };
        let stream = match record.place {
            Some(place) => {
                let next = self.tables.len() + self.streams.len();
                *self.streams.entry(place).or_insert(next as u32)
            }
            None => number as u32,
        };
        // A key that is no JSON object is one that somebody else has made.
        let key = record.key.as_deref().and_then(|key| Message::read(key).ok()).unwrap_or_default();
        let table = &mut self.tables[number];
        let mut schemas = std::mem::take(&mut table.schemas);
        let change = read(table, &mut schemas, (&value, &key), &event);
        table.schemas = schemas;
        let (key, columns) = change?;
        let Event { seen, transaction, .. } = event;
        Ok(Found::Change(Change { table: number, seen, key, columns, transaction, stream }))
    }
}

/// Key and columns of an event.
type Shown = (Vec<String>, Vec<(String, Cell)>);

fn read(
    table: &Table,
    [of_value, of_key]: &mut [LastSchema; 2],
    (value, key): (&Message<'_>, &Message<'_>),
    event: &Event<'_>,
) -> Result<Shown, String> {
    let bad = |error: serde_json::Error| format!("the schema part is not understood: {error}");
    let value_schema = value.schema.map(|text| of_value.of(text)).transpose().map_err(bad)?;
    let key_schema = key.schema.map(|text| of_key.of(text)).transpose().map_err(bad)?;
    let key_row: Option<Row<'_>> = key.payload.and_then(|payload| serde_json::from_str(payload).ok());
    let field = |name: &str| value_schema.and_then(|schema| schema.field(name));
    let places = [
        (event.after.as_ref(), field("after")),
        (key_row.as_ref(), key_schema),
        (event.before.as_ref(), field("before")),
    ];
    let key = match event.seen {
        Seen::Truncate => Vec::new(),
        _ => key_of(table, &places)?,
    };
    let (after, schema) = places[0];
    let cells = after.filter(|_| event.seen != Seen::Delete).into_iter().flat_map(|row| &row.0);
    let columns = cells.map(|(name, raw)| {
        let cell = table.column(name).map_or(Cell::Inexact, |column| {
            value::cell(raw, column, schema.and_then(|schema| schema.field(name)))
        });
        (name.to_string(), cell)
    });
    Ok((key, columns.collect()))
}

/// The texts of the key: from the row as it is, the key of the event, or the row as it was.
fn key_of(table: &Table, places: &[(Option<&Row<'_>>, Option<&Schema>)]) -> Result<Vec<String>, String> {
    let (schema, name) = &table.name;
    let mut texts = Vec::with_capacity(table.key.len());
    for names in &table.key {
        let mut cells = places.iter().flat_map(|(row, schema)| {
            names.iter().filter_map(|name| {
                let raw = row.as_ref()?.get(name)?;
                let column = table.column(name)?;
                Some(value::cell(raw, column, schema.and_then(|schema| schema.field(name))))
            })
        });
        let found = cells.find_map(|cell| match cell {
            Cell::Value(value) if value != Value::Null => Some(value.to_string()),
            _ => None,
        });
        let missing = || {
            let column = names.first().map_or("", String::as_str);
            format!(
                "the row of {schema}.{name} cannot be found by its key: {column} is not there, or not exactly; docs/ledger.md says \
                 which settings of the connector keep values exact"
            )
        };
        texts.push(found.ok_or_else(missing)?);
    }
    Ok(texts)
}

fn hand_over(change: Change, id: Option<TableId>, verifier: &mut Verifier) -> Result<(), DebeziumError> {
    let Some(table) = id else { return Ok(()) };
    let Change { seen, key, columns, transaction, stream, .. } = change;
    let (names, cells): (Vec<String>, Vec<Cell>) = columns.into_iter().unzip();
    let columns: Vec<(&str, Cell)> = names.iter().map(String::as_str).zip(cells).collect();
    verifier.observe(&Observation { table, seen, key: &key, columns: &columns, transaction, stream })?;
    Ok(())
}
