//! What is wrong with a plan, and where.

use std::fmt;

use super::tree::Place;
use crate::secrets;

/// One mistake in a plan.
#[derive(Clone, Debug)]
pub(crate) struct PlanError {
    place: Place,
    message: String,
    file: String,
    /// The line of the file, without passwords.
    line: Option<String>,
}

impl PlanError {
    pub(crate) fn new(place: Place, message: impl Into<String>) -> Self {
        PlanError { place, message: secrets::masked(&message.into()), file: String::new(), line: None }
    }

    /// Says which file it is about, and shows the line.
    pub(crate) fn in_file(mut self, file: &str, text: &str) -> Self {
        file.clone_into(&mut self.file);
        if let Place::File(line, _) = self.place {
            let line = usize::try_from(line - 1).ok().and_then(|index| text.lines().nth(index));
            self.line = line.map(secrets::masked);
        }
        self
    }

    /// Says that it is about an address: a line that does not call it one is not shown.
    pub(crate) fn about_address(mut self) -> Self {
        self.line = self.line.filter(|line| secrets::names_target(line));
        self
    }

    /// Whether a flag is to blame and not the file.
    pub(crate) fn is_flag(&self) -> bool {
        matches!(self.place, Place::Flag(_))
    }
}

impl std::error::Error for PlanError {}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let PlanError { place, message, file, line } = self;
        match place {
            Place::Unknown if file.is_empty() => f.write_str(message),
            Place::Unknown => write!(f, "{file}: {message}"),
            Place::Flag(flag) => write!(f, "{}: {message}", secrets::masked(flag)),
            Place::File(at, column) => {
                write!(f, "{file}:{at}:{column}: {message}")?;
                let Some(line) = line else { return Ok(()) };
                let number = at.to_string();
                let margin = " ".repeat(number.len());
                write!(f, "\n  {number} | {line}\n  {margin} | {}^", blanks(line, *column))
            }
        }
    }
}

/// As wide as what comes before the column: tabs stay tabs.
fn blanks(line: &str, column: u64) -> String {
    let before = usize::try_from(column.saturating_sub(1)).unwrap_or(0);
    line.chars().take(before).map(|c| if c == '\t' { '\t' } else { ' ' }).collect()
}
