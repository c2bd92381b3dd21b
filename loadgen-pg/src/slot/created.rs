//! What a run has made beside its rows, written down before it is made.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use loadgen_core::TableName;
use serde::{Deserialize, Serialize};

use super::SlotError;

/// What a run has made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Created {
    /// The version of the format.
    pub version: u32,
    /// The name of the run; the marker table has it as `run_id`.
    pub run: String,
    /// Where it was made, without secrets.
    pub target: String,
    /// The server, as `pg_control_system` calls it.
    pub system_identifier: String,
    /// The database in it.
    pub database_oid: String,
    /// The rows of the marker table, and perhaps the table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marker: Option<CreatedMarker>,
    /// The publication.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publication: Option<CreatedPublication>,
    /// The replication slot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<CreatedSlot>,
}

/// The marker table as the run found it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreatedMarker {
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub table: String,
    /// Whether it was not there.
    pub made: bool,
}

/// The publication that a slot is read with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreatedPublication {
    /// Its name.
    pub name: String,
    /// Its tables, with their schemas.
    pub tables: Vec<(String, String)>,
    /// Tables of the run that are not in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOut>,
}

/// A table that cannot be in a publication.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Schema and name.
    pub table: String,
    /// Why it cannot.
    pub why: String,
}

/// The replication slot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreatedSlot {
    /// Its name.
    pub name: String,
    /// Where in the log it began, once it was made. A slot of that name that is there although none was made is somebody else's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_at: Option<String>,
}

impl CreatedMarker {
    /// Its name.
    pub fn name(&self) -> TableName {
        TableName::new(&self.schema, &self.table)
    }
}

/// A [`Created`] in its file; every change is on the disk before it is carried out.
#[derive(Debug)]
pub struct CreatedFile {
    path: PathBuf,
    /// What is in the file.
    pub created: Created,
}

impl CreatedFile {
    /// A file of which nothing is written yet.
    pub fn new(path: PathBuf, created: Created) -> Self {
        CreatedFile { path, created }
    }

    /// The file of a run that has been there; none if it has made nothing.
    ///
    /// # Errors
    /// When the file cannot be read, or is none of ours.
    pub fn read(path: PathBuf) -> Result<Option<Self>, SlotError> {
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(SlotError::io("read", &path)(error)),
        };
        let wrong = |error: serde_json::Error| SlotError::io("read", &path)(error.into());
        let created = serde_json::from_str(&text).map_err(wrong)?;
        Ok(Some(CreatedFile { path, created }))
    }

    /// Writes something down before it is done.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn note(&mut self, change: impl FnOnce(&mut Created)) -> Result<(), SlotError> {
        let mut created = self.created.clone();
        change(&mut created);
        write(&self.path, &created).map_err(SlotError::io("write", &self.path))?;
        self.created = created;
        Ok(())
    }
}

/// The old file is there until the new one is whole, whatever happens.
fn write(path: &Path, created: &Created) -> io::Result<()> {
    let beside = path.with_extension("json.new");
    let mut file = File::create(&beside)?;
    file.write_all(&serde_json::to_vec_pretty(created)?)?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    File::open(directory.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_noted_is_in_the_file_and_what_cannot_be_is_not_known() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("created.json");
        assert!(CreatedFile::read(path.clone()).unwrap().is_none());
        let mut file = CreatedFile::new(path.clone(), Created { version: 1, ..Created::default() });
        file.note(|created| created.slot = Some(CreatedSlot { name: "cdc".into(), made_at: None })).unwrap();
        assert_eq!(CreatedFile::read(path).unwrap().unwrap().created, file.created);
        let mut lost = CreatedFile::new(directory.path().join("none/created.json"), Created::default());
        lost.note(|created| created.version = 7).unwrap_err();
        assert_eq!(lost.created.version, 0);
    }
}
