//! The markers in the changes of a logical slot.

use std::time::{Duration, Instant};

use async_trait::async_trait;
use loadgen_core::{
    Action, Failure, TableName, Target,
    freshness::{Arrivals, EachMarker},
};

use crate::{
    PgSession, PgTarget,
    slot::{MarkerMessages, SlotError, SlotReader, SlotSource},
};

/// After so long a look hands over what it has, and the next one goes on.
const LONGEST: Duration = Duration::from_secs(2);

/// A temporary copy of a slot, which is consumed instead of it: the slot itself stays as it is.
///
/// The copy goes with its connection. When that is lost, another copy begins where the slot does, and decodes all over again
/// what the run has done so far.
#[derive(Debug)]
pub struct SlotCopy {
    target: PgTarget,
    source: SlotSource,
    marker: TableName,
    run: String,
    opened: Option<Opened>,
}

#[derive(Debug)]
struct Opened {
    session: PgSession,
    reader: SlotReader,
}

impl SlotCopy {
    /// The markers of a run in that slot; its publication has to have the marker table.
    pub fn new(target: PgTarget, source: SlotSource, marker: TableName, run: impl Into<String>) -> Self {
        SlotCopy { target, source, marker, run: run.into(), opened: None }
    }

    async fn open(&self) -> Result<Opened, Failure> {
        let mut session = self.target.connect().await?;
        let reader = SlotReader::open(&mut session, &self.source, false).await.map_err(failure)?;
        Ok(Opened { session, reader })
    }
}

#[async_trait]
impl Arrivals for SlotCopy {
    async fn look(&mut self, each: &mut EachMarker<'_>) -> Result<(), Failure> {
        let mut opened = match self.opened.take() {
            Some(opened) => opened,
            None => self.open().await?,
        };
        let (begun, mut markers) = (Instant::now(), MarkerMessages::new(&self.run));
        loop {
            let Opened { session, reader } = &mut opened;
            let (messages, is_last) = reader.markers(session, &self.marker).await.map_err(failure)?;
            for message in &messages {
                if let Some((lane, seq)) = markers.take(message).map_err(failure)? {
                    each(lane, seq);
                }
            }
            if is_last || begun.elapsed() > LONGEST {
                break;
            }
        }
        self.opened = Some(opened);
        Ok(())
    }

    fn describe(&self) -> String {
        format!("slot {} of {}", self.source.slot, self.target.describe())
    }
}

fn failure(error: SlotError) -> Failure {
    match error {
        SlotError::Server(failure) => failure,
        other => Failure::aborted(Action::Fatal, "slot", other),
    }
}
