//! The order in which a run is told what to do.

use super::scripted::{Reply, Script};

#[tokio::test(start_paused = true)]
async fn no_lane_is_lost_wherever_progress_is_asked_for() {
    let script = Script::new(|_| Reply::After(1));
    let early = script.run();
    let watched_early = early.progress();
    let early = early.connections(1).lanes(8).operations(1_000);
    let late = script.run().connections(1).lanes(8).operations(1_000);
    let watched_late = late.progress();
    let more = script.run();
    let watched_more = more.progress();
    let more = more.connections(16).lanes(16).operations(1_000);
    for (run, watched) in [(early, watched_early), (late, watched_late), (more, watched_more)] {
        assert_eq!(watched.snapshot(), Default::default(), "nothing has begun");
        let report = run.execute().await.unwrap();
        assert_eq!((report.counts.planned, report.outcomes().committed), (1_000, 1_000));
        assert_eq!(watched.snapshot().outcomes.committed, 1_000);
    }
}
