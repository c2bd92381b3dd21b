//! What is going on, while it goes on.

use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use loadgen_core::{Progress, Snapshot, freshness::Freshness};
use tokio::task::JoinHandle;

use crate::{
    args::ProgressMode,
    freshness,
    news::News,
    output,
    units::{clock, count, millis},
    view::View,
};

/// How often a plain line comes.
pub(crate) const PLAIN: Duration = Duration::from_secs(10);
/// How often a bar moves.
pub(crate) const LIVE: Duration = Duration::from_millis(200);

/// A job to look at.
#[derive(Debug)]
pub(crate) struct Watched {
    pub(crate) name: String,
    pub(crate) view: View,
    pub(crate) duration: Option<Duration>,
    pub(crate) operations: Option<u64>,
    pub(crate) freshness: Option<Freshness>,
}

/// Shows the progress until it is dropped.
#[derive(Debug)]
pub(crate) struct Shown {
    task: Option<JoinHandle<()>>,
}

impl Drop for Shown {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
        output::clear_bars();
    }
}

/// Begins to show the progress of some jobs.
pub(crate) fn show(jobs: Vec<Watched>, mode: ProgressMode, quiet: bool) -> Shown {
    begin(mode, quiet, |bars| match bars {
        Some(bars) => tokio::spawn(draw(jobs, bars)),
        None => tokio::spawn(tell(jobs)),
    })
}

/// Starts what shows progress, if any is to be shown: with bars on a terminal, else without.
pub(crate) fn begin(
    mode: ProgressMode,
    quiet: bool,
    start: impl FnOnce(Option<MultiProgress>) -> JoinHandle<()>,
) -> Shown {
    if quiet || mode == ProgressMode::None {
        return Shown { task: None };
    }
    let is_live = mode == ProgressMode::Auto && output::is_live();
    let bars = is_live.then(|| MultiProgress::with_draw_target(ProgressDrawTarget::stderr()));
    bars.iter().for_each(|bars| output::keep_above(bars.clone()));
    Shown { task: Some(start(bars)) }
}

/// A bar with what is done of it.
pub(crate) const BAR: &str = "{prefix} [{bar:24}] {percent:>3}% {msg}";

pub(crate) fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// What happened since the look before.
struct Look {
    since: Instant,
    before: Snapshot,
}

impl Look {
    fn new() -> Self {
        Look { since: Instant::now(), before: Snapshot::default() }
    }

    fn line(&mut self, now: Snapshot) -> String {
        let elapsed = self.since.elapsed().as_secs_f64().max(1e-3);
        let ended = now.outcomes.total() - self.before.outcomes.total();
        self.since = Instant::now();
        self.before = now;
        let mut line = format!(
            "{} operations, {}/s, {} rows, lag {} ms, {}",
            count(now.outcomes.total()),
            count((ended as f64 / elapsed).round() as u64),
            count(now.rows),
            millis(now.lag_us as f64 / 1e3),
            match now.connected {
                0 => "no connection: the target is waited for".to_owned(),
                connected => format!("{connected} connections"),
            }
        );
        let outcomes = now.outcomes;
        for (number, what) in [
            (outcomes.skipped, "skipped"),
            (outcomes.aborted, "aborted"),
            (outcomes.indeterminate, "unknown"),
            (now.dropped, "dropped"),
        ] {
            if number > 0 {
                line.push_str(&format!(", {} {what}", count(number)));
            }
        }
        line
    }
}

async fn tell(jobs: Vec<Watched>) {
    let start = Instant::now();
    let mut looks: Vec<(Look, News)> = jobs.iter().map(|_| (Look::new(), News::default())).collect();
    loop {
        for _ in 0..PLAIN.as_secs() {
            tokio::time::sleep(Duration::from_secs(1)).await;
            jobs.iter().zip(&mut looks).for_each(|(job, (_, news))| job.say(news));
        }
        for (job, (look, _)) in jobs.iter().zip(&mut looks) {
            let line = job.line(look);
            output::say(&format!("{} {}: {line}", clock(start.elapsed()), job.name));
        }
    }
}

async fn draw(jobs: Vec<Watched>, bars: MultiProgress) {
    let start = Instant::now();
    let mut drawn: Vec<(ProgressBar, Look, News)> = jobs
        .iter()
        .map(|job| {
            let bounded = job.duration.is_some() || job.operations.is_some();
            let bar = ProgressBar::new(1_000);
            bar.set_style(style(if bounded { BAR } else { "{prefix} {spinner} {msg}" }));
            (bars.add(bar), Look::new(), News::default())
        })
        .collect();
    loop {
        tokio::time::sleep(LIVE).await;
        for (job, (bar, look, news)) in jobs.iter().zip(&mut drawn) {
            job.say(news);
            let snapshot = job.snapshot();
            bar.set_prefix(format!("{} {}", clock(start.elapsed()), job.name));
            bar.set_position((1_000.0 * job.done(start.elapsed(), snapshot)) as u64);
            bar.set_message(job.line(look));
        }
    }
}

impl Watched {
    /// What is going on now.
    fn line(&self, look: &mut Look) -> String {
        match self.view.progress().filter(Progress::is_under_way) {
            Some(progress) => look.line(progress.snapshot()) + &self.freshness(),
            None => self.view.before(),
        }
    }

    /// Says what has changed since.
    fn say(&self, news: &mut News) {
        if let Some(progress) = self.view.progress() {
            news.say(&self.name, &progress);
        }
    }

    fn snapshot(&self) -> Snapshot {
        self.view.progress().map(|progress| progress.snapshot()).unwrap_or_default()
    }

    /// What is said of the sink, if one is followed.
    fn freshness(&self) -> String {
        self.freshness.as_ref().map_or(String::new(), |freshness| freshness::live(freshness.snapshot()))
    }

    /// The part that is done, by the bound that is nearer.
    fn done(&self, elapsed: Duration, snapshot: Snapshot) -> f64 {
        let time = self.duration.map(|all| elapsed.as_secs_f64() / all.as_secs_f64().max(1e-9));
        let ended = (snapshot.outcomes.total() + snapshot.dropped) as f64;
        let operations = self.operations.map(|all| ended / (all as f64).max(1.0));
        time.unwrap_or(0.0).max(operations.unwrap_or(0.0)).min(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use loadgen_core::Outcomes;

    #[test]
    fn a_line_says_what_went_wrong_only_if_something_did() {
        let mut look = Look::new();
        let fine = Snapshot { rows: 7, connected: 2, ..Snapshot::default() };
        assert_eq!(look.line(fine), "0 operations, 0/s, 7 rows, lag 0.00 ms, 2 connections");
        let outcomes = Outcomes { aborted: 3, ..Outcomes::default() };
        let line = look.line(Snapshot { outcomes, dropped: 1_000, ..fine });
        assert!(line.ends_with("2 connections, 3 aborted, 1,000 dropped"), "{line}");
    }
}
