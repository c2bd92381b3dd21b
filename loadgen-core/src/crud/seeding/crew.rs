//! The connections, each on a thread of its own: making rows is work for a processor.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::{
    wave::Wave,
    worker::{Shared, Worker},
};
use crate::{
    BulkSession, Failure, Rng, RunError, Seed, Target,
    engine::{Level, on_own_thread},
};

/// A wave to write, and who wants to know how it went.
type Order = (Arc<Wave>, u64, oneshot::Sender<Result<(), Failure>>);

/// Where the connections take their orders.
pub(super) struct Crew {
    orders: Vec<mpsc::Sender<Order>>,
}

impl Crew {
    pub(super) fn new<T: Target>(shared: &Arc<Shared<T>>, seed: Seed) -> Self
    where
        T::Session: BulkSession,
    {
        let start = |index: u32| {
            let (orders, mut taken) = mpsc::channel::<Order>(1);
            let (stop, rng) = (shared.stop.clone(), Rng::keyed(seed, [u64::from(index), 0, 0]));
            let mut worker = Worker::new(Arc::clone(shared), rng);
            on_own_thread(async move {
                let work = async {
                    while let Some((wave, rows, heard)) = taken.recv().await {
                        let _ = heard.send(worker.write(&wave, rows).await);
                    }
                };
                stop.unless(Level::Cut, work).await;
            });
            orders
        };
        Crew { orders: (0..shared.connections).map(start).collect() }
    }

    /// Has all connections write a wave, and waits for them. The first failure is the one that counts.
    pub(super) async fn write(&self, wave: &Arc<Wave>, rows: u64) -> Result<Option<Failure>, RunError> {
        let mut answers = Vec::with_capacity(self.orders.len());
        for orders in &self.orders {
            let (heard, answer) = oneshot::channel();
            orders.send((Arc::clone(wave), rows, heard)).await.map_err(|_| RunError::Worker)?;
            answers.push(answer);
        }
        let mut failed = None;
        for answer in answers {
            if let Err(failure) = answer.await.map_err(|_| RunError::Worker)? {
                failed.get_or_insert(failure);
            }
        }
        Ok(failed)
    }
}
