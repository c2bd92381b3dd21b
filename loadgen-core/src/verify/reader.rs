//! The records of a part one by one, for parts that are too large to be held in memory.

use std::{
    fs::File,
    io::{self, Read},
    path::PathBuf,
};

use super::{
    error::VerifyError,
    group::Record,
    spill::{Bytes, failed},
};

/// How much is read at once.
const CHUNK: u64 = 256 << 10;

/// Reads a file of records.
#[derive(Debug)]
pub(super) struct Reader {
    path: PathBuf,
    file: File,
    buffer: Vec<u8>,
    /// Where the next record begins in the buffer.
    at: usize,
}

impl Reader {
    pub(super) fn open(path: PathBuf) -> Result<Self, VerifyError> {
        let file = File::open(&path).map_err(failed("read", path.clone()))?;
        Ok(Reader { path, file, buffer: Vec::new(), at: 0 })
    }

    /// The next record, and its bytes.
    pub(super) fn next(&mut self) -> Result<Option<(Record<'_>, &[u8])>, VerifyError> {
        while !self.is_whole() {
            self.buffer.drain(..self.at);
            self.at = 0;
            let more = (&self.file).take(CHUNK).read_to_end(&mut self.buffer);
            let more = more.map_err(failed("read", self.path.clone()))?;
            if more == 0 && self.buffer.is_empty() {
                return Ok(None);
            }
            if more == 0 {
                let source =
                    io::Error::new(io::ErrorKind::UnexpectedEof, "it ends in the middle of a record");
                return Err(failed("read", self.path.clone())(source));
            }
        }
        let mut bytes = Bytes(&self.buffer[self.at..]);
        let (record, whole) = (Record::read(&mut bytes), &self.buffer[self.at..]);
        let length = whole.len() - bytes.0.len();
        self.at += length;
        Ok(record.map(|record| (record, &whole[..length])))
    }

    /// Whether there is a whole record in the buffer.
    fn is_whole(&self) -> bool {
        Record::read(&mut Bytes(&self.buffer[self.at..])).is_some()
    }
}
