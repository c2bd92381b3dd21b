//! Steps out of files: `0004_loyalty.sql` makes a step, `0004_loyalty.down.sql` takes it back.

use std::{borrow::Cow, collections::BTreeMap};

use super::Migration;

/// Why files are no steps.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MigrationFilesError {
    /// A name that says neither number nor step.
    #[error(
        "{0:?} is no name of a step: call it like 0004_loyalty.sql, and what takes it back 0004_loyalty.down.sql"
    )]
    Name(String),
    /// One of the two files of a step is not there.
    #[error(
        "{there} has no {missing} beside it; add it, and where there is nothing to do say so in a comment"
    )]
    Alone {
        /// The file that is there.
        there: String,
        /// The one that is not.
        missing: String,
    },
    /// Two steps with one number, of which nobody could say which comes first.
    #[error("{0} and {1} have the same number; give one of them the next that is free")]
    Number(String, String),
    /// A step that is called like one that comes with the workload.
    #[error("the step {0} comes with the workload already; call this one otherwise")]
    Taken(String),
    /// A file without anything in it.
    #[error("{0} is empty; where there is nothing to do say so in a comment")]
    Empty(String),
}

/// The steps that files hold, given by name and content, in the order of their names. What does not end in `.sql` is passed over.
/// `known` are the steps that come before them.
///
/// # Errors
/// When a name is none of a step or taken, and when a step cannot be taken back.
pub fn from_files(
    known: &[Migration],
    files: impl IntoIterator<Item = (String, String)>,
) -> Result<Vec<Migration>, MigrationFilesError> {
    let (mut ups, mut downs) = (BTreeMap::new(), BTreeMap::new());
    for (file, text) in files {
        let Some(name) = file.strip_suffix(".sql") else { continue };
        let (name, texts) = match name.strip_suffix(".down") {
            Some(name) => (name, &mut downs),
            None => (name, &mut ups),
        };
        if !is_step(name) {
            return Err(MigrationFilesError::Name(file));
        }
        if text.trim().is_empty() {
            return Err(MigrationFilesError::Empty(file));
        }
        texts.insert(name.to_owned(), text);
    }
    let (up, down) = (|name: &str| format!("{name}.sql"), |name: &str| format!("{name}.down.sql"));
    if let Some(name) = downs.keys().find(|name| !ups.contains_key(*name)) {
        return Err(MigrationFilesError::Alone { there: down(name), missing: up(name) });
    }
    let mut steps: Vec<Migration> = Vec::with_capacity(ups.len());
    for (name, text) in ups {
        let back = downs.remove(&name);
        let alone = || MigrationFilesError::Alone { there: up(&name), missing: down(&name) };
        let back = back.ok_or_else(alone)?;
        if known.iter().any(|known| known.name == name) {
            return Err(MigrationFilesError::Taken(name));
        }
        if let Some(before) = steps.last().filter(|before| number(&before.name) == number(&name)) {
            return Err(MigrationFilesError::Number(before.name.to_string(), name));
        }
        steps.push(Migration {
            name: Cow::Owned(name),
            up: Cow::Owned(text),
            down: Cow::Owned(back),
            is_optional: false,
        });
    }
    Ok(steps)
}

fn number(name: &str) -> &str {
    name.split('_').next().unwrap_or(name)
}

/// Four digits and a word, in letters that every record can hold.
fn is_step(name: &str) -> bool {
    let Some((number, word)) = name.split_once('_') else { return false };
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    number.len() == 4
        && number.bytes().all(|digit| digit.is_ascii_digit())
        && !word.is_empty()
        && word.chars().all(is_plain)
        && name.len() <= 100
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(files: &[&str]) -> Result<Vec<String>, String> {
        let known = [Migration::new("0001_initial_schema", "up", "down")];
        let files = files.iter().map(|file| ((*file).to_owned(), format!("-- {file}")));
        let steps = from_files(&known, files).map_err(|error| error.to_string())?;
        assert!(steps.iter().all(|step| step.up.ends_with(".sql") && step.down.ends_with(".down.sql")));
        Ok(steps.into_iter().map(|step| step.name.into_owned()).collect())
    }

    #[test]
    fn files_are_steps_in_the_order_of_their_names() {
        let files = ["0005_b.down.sql", "0005_b.sql", "README.md", "0004_a.sql", "0004_a.down.sql"];
        assert_eq!(read(&files).unwrap(), ["0004_a", "0005_b"]);
        assert_eq!(read(&[]).unwrap(), [""; 0]);
    }

    #[test]
    fn files_that_are_no_steps_are_refused_with_what_to_do() {
        let check = |files: &[&str], expected: &str| {
            let error = read(files).unwrap_err();
            assert!(error.contains(expected), "{error}");
        };
        check(&["4_a.sql"], "\"4_a.sql\" is no name of a step: call it like 0004_loyalty.sql");
        check(&["0004_a b.sql"], "is no name of a step");
        check(&["0004_a.sql"], "0004_a.sql has no 0004_a.down.sql beside it");
        check(&["0004_a.down.sql"], "0004_a.down.sql has no 0004_a.sql beside it");
        let twice = ["0004_a.sql", "0004_a.down.sql", "0004_b.sql", "0004_b.down.sql"];
        check(&twice, "0004_a and 0004_b have the same number");
        check(
            &["0001_initial_schema.sql", "0001_initial_schema.down.sql"],
            "comes with the workload already",
        );
        let empty = [("0004_a.sql".to_owned(), " \n".to_owned())];
        assert_eq!(from_files(&[], empty), Err(MigrationFilesError::Empty("0004_a.sql".to_owned())));
    }
}
