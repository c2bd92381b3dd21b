//! When records are on the disk.

use std::{
    fs::File,
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use tokio::task::spawn_blocking;

/// What a transaction waits for before it is committed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LedgerSync {
    /// Its record is with the operating system: it survives the process, not the machine.
    #[default]
    None,
    /// Its record is on the disk. All that wait for the same journal at a time wait for the same write.
    Group,
}

/// How long a disk may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// Segments that may be on their way to the disk; with more, transactions wait: the disk is too slow for the traffic.
const MOST: usize = 4;

/// How often whoever waits for such a disk looks again.
pub(super) const PAUSE: Duration = Duration::from_millis(10);

/// Has files written to the disk, on a thread that may wait for it.
pub(super) async fn sync(files: Vec<Arc<File>>) -> io::Result<()> {
    let synced = spawn_blocking(move || files.iter().try_for_each(|file| file.sync_data())).await;
    synced.map_err(io::Error::other)?
}

/// Segments that are full and on their way to the disk.
#[derive(Debug, Default)]
pub(super) struct Full(Vec<(Arc<File>, thread::JoinHandle<io::Result<()>>)>);

impl Full {
    /// Sends one more on its way, and says what became of those that have come to their end.
    pub(super) fn push(&mut self, file: Arc<File>, failed: &Arc<AtomicBool>) -> io::Result<()> {
        let (own, failed) = (Arc::clone(&file), Arc::clone(failed));
        let sync = move || own.sync_data().inspect_err(|_| failed.store(true, Ordering::Release));
        self.0.push((file, thread::Builder::new().name("ledger".to_owned()).spawn(sync)?));
        self.reap()
    }

    /// Lets go of those that have come to their end, and says what became of them.
    fn reap(&mut self) -> io::Result<()> {
        while self.0.first().is_some_and(|(_, thread)| thread.is_finished()) {
            let (_, thread) = self.0.remove(0);
            thread.join().unwrap_or_else(|_| Err(io::Error::other("a thread is gone")))?;
        }
        Ok(())
    }

    /// Whether so many are on their way that whoever writes has to wait.
    pub(super) fn is_behind(&mut self) -> io::Result<bool> {
        if self.0.len() > MOST {
            self.reap()?;
        }
        Ok(self.0.len() > MOST)
    }

    #[cfg(test)]
    pub(super) fn hold_up(&mut self, file: &Arc<File>, segments: usize) -> std::sync::mpsc::Sender<()> {
        let (release, held) = std::sync::mpsc::channel::<()>();
        let held = Arc::new(std::sync::Mutex::new(held));
        for _ in 0..segments {
            let held = Arc::clone(&held);
            let wait = move || {
                let _ = held.lock().unwrap().recv();
                Ok(())
            };
            self.0.push((Arc::clone(file), thread::spawn(wait)));
        }
        release
    }

    pub(super) fn files(&self) -> impl Iterator<Item = Arc<File>> {
        self.0.iter().map(|(file, _)| Arc::clone(file))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Ledger, LedgerOptions, LedgerSync, Record, TransactionRecord};

    fn write(ledger: &Ledger, lane: u32, seq: u64) {
        let record = TransactionRecord { lane, seq, entries: Vec::new() };
        ledger.write(lane, &Record::Transaction(record)).unwrap();
    }

    #[tokio::test]
    async fn whoever_waits_at_the_same_time_waits_for_the_same_write() {
        let directory = tempfile::tempdir().unwrap();
        let options = LedgerOptions { segment: 4000, sync: LedgerSync::Group, ..LedgerOptions::default() };
        let ledger = Ledger::create(directory.path(), options).unwrap();
        (0..200).for_each(|lane| write(&ledger, lane, 1));
        let all = tokio::join!(ledger.kept(0), ledger.kept(1), ledger.kept(199));
        assert!(all.0.is_ok() && all.1.is_ok() && all.2.is_ok());
        assert_eq!(ledger.syncs(), 1, "everything was written before the first of them waited");
        write(&ledger, 0, 2);
        ledger.kept(0).await.unwrap();
        ledger.kept(1).await.unwrap();
        assert_eq!(ledger.syncs(), 2, "what is there need not be waited for");
    }

    #[tokio::test]
    async fn nobody_waits_who_does_not_want_to() {
        let directory = tempfile::tempdir().unwrap();
        let ledger = Ledger::create(directory.path(), LedgerOptions::default()).unwrap();
        write(&ledger, 0, 1);
        ledger.kept(0).await.unwrap();
        assert_eq!(ledger.syncs(), 0);
    }
}
