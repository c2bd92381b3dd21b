//! What is held against a ledger.

use std::{fmt, path::PathBuf, str::FromStr};

/// Where changes should have arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sink {
    /// The tables that the run wrote.
    Source,
    /// A database that has copies of them, by its address.
    Copy(String),
    /// A logical replication slot of the source, by its name.
    Slot(String),
    /// A capture of Debezium's events.
    Debezium(Capture),
}

/// Where a capture comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Capture {
    /// The standard input.
    Input,
    /// A file.
    File(PathBuf),
}

impl fmt::Display for Capture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Capture::Input => f.write_str("the standard input"),
            Capture::File(path) => path.display().fmt(f),
        }
    }
}

/// What `--sink` takes.
const FORMS: &str = "`source`, `slot:NAME`, `debezium:FILE`, `debezium:-` for the standard input, or an address as \
                     postgres://host/database or mssql://host/database";

impl FromStr for Sink {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            None if text == "source" => Ok(Sink::Source),
            Some(("slot", name)) if !name.is_empty() => Ok(Sink::Slot(name.to_owned())),
            Some(("debezium", "-")) => Ok(Sink::Debezium(Capture::Input)),
            Some(("debezium", file)) if !file.is_empty() => Ok(Sink::Debezium(Capture::File(file.into()))),
            Some((_, rest)) if rest.starts_with("//") => Ok(Sink::Copy(text.to_owned())),
            _ if loadgen_mssql::is_address(text) => Ok(Sink::Copy(text.to_owned())),
            _ => Err(format!("there is no sink {text}: --sink takes {FORMS}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sink_is_a_word_a_slot_a_capture_or_an_address() {
        assert_eq!("source".parse(), Ok(Sink::Source));
        assert_eq!("slot:cdc".parse(), Ok(Sink::Slot("cdc".into())));
        assert_eq!("postgres://db/shop".parse(), Ok(Sink::Copy("postgres://db/shop".into())));
        assert_eq!("Server=tcp:db;Database=x".parse(), Ok(Sink::Copy("Server=tcp:db;Database=x".into())));
        assert_eq!("debezium:-".parse(), Ok(Sink::Debezium(Capture::Input)));
        assert_eq!("debezium:a:b".parse(), Ok(Sink::Debezium(Capture::File("a:b".into()))));
        for wrong in ["", "debezium:", "slot:", "slot", "sauce", "file:x"] {
            assert!(wrong.parse::<Sink>().unwrap_err().contains("`source`"), "{wrong}");
        }
    }
}
