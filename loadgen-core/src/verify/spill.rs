//! Records that are dealt to temporary files, so that each file can be judged by itself.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{error::VerifyError, reader::Reader};

/// A directory of its own for temporary files, which goes with it.
#[derive(Debug)]
pub(super) struct Scratch(PathBuf);

impl Scratch {
    /// In the first of two directories that can be written.
    pub(super) fn beside(first: &Path, other: &Path) -> Result<Self, VerifyError> {
        let is_closed = |error: &io::Error| {
            matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem)
        };
        match Scratch::new(first) {
            Err(VerifyError::Spill { source, .. }) if is_closed(&source) => Scratch::new(other),
            made => made,
        }
    }

    pub(super) fn new(parent: &Path) -> Result<Self, VerifyError> {
        let process = std::process::id();
        for attempt in 0u32.. {
            let path = parent.join(format!("verify-{process}-{attempt}"));
            match fs::create_dir(&path) {
                Ok(()) => return Ok(Scratch(path)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(source) => return Err(VerifyError::Spill { what: "create", path, source }),
            }
        }
        unreachable!("some number is free")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, path = %self.0.display(), "temporary files were not removed");
        }
    }
}

/// Records in a number of parts. What is little stays in memory.
#[derive(Debug)]
pub(super) struct Spill {
    scratch: Arc<Scratch>,
    name: String,
    parts: Vec<Part>,
}

#[derive(Debug, Default)]
struct Part {
    buffer: Vec<u8>,
    /// Bytes that are in the file.
    spilled: u64,
}

/// How much of a part is kept in memory.
const BUFFER: usize = 32 << 10;

impl Spill {
    pub(super) fn new(scratch: &Arc<Scratch>, name: impl Into<String>, parts: usize) -> Self {
        let parts = (0..parts.max(1)).map(|_| Part::default()).collect();
        Spill { scratch: Arc::clone(scratch), name: name.into(), parts }
    }

    /// What the records of one part can be dealt to.
    pub(super) fn below(&self, part: usize, parts: usize) -> Self {
        Spill::new(&self.scratch, format!("{}-{part:04}", self.name), parts)
    }

    /// How many bytes a part has.
    pub(super) fn size(&self, part: usize) -> u64 {
        let part = &self.parts[part];
        part.spilled + part.buffer.len() as u64
    }

    pub(super) fn parts(&self) -> usize {
        self.parts.len()
    }

    /// Appends a record to the part that a hash belongs to.
    pub(super) fn deal(&mut self, hash: u64, write: impl FnOnce(&mut Vec<u8>)) -> Result<(), VerifyError> {
        self.append((hash % self.parts.len() as u64) as usize, write)
    }

    /// Appends a record to a part.
    pub(super) fn append(
        &mut self,
        part: usize,
        write: impl FnOnce(&mut Vec<u8>),
    ) -> Result<(), VerifyError> {
        write(&mut self.parts[part].buffer);
        if self.parts[part].buffer.len() >= BUFFER { self.flush(part) } else { Ok(()) }
    }

    fn flush(&mut self, number: usize) -> Result<(), VerifyError> {
        let path = self.path(number);
        let part = &mut self.parts[number];
        let file = OpenOptions::new().create(true).append(true).open(&path);
        file.and_then(|mut file| file.write_all(&part.buffer)).map_err(failed("write", path))?;
        part.spilled += part.buffer.len() as u64;
        part.buffer.clear();
        Ok(())
    }

    /// All records of a part, which is empty afterwards.
    pub(super) fn take(&mut self, number: usize) -> Result<Vec<u8>, VerifyError> {
        let path = self.path(number);
        let part = std::mem::take(&mut self.parts[number]);
        if part.spilled == 0 {
            return Ok(part.buffer);
        }
        let mut bytes = fs::read(&path).map_err(failed("read", path.clone()))?;
        bytes.extend_from_slice(&part.buffer);
        fs::remove_file(&path).map_err(failed("remove", path))?;
        Ok(bytes)
    }

    /// All records of a part, of which a piece is in memory at a time. They stay where they are.
    pub(super) fn read(&mut self, number: usize) -> Result<Reader, VerifyError> {
        self.flush(number)?;
        Reader::open(self.path(number))
    }

    /// Empties a part.
    pub(super) fn clear(&mut self, number: usize) -> Result<(), VerifyError> {
        let part = std::mem::take(&mut self.parts[number]);
        let path = self.path(number);
        if part.spilled == 0 { Ok(()) } else { fs::remove_file(&path).map_err(failed("remove", path)) }
    }

    /// What to say when a part does not hold what was written.
    pub(super) fn damaged(&self, number: usize) -> VerifyError {
        let source = io::Error::new(io::ErrorKind::InvalidData, "it does not hold what was written");
        failed("read", self.path(number))(source)
    }

    fn path(&self, part: usize) -> PathBuf {
        self.scratch.0.join(format!("{}-{part:04}", self.name))
    }
}

pub(super) fn failed(what: &'static str, path: PathBuf) -> impl FnOnce(io::Error) -> VerifyError {
    move |source| VerifyError::Spill { what, path, source }
}

/// Takes numbers off the front of bytes; none where there are too few.
pub(super) struct Bytes<'a>(pub(super) &'a [u8]);

impl<'a> Bytes<'a> {
    pub(super) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(head)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        self.array().map(u8::from_le_bytes)
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    pub(super) fn u128(&mut self) -> Option<u128> {
        self.array().map(u128::from_le_bytes)
    }

    /// A number that may be missing: a byte that says so, and eight more.
    pub(super) fn option(&mut self) -> Option<Option<u64>> {
        let there = self.u8()? == 1;
        let number = self.u64()?;
        Some(there.then_some(number))
    }
}

/// A text behind its length.
pub(super) fn take_text(bytes: &mut Bytes<'_>) -> Option<String> {
    let length = bytes.u32()? as usize;
    bytes.take(length).map(|text| String::from_utf8_lossy(text).into_owned())
}

/// The other way of [`take_text`].
pub(super) fn put_text(text: &str, bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(&(text.len() as u32).to_le_bytes());
    bytes.extend_from_slice(text.as_bytes());
}

/// The other way of [`Bytes::option`].
pub(super) fn put_option(number: Option<u64>, bytes: &mut Vec<u8>) {
    bytes.push(u8::from(number.is_some()));
    bytes.extend_from_slice(&number.unwrap_or(0).to_le_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nobody makes directories in `/sys`, whoever asks.
    #[test]
    #[cfg(target_os = "linux")]
    fn where_nothing_can_be_written_another_directory_is_taken() {
        let other = tempfile::tempdir().unwrap();
        let scratch = Scratch::beside(Path::new("/sys"), other.path()).unwrap();
        assert_eq!(scratch.0.parent(), Some(other.path()));
        assert!(Scratch::beside(Path::new("/does/not/exist"), other.path()).is_err());
    }
}
