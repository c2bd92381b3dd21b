//! Starting the workers together, and hearing from each of them.

use std::{future::Future, sync::Arc, time::Duration};

use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
    time::Instant,
};

use super::{
    recorder::Recorder,
    run::RunError,
    schedule::{Schedule, Timetable},
    timer::Timer,
    worker::{Shared, Worker},
};
use crate::{Failure, LaneId, Target, Workload};

type Channel<T> = (mpsc::Sender<T>, mpsc::Receiver<T>);

/// The channels between the workers and whoever started them.
pub(super) struct Crew {
    ready: Channel<Result<(), Failure>>,
    start: watch::Sender<Option<Instant>>,
    done: Channel<Recorder>,
    waiting: u32,
}

impl Crew {
    pub(super) fn new(workers: u32) -> Self {
        let size = workers as usize;
        Crew {
            ready: mpsc::channel(size),
            start: watch::Sender::new(None),
            done: mpsc::channel(size),
            waiting: workers,
        }
    }

    /// The work of some workers, to be driven by one runtime: connect, wait for the start, run, hand in the recorder.
    pub(super) fn job<W: Workload>(
        &self,
        shared: &Arc<Shared<W>>,
        timetable: &Timetable,
        indexes: Vec<u32>,
        warmup: Duration,
        fine: bool,
    ) -> impl Future<Output = ()> + Send + 'static {
        let (shared, timetable) = (Arc::clone(shared), timetable.clone());
        let (ready, start, done) = (self.ready.0.clone(), self.start.subscribe(), self.done.0.clone());
        let workers = shared.progress.workers();
        async move {
            let mut crew = JoinSet::new();
            for index in indexes {
                let ids: Vec<LaneId> =
                    (index..timetable.lanes).step_by(workers as usize).map(LaneId).collect();
                let schedule = Schedule::new(timetable.clone(), ids.iter().copied());
                let recorder = Recorder::new(shared.choice.names.len(), warmup);
                let timer = if fine { Timer::fine() } else { Timer::Coarse };
                let mut worker = Worker::new(index, Arc::clone(&shared), schedule, ids, recorder, timer);
                let (ready, mut start, done) = (ready.clone(), start.clone(), done.clone());
                crew.spawn(async move {
                    let connected = worker.connect().await;
                    let failed = connected.is_err();
                    let heard = ready.send(connected).await;
                    drop(ready);
                    if failed || heard.is_err() {
                        return;
                    }
                    let Ok(Some(at)) = start.wait_for(Option::is_some).await.map(|at| *at) else { return };
                    worker.run(at).await;
                    let _ = done.send(worker.recorder).await;
                });
            }
            while crew.join_next().await.is_some() {}
        }
    }

    /// Waits for every session, then lets all workers go from the same instant.
    pub(super) async fn start<W: Workload>(&mut self, shared: &Shared<W>) -> Result<Instant, RunError> {
        while self.waiting > 0 {
            match self.ready.1.recv().await {
                Some(Ok(())) => self.waiting -= 1,
                Some(Err(source)) => {
                    return Err(RunError::Connect { target: shared.target.describe(), source });
                }
                None => return Err(RunError::Worker),
            }
        }
        let now = Instant::now();
        self.start.send_replace(Some(now));
        Ok(now)
    }

    /// Everything that the workers hand in; fewer than there are workers when one panicked.
    pub(super) fn recorders(self, workers: u32) -> impl Future<Output = Vec<Recorder>> {
        let Crew { done: (sender, mut receiver), .. } = self;
        drop(sender);
        async move {
            let mut recorders = Vec::with_capacity(workers as usize);
            while let Some(recorder) = receiver.recv().await {
                recorders.push(recorder);
            }
            recorders
        }
    }
}

pub(super) fn on_own_thread(job: impl Future<Output = ()> + Send + 'static) {
    std::thread::spawn(move || match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(job),
        Err(error) => tracing::error!(%error, "failed to start a runtime"),
    });
}
