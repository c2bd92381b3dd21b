//! Starting the workers together, and hearing from each of them.

use std::{any::Any, future::Future, sync::Arc, time::Duration};

use tokio::{
    sync::{mpsc, watch},
    task::{JoinError, JoinSet},
    time::Instant,
};

use super::{
    error::RunError,
    recorder::Recorder,
    schedule::{Schedule, Timetable},
    shared::Shared,
    stop::Level,
    timer::Timer,
    worker::Worker,
};
use crate::{Action, Failure, LaneId, Target, Workload};

/// What the workers report to. The channels end with the workers: nobody else keeps a sender.
pub(super) struct Crew<W: Workload> {
    ready: mpsc::Receiver<Result<(), Failure>>,
    start: watch::Sender<Option<Instant>>,
    done: mpsc::Receiver<Handed<W>>,
    workers: u32,
}

/// The workers' ends of the channels, to be dropped when every job is made.
pub(super) struct Posts<W: Workload> {
    ready: mpsc::Sender<Result<(), Failure>>,
    start: watch::Receiver<Option<Instant>>,
    done: mpsc::Sender<Handed<W>>,
    workers: u32,
}

/// What a worker hands in at its end.
pub(super) struct Handed<W: Workload> {
    pub(super) recorder: Recorder,
    pub(super) lanes: Vec<(LaneId, W::Lane)>,
}

impl<W: Workload> Posts<W> {
    /// The work of some workers, to be driven by one runtime: connect, wait for the start, run, hand in the recorder.
    pub(super) fn job(
        &self,
        shared: &Arc<Shared<W>>,
        timetable: &Timetable,
        indexes: Vec<u32>,
        warmup: Duration,
        fine: bool,
    ) -> impl Future<Output = ()> + Send + 'static {
        let (shared, timetable) = (Arc::clone(shared), timetable.clone());
        let Posts { ready, start, done, workers } = self;
        let workers = *workers;
        let (ready, start, done) = (ready.clone(), start.clone(), done.clone());
        async move {
            let (mut crew, mut names) = (JoinSet::new(), Vec::new());
            for index in indexes {
                let ids: Vec<LaneId> =
                    (index..timetable.lanes).step_by(workers as usize).map(LaneId).collect();
                let schedule = Schedule::new(timetable.clone(), ids.iter().copied());
                let recorder = Recorder::new(0, warmup);
                let timer = if fine { Timer::fine() } else { Timer::Coarse };
                let worker = Worker::new(index, Arc::clone(&shared), schedule, ids, recorder, timer);
                let posts = Posts { ready: ready.clone(), start: start.clone(), done: done.clone(), workers };
                names.push((crew.spawn(posts.serve(worker, Arc::clone(&shared))).id(), index));
            }
            // The start is waited for by those who are ready; whoever is not must be missed by then.
            drop(ready);
            while let Some(ended) = crew.join_next().await {
                if let Err(error) = ended {
                    let index = names.iter().find(|(id, _)| *id == error.id()).map_or(0, |(_, index)| *index);
                    shared.progress.worker(index).connected(false);
                    shared.fail(lost_worker(index, workers, error));
                }
            }
            // Held until here, so that a panic is known before the results are counted.
            drop(done);
        }
    }

    async fn serve(self, mut worker: Worker<W>, shared: Arc<Shared<W>>) {
        let Posts { ready, mut start, done, .. } = self;
        let connected = tokio::select! {
            biased;
            connected = worker.connect() => connected,
            () = shared.stop.reached(Level::Cut) => return,
        };
        let failed = connected.is_err();
        let heard = ready.send(connected).await;
        drop(ready);
        if failed || heard.is_err() {
            return;
        }
        let Ok(Some(at)) = start.wait_for(Option::is_some).await.map(|at| *at) else { return };
        worker.run(at).await;
        let Worker { recorder, lanes, .. } = worker;
        let _ = done.send(Handed { recorder, lanes }).await;
    }
}

impl<W: Workload> Crew<W> {
    pub(super) fn new(workers: u32) -> (Posts<W>, Self) {
        let size = workers as usize;
        let (ready_at, ready) = mpsc::channel(size);
        let (start, start_at) = watch::channel(None);
        let (done_at, done) = mpsc::channel(size);
        let posts = Posts { ready: ready_at, start: start_at, done: done_at, workers };
        (posts, Crew { ready, start, done, workers })
    }

    /// Waits for every session, then lets all workers go from the same instant.
    pub(super) async fn start(&mut self, shared: &Shared<W>) -> Result<Instant, RunError> {
        for _ in 0..self.workers {
            match self.ready.recv().await {
                Some(Ok(())) => {}
                Some(Err(source)) => {
                    return Err(RunError::Connect { target: shared.target.describe(), source });
                }
                None => return Err(RunError::Worker),
            }
        }
        let now = Instant::now();
        shared.progress.started(now);
        self.start.send_replace(Some(now));
        Ok(now)
    }

    /// Everything that the workers hand in; fewer than there are workers when one panicked.
    pub(super) async fn handed_in(mut self) -> Vec<Handed<W>> {
        let mut handed = Vec::with_capacity(self.workers as usize);
        while let Some(one) = self.done.recv().await {
            handed.push(one);
        }
        handed
    }
}

/// What is left to say of a worker that did not come to its end.
fn lost_worker(index: u32, workers: u32, error: JoinError) -> Failure {
    let why =
        error.try_into_panic().map_or_else(|error| error.to_string(), |panic| words(&*panic).to_owned());
    let message = format!(
        "worker {index} of {workers} panicked ({why}): its lanes, every {workers}th from lane {index}, are missing in \
         the report"
    );
    Failure::aborted(Action::Defect, "panic", message)
}

fn words(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

pub(crate) fn on_own_thread(job: impl Future<Output = ()> + Send + 'static) {
    let drive = move || match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(job),
        Err(error) => tracing::error!(%error, "failed to start a runtime"),
    };
    if let Err(error) = std::thread::Builder::new().spawn(drive) {
        tracing::error!(%error, "failed to start a thread");
    }
}
