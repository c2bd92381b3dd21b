//! Further steps of a schema, read from a directory.

use std::{fs, io, path::Path};

use loadgen_core::migration::{Migration, from_files};

/// The steps in a directory, after those that are known.
///
/// # Errors
/// In words, when a file cannot be read, or is none of a step.
pub(crate) fn read(directory: &Path, known: &[Migration]) -> Result<Vec<Migration>, String> {
    let place = directory.display();
    let files =
        files(directory).map_err(|error| format!("failed to read the migrations in {place}: {error}"))?;
    from_files(known, files).map_err(|error| format!("{place}: {error}"))
}

/// The names and the texts of the SQL files.
fn files(directory: &Path) -> io::Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        if name.ends_with(".sql") {
            files.push((name.to_owned(), fs::read_to_string(&path)?));
        }
    }
    Ok(files)
}
