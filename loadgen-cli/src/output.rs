//! The only place that writes to the standard streams.

use std::{
    io::{self, ErrorKind, IsTerminal, Write},
    sync::{Mutex, MutexGuard, PoisonError},
};

use indicatif::MultiProgress;
use serde::Serialize;

use crate::{
    failed::{Code, Failed},
    grid::WIDTH,
};

/// Writes the result. That nobody reads it any more is no error.
pub(crate) fn result(text: &str) -> Result<(), Failed> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failed::new(Code::Run, format!("failed to write the result: {error}")))
        }
        _ => Ok(()),
    }
}

/// Writes the result as one JSON document.
pub(crate) fn json(document: &impl Serialize) -> Result<(), Failed> {
    result(&pretty(document)?)
}

/// A document as JSON that people can read, with a line feed at its end.
pub(crate) fn pretty(document: &impl Serialize) -> Result<String, Failed> {
    let json = serde_json::to_string_pretty(document).map_err(|error| Failed::because(Code::Run, &error))?;
    Ok(json + "\n")
}

/// The bars that are on the terminal now.
static BARS: Mutex<Option<MultiProgress>> = Mutex::new(None);

fn bars() -> MutexGuard<'static, Option<MultiProgress>> {
    BARS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps everything that is said above these bars, until they are taken away.
pub(crate) fn keep_above(shown: MultiProgress) {
    *bars() = Some(shown);
}

/// Takes the bars away.
pub(crate) fn clear_bars() {
    if let Some(bars) = bars().take() {
        let _ = bars.clear();
    }
}

/// Writes one line for people to the standard error. What cannot be said there cannot be said at all.
pub(crate) fn say(line: &str) {
    let _ = match &*bars() {
        Some(bars) => bars.println(line),
        None => writeln!(io::stderr().lock(), "{line}"),
    };
}

/// Says each line of a log; one line comes in one piece.
#[derive(Debug)]
pub(crate) struct Log;

impl Write for Log {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        say(String::from_utf8_lossy(line).trim_end_matches('\n'));
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Whether the result may be coloured.
pub(crate) fn colours() -> bool {
    let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    io::stdout().is_terminal() && !plain && !is_dumb()
}

/// How wide the tables of a result may be: as `COLUMNS` says, else without end unless they go to a terminal.
pub(crate) fn width() -> usize {
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.trim().parse().ok());
    let usual = if io::stdout().is_terminal() { WIDTH } else { usize::MAX };
    said.filter(|columns| *columns > 0).unwrap_or(usual)
}

/// Whether the terminal knows letters alone.
fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// Whether progress can move the cursor.
pub(crate) fn is_live() -> bool {
    io::stderr().is_terminal() && !is_dumb()
}

#[cfg(test)]
mod tests;
