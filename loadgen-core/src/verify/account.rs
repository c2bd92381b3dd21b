//! What the ledger says of transactions: which were committed, which were not, and whether the ledger is whole.

use std::collections::BTreeMap;

use super::{error::VerifyError, verification::Doubt, version::Fate};
use crate::ledger::{CleanEnd, LedgerReader, Record, TransactionRecord, Watermark};

/// What is known of all transactions together.
#[derive(Debug, Default)]
pub(super) struct Account {
    /// Each lane's last transaction that was committed.
    pub(super) last: BTreeMap<u32, u64>,
    /// The transactions without an end, as lane and number.
    pub(super) open: BTreeMap<u32, u64>,
    pub(super) watermark: Option<Watermark>,
    pub(super) totals: CleanEnd,
    end: Option<CleanEnd>,
    /// Whether the run was going on when the ledger was read.
    is_going_on: bool,
    /// What is wrong with the ledger.
    pub(super) faults: Vec<String>,
}

impl Account {
    /// Reads the ledger and hands over each transaction once it is clear how it ended.
    pub(super) fn read(
        ledger: &LedgerReader,
        mut each: impl FnMut(&TransactionRecord, Fate) -> Result<(), VerifyError>,
    ) -> Result<Self, VerifyError> {
        let mut account = Account { is_going_on: ledger.is_being_written(), ..Account::default() };
        let mut open: BTreeMap<u32, TransactionRecord> = BTreeMap::new();
        for number in ledger.journals() {
            let Some(mut journal) = ledger.journal(number) else { continue };
            for record in journal.by_ref() {
                match record? {
                    Record::Header(_) => {}
                    Record::Transaction(next) => {
                        let lane = next.lane;
                        let before = open.insert(lane, next);
                        if let Some(before) = before {
                            let committed = open[&lane].seq != before.seq;
                            account.settle(&before, committed, &mut each)?;
                        }
                        account.number(&open[&lane]);
                    }
                    Record::Result(ended) | Record::Resolution(ended) => {
                        if open.get(&ended.lane).is_some_and(|open| open.seq == ended.seq)
                            && let Some(transaction) = open.remove(&ended.lane)
                        {
                            account.settle(&transaction, ended.committed, &mut each)?;
                        }
                    }
                    Record::Watermark(watermark) => {
                        if open.get(&watermark.lane).is_some_and(|open| open.seq == watermark.seq)
                            && let Some(transaction) = open.remove(&watermark.lane)
                        {
                            account.settle(&transaction, true, &mut each)?;
                        }
                        account.reach(watermark);
                    }
                    Record::End(end) => account.end = Some(end),
                }
            }
            account.faults.extend(journal.torn().map(|torn| format!("the ledger is torn at {torn}")));
        }
        for transaction in open.into_values() {
            account.open.insert(transaction.lane, transaction.seq);
            each(&transaction, Fate::Unresolved)?;
        }
        account.close();
        Ok(account)
    }

    /// A lane's numbers go up by one, or stay where a transaction was aborted.
    fn number(&mut self, next: &TransactionRecord) {
        self.totals.transactions += 1;
        let expected = self.last.get(&next.lane).map_or(1, |last| last + 1);
        if next.seq != expected && self.faults.len() < MOST_FAULTS {
            let (lane, seq) = (next.lane, next.seq);
            self.faults
                .push(format!("the ledger has transaction {seq} of lane {lane} in place of {expected}"));
        }
    }

    fn settle(
        &mut self,
        transaction: &TransactionRecord,
        committed: bool,
        each: &mut impl FnMut(&TransactionRecord, Fate) -> Result<(), VerifyError>,
    ) -> Result<(), VerifyError> {
        if committed {
            self.totals.committed += 1;
            self.last.insert(transaction.lane, transaction.seq);
        } else {
            self.totals.aborted += 1;
        }
        each(transaction, if committed { Fate::Committed } else { Fate::Aborted })
    }

    fn reach(&mut self, watermark: Watermark) {
        if self.watermark.as_ref().is_none_or(|last| last.seq <= watermark.seq) {
            self.watermark = Some(watermark);
        }
    }

    fn close(&mut self) {
        if let Some(Watermark { lane, seq, .. }) = self.watermark
            && !self.open.contains_key(&lane)
        {
            let last = self.last.entry(lane).or_default();
            *last = seq.max(*last);
        }
        match self.end {
            None if self.is_going_on => self.faults.push(GOING_ON.to_owned()),
            None => self.faults.push(UNENDED.to_owned()),
            Some(end) if end != self.totals => self.faults.push(format!(
                "the ledger has {} transactions, {} of them committed and {} aborted, and its end speaks of {}, {} and {}: a \
                 journal is missing or was cut; nothing can bring that back",
                self.totals.transactions,
                self.totals.committed,
                self.totals.aborted,
                end.transactions,
                end.committed,
                end.aborted
            )),
            Some(_) => {}
        }
    }

    /// Whether nothing can have been committed that the ledger does not have.
    pub(super) fn is_whole(&self) -> bool {
        self.faults.is_empty()
    }

    /// Why the ledger is not enough to say that everything is well.
    pub(super) fn doubts(&self) -> Vec<Doubt> {
        let mut doubts: Vec<Doubt> =
            self.faults.iter().map(|words| Doubt { check: None, words: words.clone() }).collect();
        if let Some((lane, seq)) = self.open.first_key_value() {
            let what = match self.open.len() {
                1 => format!("transaction {seq} of lane {lane} has no end in the ledger"),
                all => format!(
                    "{all} transactions have no end in the ledger, the first of them is {seq} of lane {lane}"
                ),
            };
            // A ledger with its end had settled all of them.
            let what_to_do = match self.end {
                None if self.is_going_on => "",
                None => "; that settles them, too",
                Some(_) => "; the ledger had ended, so that was cut off, and nothing can bring it back",
            };
            doubts.push(Doubt { check: None, words: format!("{what}{what_to_do}") });
        }
        doubts
    }
}

const GOING_ON: &str = "the run has not ended, its ledger is being written; verify it when it has";

/// Without its markers, nothing tells how a run has ended.
const UNENDED: &str = "the ledger has no clean end; `loadgen resolve` gives it one, as long as the markers of the run are in the \
                       database that it went to";

/// How many faults are told one by one.
const MOST_FAULTS: usize = 10;
