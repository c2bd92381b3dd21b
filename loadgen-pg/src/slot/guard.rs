//! Looks after a slot for as long as a run lasts, and drops it before it fills the disk.

use std::{future::Future, pin::pin, time::Duration};

use loadgen_core::Target;

use super::{CreatedFile, Retained, SlotWatch, remove::drop_slot};
use crate::{PgSession, PgTarget};

/// How often is looked.
const EVERY: Duration = Duration::from_secs(1);

/// Looks that may fail one after the other: what nobody can look at may be filling the disk.
const BLIND: u32 = 30;

/// Tries to drop a slot that is over its limit.
const TRIES: u32 = 30;

/// A slot that a run has made, and how much of the log it may keep.
#[derive(Debug)]
pub struct SlotGuard {
    target: PgTarget,
    file: CreatedFile,
    most: u64,
    session: Option<PgSession>,
}

impl SlotGuard {
    /// Of the slot that is written down; it may keep so many bytes.
    pub fn new(target: PgTarget, file: CreatedFile, most: u64) -> Self {
        SlotGuard { target, file, most, session: None }
    }

    /// Looks every second, and once more when the run has ended. When the slot keeps too much, `over` has to end the run, and the
    /// slot is dropped. The reason, if it came to that.
    pub async fn keep(
        mut self,
        over: impl FnOnce() + Send,
        ended: impl Future<Output = ()> + Send,
    ) -> Option<String> {
        let slot = self.file.created.slot.clone()?.name;
        let (watch, mut ended, mut blind, mut is_last) = (SlotWatch::new(&slot), pin!(ended), 0, false);
        let why = loop {
            match self.judge(&watch, &slot, &mut blind).await {
                Some(why) => break why,
                None if is_last => return None,
                None => {}
            }
            tokio::select! {
                () = &mut ended => is_last = true,
                () = tokio::time::sleep(EVERY) => {}
            }
        };
        over();
        Some(self.drop(&why).await)
    }

    /// Why the run has to end, if it has to.
    async fn judge(&mut self, watch: &SlotWatch, slot: &str, blind: &mut u32) -> Option<String> {
        match self.look(watch).await {
            Ok(Retained::Bytes(bytes)) if bytes > self.most => Some(format!(
                "the slot {slot} kept {bytes} bytes of the log, more than the {} that it may",
                self.most
            )),
            Ok(Retained::Lost) => {
                Some(format!("the server has given up the slot {slot}, and what was in it is lost"))
            }
            Ok(Retained::Gone) => Some(format!("somebody has dropped the slot {slot}")),
            Ok(Retained::Bytes(_)) => {
                *blind = 0;
                None
            }
            Err(why) => {
                (self.session, *blind) = (None, *blind + 1);
                (*blind >= BLIND).then(|| format!("nobody could look at the slot {slot} any more: {why}"))
            }
        }
    }

    async fn look(&mut self, watch: &SlotWatch) -> Result<Retained, String> {
        watch.look(self.session().await?).await.map_err(|error| error.to_string())
    }

    async fn session(&mut self) -> Result<&mut PgSession, String> {
        let session = match self.session.take() {
            Some(session) => session,
            None => self.target.connect().await.map_err(|error| error.to_string())?,
        };
        Ok(self.session.insert(session))
    }

    /// Drops the slot, which somebody may be reading just now; what came of it, with the reason.
    async fn drop(&mut self, why: &str) -> String {
        let mut failed = String::new();
        for _ in 0..TRIES {
            match self.try_drop().await {
                Ok(Ok(Some(_))) => return format!("{why}; the slot was dropped"),
                Ok(Ok(None)) => return why.to_owned(),
                Ok(Err(kept)) => return format!("{why}; {kept}"),
                Err(error) => (self.session, failed) = (None, error),
            }
            tokio::time::sleep(EVERY).await;
        }
        format!("{why}; it is still there: {failed}; `loadgen cleanup` removes it")
    }

    async fn try_drop(&mut self) -> Result<Result<Option<String>, String>, String> {
        self.session().await?;
        let Some(session) = self.session.as_mut() else { return Err("no session".to_owned()) };
        drop_slot(session, &mut self.file).await.map_err(|error| error.to_string())
    }
}
