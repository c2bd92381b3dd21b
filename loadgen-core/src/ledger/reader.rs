//! Reads a ledger, line by line and in constant memory.

use std::{
    collections::BTreeMap,
    fs::{self, File, TryLockError},
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
};

use super::{
    error::LedgerError,
    journal::segment_name,
    line::{self, LineError},
    record::{Header, Record, VERSION},
};

/// A ledger to be read. What is being written at the same time may be missing at its end.
#[derive(Clone, Debug)]
pub struct LedgerReader {
    directory: PathBuf,
    /// How many segments each journal has.
    journals: BTreeMap<u32, u32>,
}

/// The segments in a directory, as the numbers of journal and segment, in order.
pub(super) fn segments(directory: &Path) -> Result<Vec<(u32, u32)>, LedgerError> {
    let failed = || LedgerError::io("read", directory);
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).map_err(failed())? {
        let name = entry.map_err(failed())?.file_name();
        let numbers = name.to_str().and_then(|name| name.strip_suffix(".log")?.split_once('-'));
        if let Some((journal, segment)) = numbers
            && let (Ok(journal), Ok(segment)) = (journal.parse(), segment.parse())
        {
            found.push((journal, segment));
        }
    }
    found.sort_unstable();
    Ok(found)
}

impl LedgerReader {
    /// The ledger in a directory.
    ///
    /// # Errors
    /// When there is none, or a segment is missing.
    pub fn open(directory: impl AsRef<Path>) -> Result<Self, LedgerError> {
        let directory = directory.as_ref().to_owned();
        let mut journals = BTreeMap::new();
        for (journal, segment) in segments(&directory)? {
            let next = journals.entry(journal).or_insert(0);
            if segment != *next {
                let path = directory.join(segment_name(journal, *next));
                return Err(LedgerError::Damaged {
                    path,
                    line: 1,
                    what: "the segment is missing".to_owned(),
                });
            }
            *next += 1;
        }
        if journals.is_empty() {
            return Err(LedgerError::Missing(directory));
        }
        Ok(LedgerReader { directory, journals })
    }

    /// Where it is.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Whether a process is writing it now, as far as this one may ask.
    pub fn is_being_written(&self) -> bool {
        let lock = File::open(self.directory.join("lock"));
        lock.is_ok_and(|lock| matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }

    /// The header, with all tables that were ever added to it.
    ///
    /// # Errors
    /// When a journal cannot be read, or there is no header.
    pub fn header(&self) -> Result<Header, LedgerError> {
        let mut header: Option<Header> = None;
        for record in self.journal(0).into_iter().flatten() {
            let Record::Header(next) = record? else { continue };
            // What tables are added with has nothing but these.
            if header.is_none() && next.version == 0 {
                return Err(LedgerError::Headless(self.directory.clone()));
            }
            if header.is_none() && next.version != VERSION {
                return Err(LedgerError::Version { path: self.directory.clone(), version: next.version });
            }
            match &mut header {
                Some(header) => {
                    header.tables.extend(next.tables);
                    header.gone.extend(next.gone);
                }
                None => header = Some(next),
            }
        }
        header.ok_or_else(|| LedgerError::Missing(self.directory.clone()))
    }

    /// The numbers of the journals.
    pub fn journals(&self) -> impl Iterator<Item = u32> + '_ {
        self.journals.keys().copied()
    }

    /// The records of all journals, one journal after the other.
    pub fn records(&self) -> impl Iterator<Item = Result<Record, LedgerError>> + '_ {
        self.journals().filter_map(|number| self.journal(number)).flatten()
    }

    /// Whether there is a record of a kind.
    pub(super) fn has(&self, is_meant: fn(&Record) -> bool) -> Result<bool, LedgerError> {
        for record in self.records() {
            if is_meant(&record?) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The records of a journal, in order; none if there is no such journal.
    pub fn journal(&self, number: u32) -> Option<JournalReader> {
        let segments = *self.journals.get(&number)?;
        let directory = self.directory.clone();
        Some(JournalReader {
            directory,
            number,
            segments,
            next: 0,
            current: None,
            torn: None,
            line: Vec::new(),
        })
    }
}

/// The records of one journal. It ends where the journal is torn, that is at the first line of its last segment that is not
/// whole; [`JournalReader::torn`] says then that it is.
#[derive(Debug)]
pub struct JournalReader {
    directory: PathBuf,
    number: u32,
    segments: u32,
    next: u32,
    current: Option<Segment>,
    torn: Option<Torn>,
    line: Vec<u8>,
}

/// The first line that is not whole.
#[derive(Debug)]
struct Torn {
    words: String,
    path: PathBuf,
    line: u64,
    /// Where it begins.
    at: u64,
    /// Whether nothing follows it.
    is_last: bool,
}

#[derive(Debug)]
struct Segment {
    path: PathBuf,
    lines: BufReader<File>,
    line: u64,
    /// How long all lines before are.
    length: u64,
}

impl JournalReader {
    /// Where and why the journal is torn, once the end was reached; none if it is not.
    pub fn torn(&self) -> Option<&str> {
        self.torn.as_ref().map(|torn| torn.words.as_str())
    }

    /// Cuts the line off at which the journal is torn, if it is the last; its transaction was not committed, as COMMIT comes
    /// after it.
    ///
    /// # Errors
    /// When other lines follow it, or the file system refuses it.
    pub(super) fn mend(&self) -> Result<(), LedgerError> {
        let Some(Torn { words, path, line, at, is_last }) = &self.torn else { return Ok(()) };
        if !is_last {
            return Err(LedgerError::Damaged { path: path.clone(), line: *line, what: words.clone() });
        }
        let cut = File::options().write(true).open(path).and_then(|file| file.set_len(*at));
        cut.map_err(LedgerError::io("cut", path))
    }

    fn step(&mut self) -> Result<Option<Record>, LedgerError> {
        loop {
            if self.torn.is_some() {
                return Ok(None);
            }
            let Some(segment) = &mut self.current else {
                if self.next == self.segments {
                    return Ok(None);
                }
                let path = self.directory.join(segment_name(self.number, self.next));
                let file = File::open(&path).map_err(LedgerError::io("open", &path))?;
                let lines = BufReader::with_capacity(1 << 16, file);
                self.current = Some(Segment { path, lines, line: 0, length: 0 });
                self.next += 1;
                continue;
            };
            self.line.clear();
            let read = segment.lines.read_until(b'\n', &mut self.line);
            if read.map_err(LedgerError::io("read", &segment.path))? == 0 {
                self.current = None;
                continue;
            }
            segment.line += 1;
            let parsed = match self.line.split_last() {
                Some((b'\n', line)) => line::parse(line),
                _ => Err(LineError::Torn("the line has no end".to_owned())),
            };
            match parsed {
                Ok(record) => {
                    segment.length += self.line.len() as u64;
                    return Ok(Some(record));
                }
                Err(LineError::Torn(what)) if self.next == self.segments => {
                    let words = format!("{}:{}: {what}", segment.path.display(), segment.line);
                    let rest = segment.lines.fill_buf().map_err(LedgerError::io("read", &segment.path))?;
                    let (path, line, at) = (segment.path.clone(), segment.line, segment.length);
                    self.torn = Some(Torn { words, path, line, at, is_last: rest.is_empty() });
                }
                Err(LineError::Torn(what) | LineError::Unknown(what)) => {
                    return Err(LedgerError::Damaged {
                        path: segment.path.clone(),
                        line: segment.line,
                        what,
                    });
                }
            }
        }
    }
}

impl Iterator for JournalReader {
    type Item = Result<Record, LedgerError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.step().transpose()
    }
}
