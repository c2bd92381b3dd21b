//! The ledger of a run that is under way: markers in the target, records in the ledger.

use std::{
    collections::BTreeMap,
    error::Error,
    sync::{Arc, Mutex, PoisonError},
};

use super::{
    directory::Ledger,
    error::LedgerError,
    marker::{CLOSED, Markers},
    record::{Header, Record, ResultRecord, TableHeader, TransactionRecord, VERSION, Watermark},
    trace::LaneTrace,
};
use crate::{Action, Applied, Failure, SchemaFilter, SqlSession, Value, freshness::Freshness};

/// Markers that are made with one statement.
const AT_ONCE: u32 = 1000;

/// How often a marker is asked for that somebody else has.
const CLOSINGS: u32 = 10;

/// What the lanes of a traced run share.
#[derive(Debug)]
pub(crate) struct Tracer {
    pub(super) ledger: Ledger,
    pub(super) markers: Markers,
    lanes: u32,
    tables: Mutex<Vec<TableHeader>>,
    /// Whoever wants to know when commits are acknowledged.
    freshness: Option<Freshness>,
}

impl Tracer {
    /// Writes the header, but for its tables, which follow, and then places the markers of the lanes: whoever finds markers finds
    /// a ledger that names them.
    pub(crate) async fn begin(
        session: &mut impl SqlSession,
        ledger: Ledger,
        header: Header,
    ) -> Result<Self, Failure> {
        let table = session.marker_table().await?;
        let markers = Markers::new(&table, &header.run);
        let lanes = header.lanes;
        let (marker, standing) = (table.name.to_string(), session.standing().await?);
        let header = Header { version: VERSION, marker, standing, ..header };
        ledger.write(0, &Record::Header(header)).map_err(|error| unwritten(&error))?;
        // The lane behind the last is that of watermarks.
        for first in (0..=lanes).step_by(AT_ONCE as usize) {
            session.apply(&[markers.place(first..(lanes + 1).min(first + AT_ONCE))]).await?;
        }
        Ok(Tracer { ledger, markers, lanes, tables: Mutex::default(), freshness: None })
    }

    /// Has commits noted as they are acknowledged.
    pub(crate) fn followed(self, freshness: Option<Freshness>) -> Self {
        freshness.iter().for_each(|freshness| freshness.watch(self.lanes));
        Tracer { freshness, ..self }
    }

    /// The target has committed a transaction of a lane.
    pub(super) fn acknowledged(&self, lane: u32, seq: u64) {
        if let Some(freshness) = &self.freshness {
            freshness.acknowledged(lane, seq);
        }
    }

    /// The numbers of tables in the ledger, each of which may have had one up to now; those that are new to it are added to the
    /// header, and it is told which are gone.
    pub(crate) fn numbers(
        &self,
        tables: Vec<(Option<u32>, TableHeader)>,
        gone: Vec<u32>,
    ) -> Result<Vec<u32>, Failure> {
        let mut known = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        let mut added = Header { gone, ..Header::default() };
        let numbers = tables.into_iter().map(|(before, mut table)| {
            // A form that a table had before it had another is a new one: numbers are in the order of forms.
            let form = before.map(|before| (before, &known[before as usize]));
            match form {
                Some((before, form)) if form.is_called(&table) && form.is_like(&table) => return before,
                Some((before, form)) if !form.is_called(&table) => table.was = Some(before),
                _ => {}
            }
            let number = known.len() as u32;
            added.tables.insert(number, table.clone());
            known.push(table);
            number
        });
        let numbers = numbers.collect();
        if !added.tables.is_empty() || !added.gone.is_empty() {
            self.ledger.write(0, &Record::Header(added)).map_err(|error| unwritten(&error))?;
        }
        Ok(numbers)
    }

    /// Goes on where another process has stopped, to finish its run.
    pub(super) async fn reopen(
        session: &mut impl SqlSession,
        ledger: Ledger,
        header: &Header,
    ) -> Result<Self, Failure> {
        let name = header.marker_table().ok_or_else(|| gone(&header.marker))?;
        let found = session.introspect(&SchemaFilter { schemas: vec![name.schema.clone()] }).await?;
        let table = found.table(&name).ok_or_else(|| gone(&header.marker))?;
        let markers = Markers::new(table, &header.run);
        Ok(Tracer { ledger, markers, lanes: header.lanes, tables: Mutex::default(), freshness: None })
    }

    /// Settles what nobody has seen the end of, writes a watermark, and closes the ledger. How many transactions turned out
    /// to be committed, and how many aborted.
    pub(crate) async fn finish(&self, session: &mut impl SqlSession) -> Result<(u64, u64), Failure> {
        let (mut committed, mut aborted) = (0, 0);
        let open: BTreeMap<u32, u64> = self.ledger.open().into_iter().collect();
        // The last is the lane of watermarks.
        for lane in 0..=self.lanes {
            let Some(last) = self.close(session, lane).await? else { break };
            match (open.get(&lane), self.ledger.last(lane)) {
                (Some(seq), _) => {
                    *(if self.settled(lane, *seq, last)? { &mut committed } else { &mut aborted }) += 1;
                }
                (None, known) if last < known => return Err(went_back(lane, known + 1, last)),
                (None, known) if last > known => return Err(went_ahead(lane, known, last)),
                (None, _) => {}
            }
            if lane == self.lanes {
                self.mark(session, last + 1).await?;
            }
        }
        self.write(0, &Record::End(self.ledger.counts()))?;
        self.ledger.sync().await.map_err(|error| unwritten(&error))?;
        Ok((committed, aborted))
    }

    /// Bars what comes late on a lane, for good; where its marker is. Whoever has the marker is waited for, if not for ever. None
    /// if there is no marker, and nothing was done: the process was gone before all were placed.
    async fn close(&self, session: &mut impl SqlSession, lane: u32) -> Result<Option<u64>, Failure> {
        let close = self.markers.close(lane);
        let mut closings = 1;
        let closed = loop {
            match session.apply_soon(&close).await {
                Err(failure) if failure.action == Action::RetryThenSkip && closings < CLOSINGS => {
                    waits(&failure, lane);
                    closings += 1;
                }
                answer => break answer?,
            }
        };
        if closed.rows == 0 && self.ledger.counts().transactions == 0 {
            return Ok(None);
        }
        last_seq(&closed, lane).map(Some)
    }

    /// Commits the watermark of that number; the lane's marker is at the one before, and closed.
    async fn mark(&self, session: &mut impl SqlSession, seq: u64) -> Result<(), Failure> {
        let lane = self.lanes;
        let moved = session.stage(&[self.markers.advance(lane, CLOSED, seq)]).await?;
        has_moved(&moved, lane)?;
        self.promise(TransactionRecord { lane, seq, entries: Vec::new() }).await?;
        session.commit().await?;
        self.write(lane, &Record::Result(ResultRecord { lane, seq, committed: true }))?;
        let position = session.position().await?;
        self.write(lane, &Record::Watermark(Watermark { lane, seq, position }))
    }

    /// Writes down what the marker says of a transaction; whether it was committed.
    pub(super) fn settled(&self, lane: u32, seq: u64, last: u64) -> Result<bool, Failure> {
        if last + 1 < seq {
            return Err(went_back(lane, seq, last));
        }
        if last > seq {
            return Err(went_ahead(lane, seq, last));
        }
        let committed = last == seq;
        self.write(lane, &Record::Resolution(ResultRecord { lane, seq, committed }))?;
        Ok(committed)
    }

    /// The trace of a lane that has done nothing.
    pub(crate) fn lane(self: &Arc<Self>, lane: u32) -> LaneTrace {
        LaneTrace::new(Arc::clone(self), lane)
    }

    /// What can be found out again is written with what comes next.
    pub(super) fn defer(&self, lane: u32, record: &Record) -> Result<(), Failure> {
        self.ledger.defer(lane, record).map_err(|error| unwritten(&error))
    }

    /// Writes down what is about to be committed, and waits until it is kept.
    pub(super) async fn promise(&self, record: TransactionRecord) -> Result<(), Failure> {
        let lane = record.lane;
        self.write(lane, &Record::Transaction(record))?;
        self.ledger.kept(lane).await.map_err(|error| unwritten(&error))
    }

    pub(super) fn write(&self, lane: u32, record: &Record) -> Result<(), Failure> {
        self.ledger.write(lane, record).map_err(|error| unwritten(&error))
    }
}

impl TableHeader {
    fn is_called(&self, other: &TableHeader) -> bool {
        (&self.schema, &self.table) == (&other.schema, &other.table)
    }

    /// Whether a table of the same name has the same form, whatever there was in it before.
    fn is_like(&self, other: &TableHeader) -> bool {
        (&self.key, &self.columns, &self.uncovered, &self.unchecked)
            == (&other.key, &other.columns, &other.uncovered, &other.unchecked)
    }
}

/// A marker has to be where its lane left it.
pub(super) fn has_moved(applied: &[Applied], lane: u32) -> Result<(), Failure> {
    if applied.first().is_some_and(|marker| marker.rows == 1) { Ok(()) } else { Err(unmoved(lane)) }
}

pub(super) fn unmoved(lane: u32) -> Failure {
    let why = format!(
        "the marker of lane {lane} is not where the lane left it: another process carries the same run or has settled it, or the \
         database was set back"
    );
    Failure::aborted(Action::Fatal, "marker", why)
}

/// Says that somebody has a marker, if that is why it could not be asked for.
pub(super) fn waits(failure: &Failure, lane: u32) {
    if failure.action == Action::RetryThenSkip {
        tracing::warn!(lane, %failure, "a transaction that has the lane's marker is still under way; asked again");
    }
}

/// What a fence gave back.
pub(super) fn last_seq(applied: &Applied, lane: u32) -> Result<u64, Failure> {
    match applied.returned.as_slice() {
        [Value::Int(last)] => Ok(last.unsigned_abs()),
        _ => Err(Failure::aborted(
            Action::Fatal,
            "marker",
            format!("the marker of lane {lane} is gone: {GONE}"),
        )),
    }
}

fn went_back(lane: u32, seq: u64, last: u64) -> Failure {
    let why = format!(
        "the database lost commits that it had acknowledged: lane {lane} was at transaction {}, and its marker is at {last}",
        seq - 1
    );
    Failure::aborted(Action::Fatal, "lost commits", why)
}

fn went_ahead(lane: u32, seq: u64, last: u64) -> Failure {
    let why = format!(
        "something was committed that the ledger does not have: lane {lane} has written down transactions up to {seq}, and its \
         marker is at {last}; another process carries the same run, or the end of the ledger is missing"
    );
    Failure::aborted(Action::Fatal, "marker", why)
}

/// What to say of markers that nobody can bring back.
const GONE: &str = "somebody has removed it, and nothing else tells how the last transactions ended; the run cannot be settled any \
                    more, and `loadgen verify` is inconclusive";

fn gone(marker: &str) -> Failure {
    let why = format!("the table of markers {marker} is gone: {GONE}");
    Failure::aborted(Action::Fatal, "marker", why)
}

/// Traffic that cannot be written down must not go on.
pub(super) fn unwritten(error: &LedgerError) -> Failure {
    let mut message = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        message = format!("{message}: {cause}");
        source = cause.source();
    }
    Failure::aborted(Action::Fatal, "ledger", message)
}
