//! How far the filling of tables has come.

use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar};
use loadgen_core::crud::{SeedProgress, SeedSnapshot};

use crate::{
    args::ProgressMode,
    output,
    progress::{BAR, LIVE, PLAIN, Shown, begin, style},
    units::{clock, count},
};

/// Begins to show the progress of one job.
pub(crate) fn show(name: String, progress: SeedProgress, mode: ProgressMode, quiet: bool) -> Shown {
    begin(mode, quiet, |bars| match bars {
        Some(bars) => tokio::spawn(draw(name, progress, bars)),
        None => tokio::spawn(tell(name, progress)),
    })
}

/// Rows a second since the look before.
struct Look {
    since: Instant,
    inserted: u64,
}

impl Look {
    fn new() -> Self {
        Look { since: Instant::now(), inserted: 0 }
    }

    fn line(&mut self, now: &SeedSnapshot, elapsed: Duration) -> String {
        let rate = (now.inserted - self.inserted) as f64 / elapsed.as_secs_f64().max(1e-3);
        self.since = Instant::now();
        self.inserted = now.inserted;
        let (inserted, wanted) = (count(now.inserted), count(now.wanted));
        let mut line = format!("{inserted} of {wanted} rows, {}/s", count(rate.round() as u64));
        if !now.table.is_empty() {
            line.push_str(&format!(", {}", now.table));
        }
        line
    }
}

async fn tell(name: String, progress: SeedProgress) {
    let (start, mut look) = (Instant::now(), Look::new());
    loop {
        tokio::time::sleep(PLAIN).await;
        let line = look.line(&progress.snapshot(), look.since.elapsed());
        output::say(&format!("{} {name}: {line}", clock(start.elapsed())));
    }
}

async fn draw(name: String, progress: SeedProgress, bars: MultiProgress) {
    let (start, mut look) = (Instant::now(), Look::new());
    let bar = bars.add(ProgressBar::new(1_000));
    bar.set_style(style(BAR));
    let mut line = String::new();
    loop {
        tokio::time::sleep(LIVE).await;
        let now = progress.snapshot();
        // Ranges end some times a second: a rate over less would jump.
        if line.is_empty() || look.since.elapsed() >= Duration::from_secs(1) {
            line = look.line(&now, look.since.elapsed());
        }
        bar.set_prefix(format!("{} {name}", clock(start.elapsed())));
        bar.set_position(now.inserted * 1_000 / now.wanted.max(1));
        bar.set_message(line.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_far_and_how_fast() {
        let (mut look, second) = (Look::new(), Duration::from_secs(1));
        let now = SeedSnapshot { inserted: 1_000, wanted: 5_000, table: "public.t".into() };
        assert_eq!(look.line(&now, second), "1,000 of 5,000 rows, 1,000/s, public.t");
        let now = SeedSnapshot { inserted: 1_500, table: String::new(), ..now };
        assert_eq!(look.line(&now, second), "1,500 of 5,000 rows, 500/s");
    }
}
