//! One file after the other that lines are appended to.

use std::{
    collections::HashMap,
    fs::{File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use super::{
    disk::Full,
    error::LedgerError,
    line,
    record::{CleanEnd, Record},
};

/// A journal: segments that are filled one after the other.
#[derive(Debug)]
pub(super) struct Journal {
    directory: PathBuf,
    number: u32,
    segment: u32,
    most: u64,
    file: Arc<File>,
    path: PathBuf,
    /// Segments before this one that may not be on the disk yet.
    full: Full,
    /// How many bytes were written to all segments.
    written: u64,
    /// How long the segment is, up to the last line that is whole.
    length: u64,
    /// Lines that nobody has to wait for.
    pending: Vec<u8>,
    /// Whether the file system has refused something: what comes after that is not written.
    failed: Arc<AtomicBool>,
    /// Transactions that were written down and have not ended, by lane.
    open: HashMap<u32, u64>,
    /// The last transactions that were committed, by lane.
    last: HashMap<u32, u64>,
    counts: CleanEnd,
}

/// The name of a segment: numbers with leading zeros, so that they sort.
pub(super) fn segment_name(journal: u32, segment: u32) -> String {
    format!("{journal:04}-{segment:06}.log")
}

impl Journal {
    /// An empty journal whose segments are about `most` bytes long.
    pub(super) fn create(directory: &Path, number: u32, most: u64) -> Result<Self, LedgerError> {
        let path = directory.join(segment_name(number, 0));
        let file = create(&path)?;
        let (directory, pending) = (directory.to_owned(), Vec::new());
        let (open, last, counts) = (HashMap::new(), HashMap::new(), CleanEnd::default());
        Ok(Journal {
            directory,
            number,
            segment: 0,
            most,
            file: Arc::new(file),
            path,
            full: Full::default(),
            written: 0,
            length: 0,
            pending,
            failed: Arc::default(),
            open,
            last,
            counts,
        })
    }

    /// Appends a record; it is with the operating system when this returns.
    pub(super) fn write(&mut self, record: &Record) -> Result<(), LedgerError> {
        self.defer(record)?;
        self.flush()
    }

    /// Appends a record, which may be lost if the process is killed before the next one is written.
    pub(super) fn defer(&mut self, record: &Record) -> Result<(), LedgerError> {
        line::append(record, &mut self.pending)
            .map_err(|error| LedgerError::io("write to", &self.path)(error.into()))?;
        self.note(record);
        Ok(())
    }

    /// Takes a record into account that is there.
    pub(super) fn note(&mut self, record: &Record) {
        match record {
            Record::Transaction(transaction) => {
                self.counts.transactions += 1;
                // A lane goes on when the one before has ended, and with the same number if that was aborted.
                if let Some(before) = self.open.insert(transaction.lane, transaction.seq) {
                    self.end(transaction.lane, before, before < transaction.seq);
                }
            }
            Record::Result(ended) | Record::Resolution(ended) => {
                if self.open.remove(&ended.lane).is_some() {
                    self.end(ended.lane, ended.seq, ended.committed);
                }
            }
            Record::Header(_) | Record::Watermark(_) | Record::End(_) => {}
        }
    }

    fn end(&mut self, lane: u32, seq: u64, committed: bool) {
        if committed {
            self.last.insert(lane, seq);
            self.counts.committed += 1;
        } else {
            self.counts.aborted += 1;
        }
    }

    /// Hands everything to the operating system. Half a line that a full disk has taken is cut off again, and nothing is
    /// written behind it.
    pub(super) fn flush(&mut self) -> Result<(), LedgerError> {
        if self.has_failed() {
            return Err(LedgerError::Failed(self.path.clone()));
        }
        if let Err(error) = (&*self.file).write_all(&self.pending) {
            self.fail();
            let _ = self.file.set_len(self.length);
            return Err(LedgerError::io("write to", &self.path)(error));
        }
        self.length += self.pending.len() as u64;
        self.written += self.pending.len() as u64;
        self.pending.clear();
        if self.length < self.most {
            return Ok(());
        }
        // A segment that is left out would be damage to whoever reads.
        self.rotate().inspect_err(|_| self.fail())
    }

    /// Whether anything has failed so far. The system tells of a failed write once: whoever asks the same file again is told that
    /// all is well.
    pub(super) fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Acquire)
    }

    pub(super) fn fail(&self) {
        self.failed.store(true, Ordering::Release);
    }

    /// What is full goes to the disk while others are written to the next.
    fn rotate(&mut self) -> Result<(), LedgerError> {
        let full = std::mem::replace(
            &mut self.path,
            self.directory.join(segment_name(self.number, self.segment + 1)),
        );
        self.segment += 1;
        let file = std::mem::replace(&mut self.file, Arc::new(create(&self.path)?));
        self.length = 0;
        self.full.push(file, &self.failed).map_err(LedgerError::io("sync", full))
    }

    /// Whether the disk is so far behind that no more should be written for now.
    pub(super) fn is_behind(&mut self) -> io::Result<bool> {
        self.full.is_behind().inspect_err(|_| self.fail())
    }

    /// So many segments that the disk does not take before the sender is dropped.
    #[cfg(test)]
    pub(super) fn hold_up(&mut self, segments: usize) -> std::sync::mpsc::Sender<()> {
        self.full.hold_up(&self.file, segments)
    }

    /// How many bytes were written so far.
    pub(super) fn written(&self) -> u64 {
        self.written
    }

    /// The files that may not be on the disk yet, and the path of the last.
    pub(super) fn files(&self) -> (Vec<Arc<File>>, PathBuf) {
        (self.full.files().chain([Arc::clone(&self.file)]).collect(), self.path.clone())
    }

    /// The transactions that have not ended, as lane and number.
    pub(super) fn open(&self) -> impl Iterator<Item = (u32, u64)> + '_ {
        self.open.iter().map(|(lane, seq)| (*lane, *seq))
    }

    /// The last transaction of a lane that was committed; 0 if there is none.
    pub(super) fn last(&self, lane: u32) -> u64 {
        self.last.get(&lane).copied().unwrap_or_default()
    }

    pub(super) fn counts(&self) -> CleanEnd {
        self.counts
    }
}

fn create(path: &Path) -> Result<File, LedgerError> {
    OpenOptions::new().append(true).create_new(true).open(path).map_err(LedgerError::io("create", path))
}
