//! The ledger that is being written: a directory of journals.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::time::{sleep, timeout};

use super::{
    disk::{self, LedgerSync, PATIENCE, PAUSE},
    error::LedgerError,
    journal::Journal,
    reader::{LedgerReader, segments},
    record::{CleanEnd, Record},
};

/// How a ledger is written.
#[derive(Clone, Copy, Debug)]
pub struct LedgerOptions {
    /// Journals that are written side by side: with as many as there are connections, none waits for another.
    pub journals: u32,
    /// About how many bytes a segment has.
    pub segment: u64,
    /// What a transaction waits for before it is committed. Who waits for the disk should have one journal, so that all wait
    /// for the same writes.
    pub sync: LedgerSync,
}

impl Default for LedgerOptions {
    fn default() -> Self {
        LedgerOptions { journals: 1, segment: 256 << 20, sync: LedgerSync::None }
    }
}

/// A ledger that is being written.
///
/// A lane writes to the journal of its number, modulo the number of journals, so its records are in order.
#[derive(Debug)]
pub struct Ledger {
    directory: PathBuf,
    journals: Vec<Mutex<Journal>>,
    sync: LedgerSync,
    /// How many bytes of each journal are on the disk, as far as anybody has waited for that, and how often somebody has.
    synced: Vec<tokio::sync::Mutex<(u64, u64)>>,
    /// Held for as long as the ledger is written.
    _lock: File,
}

impl Ledger {
    /// A new ledger in a directory that holds none; it is made if it is not there.
    ///
    /// # Errors
    /// When there is a ledger already, or the file system refuses something.
    pub fn create(directory: impl AsRef<Path>, options: LedgerOptions) -> Result<Self, LedgerError> {
        let directory = directory.as_ref();
        fs::create_dir_all(directory).map_err(LedgerError::io("create", directory))?;
        let lock = lock_of(directory)?;
        if !segments(directory)?.is_empty() {
            return Err(LedgerError::Exists(directory.to_owned()));
        }
        let journal = |number| Journal::create(directory, number, options.segment).map(Mutex::new);
        let journals = (0..options.journals.max(1)).map(journal).collect::<Result<_, _>>()?;
        // A file is found after a crash if its directory knows of it.
        File::open(directory).and_then(|own| own.sync_all()).map_err(LedgerError::io("sync", directory))?;
        Ok(Ledger::of(directory, journals, options.sync, lock))
    }

    /// One journal more for a ledger that is there, for what is found out later. What has been written so far is read, and
    /// half a line at the end of a journal is cut off.
    ///
    /// # Errors
    /// When there is no ledger, somebody is writing it, or the file system refuses something.
    pub fn reopen(directory: impl AsRef<Path>) -> Result<Self, LedgerError> {
        let directory = directory.as_ref();
        if segments(directory)?.is_empty() {
            return Err(LedgerError::Missing(directory.to_owned()));
        }
        let lock = lock_of(directory)?;
        let reader = LedgerReader::open(directory)?;
        let next = reader.journals().max().map_or(0, |last| last + 1);
        let mut journal = Journal::create(directory, next, LedgerOptions::default().segment)?;
        for number in reader.journals() {
            let Some(mut records) = reader.journal(number) else { continue };
            for record in records.by_ref() {
                journal.note(&record?);
            }
            records.mend()?;
        }
        Ok(Ledger::of(directory, vec![Mutex::new(journal)], LedgerSync::None, lock))
    }

    fn of(directory: &Path, journals: Vec<Mutex<Journal>>, sync: LedgerSync, lock: File) -> Self {
        let synced = journals.iter().map(|_| tokio::sync::Mutex::default()).collect();
        Ledger { directory: directory.to_owned(), journals, sync, synced, _lock: lock }
    }

    /// Where it is.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Writes a record of a lane; it survives the process when this returns.
    ///
    /// # Errors
    /// When the file system refuses it, and ever after.
    pub fn write(&self, lane: u32, record: &Record) -> Result<(), LedgerError> {
        self.journal(lane).write(record)
    }

    /// Writes a record of a lane that can be found out again if the process is killed before the lane's next one.
    ///
    /// # Errors
    /// When the record cannot be written as a line.
    pub fn defer(&self, lane: u32, record: &Record) -> Result<(), LedgerError> {
        self.journal(lane).defer(record)
    }

    /// Waits until what was written of a lane is as safe as the options say, and a disk that is far behind has caught up.
    ///
    /// # Errors
    /// When the disk refuses it, or takes longer than 30 s.
    pub async fn kept(&self, lane: u32) -> Result<(), LedgerError> {
        let at = lane as usize % self.journals.len();
        if self.sync == LedgerSync::None && matches!(lock(&self.journals[at]).is_behind(), Ok(false)) {
            return Ok(());
        }
        self.patiently(at, async {
            while lock(&self.journals[at]).is_behind()? {
                sleep(PAUSE).await;
            }
            match self.sync {
                LedgerSync::None => self.is_sound(at),
                LedgerSync::Group => self.keep(at).await,
            }
        })
        .await
    }

    /// Waits for the disk, but not for ever.
    async fn patiently(
        &self,
        at: usize,
        work: impl Future<Output = io::Result<()>>,
    ) -> Result<(), LedgerError> {
        let late = |_| Err(io::Error::new(io::ErrorKind::TimedOut, "the disk takes longer than 30 s"));
        let done = timeout(PATIENCE, work).await.unwrap_or_else(late);
        done.map_err(|error| LedgerError::io("sync", lock(&self.journals[at]).files().1)(error))
    }

    fn is_sound(&self, at: usize) -> io::Result<()> {
        match lock(&self.journals[at]).has_failed() {
            true => Err(io::Error::other("an earlier write did not reach the disk")),
            false => Ok(()),
        }
    }

    async fn keep(&self, at: usize) -> io::Result<()> {
        let wanted = lock(&self.journals[at]).written();
        let mut synced = self.synced[at].lock().await;
        if synced.0 < wanted {
            // Others have written meanwhile, and wait behind this lock.
            let (written, files) = {
                let journal = lock(&self.journals[at]);
                (journal.written(), journal.files().0)
            };
            disk::sync(files).await.inspect_err(|_| lock(&self.journals[at]).fail())?;
            *synced = (written, synced.1 + 1);
        }
        // Whoever else has asked for the same file may have been told of what failed.
        self.is_sound(at)
    }

    #[cfg(test)]
    pub(super) fn syncs(&self) -> u64 {
        self.synced.iter().map(|synced| synced.try_lock().map_or(0, |synced| synced.1)).sum()
    }

    /// The transactions that were written down and have not ended, as lane and number.
    pub fn open(&self) -> Vec<(u32, u64)> {
        let mut open: Vec<(u32, u64)> =
            self.journals.iter().flat_map(|journal| lock(journal).open().collect::<Vec<_>>()).collect();
        open.sort_unstable();
        open
    }

    /// The number of the last transaction of a lane that is known to be committed; 0 if there is none.
    pub(super) fn last(&self, lane: u32) -> u64 {
        self.journal(lane).last(lane)
    }

    /// What has been written so far.
    pub fn counts(&self) -> CleanEnd {
        self.journals.iter().map(|journal| lock(journal).counts()).fold(
            CleanEnd::default(),
            |mut all, one| {
                all.transactions += one.transactions;
                all.committed += one.committed;
                all.aborted += one.aborted;
                all
            },
        )
    }

    /// Hands everything to the disk.
    ///
    /// # Errors
    /// When the file system refuses something, or takes longer than 30 s for a journal.
    pub async fn sync(&self) -> Result<(), LedgerError> {
        for at in 0..self.journals.len() {
            lock(&self.journals[at]).flush()?;
            self.patiently(at, self.keep(at)).await?;
        }
        Ok(())
    }

    fn journal(&self, lane: u32) -> MutexGuard<'_, Journal> {
        lock(&self.journals[lane as usize % self.journals.len()])
    }
}

/// What a lane hands over when the process goes down in an orderly way.
impl Drop for Ledger {
    fn drop(&mut self) {
        for journal in &self.journals {
            if let Err(error) = lock(journal).flush() {
                tracing::warn!(%error, "the end of a journal was not written");
            }
        }
    }
}

/// Keeps others from writing the same ledger; the system lets go of it when the process ends, however it does.
fn lock_of(directory: &Path) -> Result<File, LedgerError> {
    let path = directory.join("lock");
    let file = File::create(&path).map_err(LedgerError::io("create", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(LedgerError::Busy(directory.to_owned())),
        Err(TryLockError::Error(error)) => Err(LedgerError::io("lock", path)(error)),
    }
}

fn lock(journal: &Mutex<Journal>) -> MutexGuard<'_, Journal> {
    journal.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;
    use crate::ledger::TransactionRecord;

    #[tokio::test]
    async fn what_has_failed_once_is_never_kept_again() {
        let directory = tempfile::tempdir().unwrap();
        let options = LedgerOptions { sync: LedgerSync::Group, ..LedgerOptions::default() };
        let ledger = Ledger::create(directory.path(), options).unwrap();
        let record = TransactionRecord { lane: 0, seq: 1, entries: Vec::new() };
        ledger.write(0, &Record::Transaction(record.clone())).unwrap();
        ledger.kept(0).await.unwrap();
        // As when the disk has refused what another lane has written: this one is told that all is well.
        lock(&ledger.journals[0]).fail();
        ledger.kept(0).await.unwrap_err();
        ledger.write(0, &Record::Transaction(record)).unwrap_err();
    }

    #[tokio::test(start_paused = true)]
    async fn a_disk_that_is_far_behind_is_waited_for_but_not_for_ever() {
        let directory = tempfile::tempdir().unwrap();
        let ledger = Ledger::create(directory.path(), LedgerOptions::default()).unwrap();
        let release = lock(&ledger.journals[0]).hold_up(5);
        let late = ledger.kept(0).await.unwrap_err();
        assert!(
            matches!(&late, LedgerError::Io { source, .. } if source.kind() == io::ErrorKind::TimedOut),
            "{late}"
        );
        drop(release);
        thread::sleep(std::time::Duration::from_millis(200));
        ledger.kept(0).await.unwrap();
    }
}
