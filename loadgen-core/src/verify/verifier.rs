//! Takes the ledger and what a sink shows, and judges.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::PathBuf,
    sync::Arc,
};

use super::{
    account::Account,
    coverage::Coverage,
    error::VerifyError,
    evidence::Evidence,
    expectation::Expectation,
    findings::{Draft, Findings},
    judgement::Judgement,
    leftovers::Leftovers,
    marks::Marks,
    observation::{Observation, Seen, Sink, TableId},
    part::Judge,
    relation::{Parts, Relation, key_hash, relations},
    replay::Replays,
    sighting::{Head, Sighting},
    spill::{Scratch, Spill},
    tally::{Tallies, Tally},
    verification::{Check, Counts, Verification},
};
use crate::{
    TableName,
    ledger::{Header, LedgerReader},
};

/// How a sink is judged.
#[derive(Clone, Debug)]
pub struct VerifyOptions {
    /// Where temporary files go: about as much as the ledger has, and as much again. By default, the directory of the ledger, or
    /// that of the system if nothing can be written there.
    pub temporary: Option<PathBuf>,
    /// How many findings of each check [`Verification::findings`] has; [`Verifier::judge`] gives all of them.
    pub findings: usize,
    /// Tables that the sink does not have, by schema and name as in `public.orders`, with the reason: they are not compared.
    pub absent: BTreeMap<String, String>,
    /// Files that rows are dealt to; the more, the less memory. By default, as many as the size of the ledger asks for.
    pub parts: Option<usize>,
    /// About how many bytes of what is to be compared are held in memory at once, in about twice as many bytes. One row takes more
    /// if it was changed very often and did not come in order.
    pub memory: u64,
}

impl Default for VerifyOptions {
    fn default() -> Self {
        VerifyOptions {
            temporary: None,
            findings: 1_000,
            absent: BTreeMap::new(),
            parts: None,
            memory: MEMORY,
        }
    }
}

/// Holds what a sink shows against a ledger.
#[derive(Debug)]
pub struct Verifier {
    ledger: LedgerReader,
    header: Arc<Header>,
    sink: Sink,
    scratch: Arc<Scratch>,
    account: Account,
    expectation: Expectation,
    marks: Marks,
    /// Changes of tables that the ledger does not have.
    passed_over: BTreeMap<String, u64>,
    tallies: Tallies,
    /// How much has come in each stream.
    streams: HashMap<u32, u64>,
    findings: Findings,
    /// How much is judged in memory.
    memory: u64,
    most_findings: usize,
    /// Why the sink says itself that it has not come as far as the ledger.
    held_back: Option<String>,
    /// What is kept of the columns of one observation.
    cells: Parts,
}

/// What [`Verifier::table`] gives for the marker table.
const MARKER: TableId = TableId(u32::MAX);

/// About how much of a ledger a part has.
const PART: u64 = 16 << 20;

/// What a part may have, if keys are dealt unevenly.
const MEMORY: u64 = 64 << 20;

/// More parts than this are more buffers than rows.
const MOST_PARTS: usize = 512;

/// How many tables that the ledger does not have are told apart, and what the rest is called.
const MOST_OTHERS: usize = 1_000;
const REST: &str = "others";

impl Verifier {
    /// Reads the ledger.
    ///
    /// # Errors
    /// When the ledger cannot be read, or temporary files cannot be written.
    pub fn new(ledger: LedgerReader, sink: Sink, options: VerifyOptions) -> Result<Self, VerifyError> {
        let header = Arc::new(ledger.header()?);
        let (mut relations, forms) = relations(&header, sink);
        for relation in &mut relations {
            let absent = options.absent.get(&relation.name);
            relation.exempt = relation.exempt.take().or(absent.cloned());
        }
        let scratch = match &options.temporary {
            Some(named) => Scratch::new(named)?,
            None => Scratch::beside(ledger.directory(), &std::env::temp_dir())?,
        };
        let scratch = Arc::new(scratch);
        let parts = options.parts.unwrap_or_else(|| parts_for(&ledger)).clamp(1, MOST_PARTS);
        let tallies = Tallies::new(&scratch, parts);
        let mut expectation = Expectation::new(relations, forms, Spill::new(&scratch, "rows", parts));
        let account = Account::read(&ledger, |transaction, fate| expectation.take(transaction, fate))?;
        let totals = account.totals;
        let unresolved = account.open.len() as u64;
        let counts =
            Counts { committed: totals.committed, aborted: totals.aborted, unresolved, ..expectation.counts };
        Ok(Verifier {
            findings: Findings::new(&scratch, parts),
            most_findings: options.findings,
            held_back: None,
            expectation: Expectation { counts, ..expectation },
            tallies,
            ledger,
            header,
            sink,
            scratch,
            account,
            marks: Marks::default(),
            passed_over: BTreeMap::new(),
            streams: HashMap::new(),
            memory: options.memory,
            cells: Parts::default(),
        })
    }

    /// A table that the ledger knows, by any name that it had during the run, or its marker table. What a sink has of others
    /// is none of our business. Worth asking once for a table rather than once for a change.
    pub fn table(&self, schema: &str, name: &str) -> Option<TableId> {
        let full = TableName::new(schema, name).to_string();
        if self.header.marker == name || self.header.marker == full {
            return Some(MARKER);
        }
        let relations = &self.expectation.relations;
        let at = relations.iter().position(|relation| relation.name == full);
        let at = at.or_else(|| relations.iter().position(|relation| relation.former.contains(&full)))?;
        Some(TableId(at as u32))
    }

    /// A change has come of a table that [`Verifier::table`] does not know, such as `public.orders`. It is counted, and nothing else.
    pub fn pass_over(&mut self, table: &str) {
        let known = self.passed_over.len();
        match self.passed_over.get_mut(table) {
            Some(count) => *count += 1,
            None if known < MOST_OTHERS => *self.passed_over.entry(table.to_owned()).or_default() += 1,
            None => *self.passed_over.entry(REST.to_owned()).or_default() += 1,
        }
    }

    /// Whether a table is one that is not compared, whatever the sink shows of it.
    pub fn is_passed_over(&self, table: TableId) -> bool {
        let relation = self.expectation.relations.get(table.0 as usize);
        relation.is_some_and(|relation| relation.exempt.is_some())
    }

    /// What the ledger says of the run.
    pub fn header(&self) -> Arc<Header> {
        Arc::clone(&self.header)
    }

    /// The columns of a table's key, in the order in which observations have their values; none of the marker table.
    pub fn key(&self, table: TableId) -> &[String] {
        self.expectation.relations.get(table.0 as usize).map_or(&[], |relation| &relation.key)
    }

    /// The last watermark: the lane and the number that its marker has where everything has arrived.
    pub fn watermark(&self) -> Option<(u32, u64)> {
        self.account.watermark.as_ref().map(|mark| (mark.lane, mark.seq))
    }

    /// Whether the sink has shown the last watermark. What comes in one stream with the marker table is complete then; of a
    /// sink with several, everything that is there has to be handed over as well.
    pub fn is_complete(&self) -> bool {
        let is_reached = |(lane, seq)| self.marks.newest(lane) >= seq;
        self.held_back.is_none() && self.watermark().is_some_and(is_reached)
    }

    /// All markers of a sink of rows are about to be shown again: they count once.
    pub(super) fn forget_markers(&mut self) {
        self.expectation.counts.observed -= std::mem::take(&mut self.marks.observed);
        (self.marks.seen, self.marks.foreign) = (0, 0);
    }

    /// A table cannot be judged by what the sink has of it.
    pub(super) fn exempt(&mut self, table: TableId, why: String) {
        if let Some(relation) = self.expectation.relations.get_mut(table.0 as usize) {
            relation.exempt.get_or_insert(why);
        }
    }

    /// The sink says itself that not everything has arrived, whatever its markers say, and in which words: what is missing may
    /// still come.
    pub fn hold_back(&mut self, why: impl Into<String>) {
        self.held_back = Some(why.into());
    }

    /// A column is something else in the sink than in the ledger, in these words. Values that [`Cell::Inexact`] stands for are
    /// listed with them.
    ///
    /// [`Cell::Inexact`]: super::Cell::Inexact
    pub fn retype(&mut self, table: TableId, column: &str, in_ledger: String, in_sink: String) {
        if let Some(relation) = self.expectation.relations.get_mut(table.0 as usize) {
            relation.retype(column, in_ledger, in_sink);
        }
    }

    /// Takes what the sink shows next. Rows of the marker table come first where a sink shows rows: what it shows after them is
    /// at least as new.
    ///
    /// # Errors
    /// When the observation does not fit the ledger's table, or a temporary file cannot be written.
    pub fn observe(&mut self, observation: &Observation<'_>) -> Result<(), VerifyError> {
        self.expectation.counts.observed += 1;
        if observation.table == MARKER {
            self.marks.observed += 1;
            let new = self.marks.see(observation, &self.header.run, self.sink);
            return match new {
                Some((lane, seq)) => self.tallies.add(&Tally::marker(lane, seq, observation.transaction)),
                None => Ok(()),
            };
        }
        let expectation = &mut self.expectation;
        let relation = &mut expectation.relations[observation.table.0 as usize];
        if relation.exempt.is_some() {
            return Ok(());
        }
        if observation.seen == Seen::Truncate {
            let words = "the table was emptied, and nobody in the ledger has done that";
            let draft = || Draft::of_table(Check::Foreign, observation.table.0, words);
            self.findings.add(Check::Foreign, draft);
            return Ok(());
        }
        fits(observation, relation, self.sink)?;
        relation.parts(observation.columns, self.sink == Sink::Changes, &mut self.cells);
        let position = self.streams.entry(observation.stream).or_default();
        let head = Head {
            key: key_hash(observation.table.0, observation.key, &mut expectation.buffer),
            relation: observation.table.0,
            stream: observation.stream,
            position: *position,
            seen: observation.seen,
            transaction: observation.transaction,
        };
        *position += 1;
        let hash = (head.key >> 64) as u64;
        expectation.rows.deal(hash, |bytes| Sighting::write(&head, &self.cells, observation.key, bytes))
    }

    /// Judges what was observed.
    ///
    /// # Errors
    /// When the ledger or a temporary file cannot be read.
    pub fn finish(self) -> Result<Verification, VerifyError> {
        let most = self.most_findings as u64;
        let (verification, evidence) = self.judge()?;
        let (mut findings, mut kept) = (Vec::new(), BTreeMap::<Check, u64>::new());
        evidence.each::<VerifyError>(|finding| {
            let kept = kept.entry(finding.check).or_default();
            if *kept < most {
                findings.push(finding.clone());
            }
            *kept += 1;
            Ok(())
        })?;
        findings.sort_unstable();
        Ok(Verification { findings, ..verification })
    }

    /// Judges what was observed. The findings come apart from the rest, as there may be any number of them.
    ///
    /// # Errors
    /// When the ledger or a temporary file cannot be read.
    pub fn judge(self) -> Result<(Verification, Evidence), VerifyError> {
        let is_complete = self.is_complete();
        let Expectation { relations, forms, mut rows, counts, .. } = self.expectation;
        let mut judgement = Judgement {
            sink: self.sink,
            is_complete,
            held_back: self.held_back,
            replays: Replays::new(&self.scratch, rows.parts(), &self.streams),
            marks: self.marks,
            passed_over: self.passed_over,
            exempt: BTreeMap::new(),
            findings: self.findings,
            coverage: Coverage::default(),
            counts,
            tallies: self.tallies,
            leftovers: vec![Leftovers::default(); relations.len()],
            extents: BTreeMap::new(),
        };
        let judge = Judge { relations: &relations, most: self.memory };
        for part in 0..rows.parts() {
            judge.part(&mut rows, part, 0, &mut judgement)?;
        }
        judgement.boundaries(&relations);
        judgement.leftovers(&relations);
        judgement.markers(&self.account)?;
        let (findings, verification) = judgement.conclude(&self.account, &relations)?;
        let (scratch, ledger) = (self.scratch, self.ledger);
        Ok((verification, Evidence { findings, scratch, ledger, relations, forms }))
    }
}

fn parts_for(ledger: &LedgerReader) -> usize {
    let entries = fs::read_dir(ledger.directory()).into_iter().flatten().flatten();
    let size: u64 = entries.filter_map(|entry| entry.metadata().ok()).map(|file| file.len()).sum();
    (size / PART) as usize + 4
}

fn fits(observation: &Observation<'_>, relation: &Relation, sink: Sink) -> Result<(), VerifyError> {
    let what = if observation.key.len() != relation.key.len() {
        format!("a key of {} columns instead of {}", observation.key.len(), relation.key.len())
    } else if sink == Sink::State && observation.seen != Seen::Row {
        "a change among rows".to_owned()
    } else {
        return Ok(());
    };
    Err(VerifyError::Observation { what, table: relation.name.clone() })
}
