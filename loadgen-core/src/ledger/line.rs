//! A record as a line of text: the CRC of what follows, the letter of the kind, and JSON.

use std::{borrow::Cow, io::Write as _};

use crc::{CRC_32_ISCSI, Crc, Table};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::error::Error as JsonError;

use super::record::{Entry, Record, ResultRecord, TransactionRecord};
use crate::ChangeKind;

/// CRC-32C, as in iSCSI and ext4.
const CRC: Crc<u32, Table<16>> = Crc::<u32, Table<16>>::new(&CRC_32_ISCSI);

/// Hexadecimal digits of the CRC.
const DIGITS: usize = 8;

/// A transaction in JSON: lane, number, entries.
type TransactionForm<'a> = (u32, u64, Vec<EntryForm<'a>>);

/// A row in JSON: table, letter of the kind, key, sum, and the sum before if there is one.
#[derive(Deserialize)]
struct EntryForm<'a>(
    u32,
    char,
    #[serde(borrow)] Vec<Cow<'a, str>>,
    Option<String>,
    #[serde(default)] Option<String>,
);

/// Appends the line of a record.
pub(super) fn append(record: &Record, line: &mut Vec<u8>) -> Result<(), JsonError> {
    let start = line.len();
    line.extend_from_slice(&[b' '; DIGITS + 1]);
    line.push(letter(record));
    line.push(b' ');
    match record {
        Record::Header(header) => serde_json::to_writer(&mut *line, header)?,
        Record::Transaction(transaction) => append_transaction(transaction, line)?,
        Record::Result(ended) | Record::Resolution(ended) => {
            serde_json::to_writer(&mut *line, &(ended.lane, ended.seq, u8::from(ended.committed)))?;
        }
        Record::Watermark(watermark) => serde_json::to_writer(&mut *line, watermark)?,
        Record::End(end) => serde_json::to_writer(&mut *line, end)?,
    }
    let crc = format!("{:08x}", CRC.checksum(&line[start + DIGITS + 1..]));
    line[start..start + DIGITS].copy_from_slice(crc.as_bytes());
    line.push(b'\n');
    Ok(())
}

fn append_transaction(transaction: &TransactionRecord, line: &mut Vec<u8>) -> Result<(), JsonError> {
    let TransactionRecord { lane, seq, entries } = transaction;
    write!(line, "[{lane},{seq},[").map_err(JsonError::io)?;
    for (at, entry) in entries.iter().enumerate() {
        let comma = if at == 0 { "" } else { "," };
        write!(line, "{comma}[{},\"{}\",", entry.table, letter_of(entry)).map_err(JsonError::io)?;
        serde_json::to_writer(&mut *line, &entry.key)?;
        match entry.sum {
            Some(sum) => write!(line, ",\"{sum:016x}\""),
            None => write!(line, ",null"),
        }
        .map_err(JsonError::io)?;
        if let Some(before) = entry.before {
            write!(line, ",\"{before:016x}\"").map_err(JsonError::io)?;
        }
        line.push(b']');
    }
    line.extend_from_slice(b"]]");
    Ok(())
}

/// What is wrong with a line.
#[derive(Debug, PartialEq)]
pub(super) enum LineError {
    /// It is not whole: the process ended while it was written.
    Torn(String),
    /// It is whole, and nothing that this version writes.
    Unknown(String),
}

/// Reads a line without its end.
pub(super) fn parse(line: &[u8]) -> Result<Record, LineError> {
    let torn = |what: &str| LineError::Torn(what.to_owned());
    let (crc, rest) = line.split_at_checked(DIGITS + 1).ok_or_else(|| torn("the line is too short"))?;
    let crc = checksum(crc).ok_or_else(|| torn("the line does not begin with a checksum"))?;
    if CRC.checksum(rest) != crc {
        return Err(torn("the checksum does not fit the line"));
    }
    record(rest).map_err(LineError::Unknown)
}

/// What follows the checksum.
fn record(rest: &[u8]) -> Result<Record, String> {
    let (letter, json) = rest.split_at_checked(2).ok_or("the line is too short")?;
    let ended = || {
        json_of::<(u32, u64, u8)>(json).map(|(lane, seq, committed)| ResultRecord {
            lane,
            seq,
            committed: committed == 1,
        })
    };
    match letter[0] {
        b'H' => json_of(json).map(Record::Header),
        b'T' => transaction(json).map(Record::Transaction),
        b'R' => ended().map(Record::Result),
        b'V' => ended().map(Record::Resolution),
        b'W' => json_of(json).map(Record::Watermark),
        b'E' => json_of(json).map(Record::End),
        other => Err(format!("records of the kind {:?} are not known to this version", char::from(other))),
    }
}

/// Eight lower-case digits and a blank.
fn checksum(text: &[u8]) -> Option<u32> {
    let digits = text.strip_suffix(b" ")?;
    let is_plain = digits.iter().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
    let digits = std::str::from_utf8(digits).ok().filter(|_| is_plain)?;
    u32::from_str_radix(digits, 16).ok()
}

fn json_of<T: DeserializeOwned>(json: &[u8]) -> Result<T, String> {
    serde_json::from_slice(json).map_err(|error| error.to_string())
}

fn transaction(json: &[u8]) -> Result<TransactionRecord, String> {
    let (lane, seq, forms): TransactionForm<'_> =
        serde_json::from_slice(json).map_err(|error| error.to_string())?;
    let entry = |EntryForm(table, letter, key, sum, before): EntryForm<'_>| {
        let kind = kind_of(letter).ok_or_else(|| format!("{letter:?} is no kind of change"))?;
        let (key, is_unsure) = (key.into_iter().map(Cow::into_owned).collect(), letter.is_ascii_uppercase());
        Ok(Entry { table, kind, key, sum: sum_of(sum)?, before: sum_of(before)?, is_unsure })
    };
    let entries = forms.into_iter().map(entry).collect::<Result<_, String>>()?;
    Ok(TransactionRecord { lane, seq, entries })
}

fn sum_of(text: Option<String>) -> Result<Option<u64>, String> {
    let sum = text.map(|text| u64::from_str_radix(&text, 16)).transpose();
    sum.map_err(|_| "a sum is no hexadecimal number".to_owned())
}

fn letter(record: &Record) -> u8 {
    match record {
        Record::Header(_) => b'H',
        Record::Transaction(_) => b'T',
        Record::Result(_) => b'R',
        Record::Resolution(_) => b'V',
        Record::Watermark(_) => b'W',
        Record::End(_) => b'E',
    }
}

/// A capital where nobody knows what became of the row.
fn letter_of(entry: &Entry) -> char {
    let letter = letter_of_kind(entry.kind);
    if entry.is_unsure { letter.to_ascii_uppercase() } else { letter }
}

fn letter_of_kind(kind: ChangeKind) -> char {
    match kind {
        ChangeKind::Insert => 'i',
        ChangeKind::Update => 'u',
        ChangeKind::Delete => 'd',
    }
}

fn kind_of(letter: char) -> Option<ChangeKind> {
    [ChangeKind::Insert, ChangeKind::Update, ChangeKind::Delete]
        .into_iter()
        .find(|kind| letter_of_kind(*kind) == letter.to_ascii_lowercase())
}
