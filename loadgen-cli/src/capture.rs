//! Reads a capture, and waits for what is still to come.

use std::{
    fs::File,
    io::{self, BufRead, BufReader},
    time::{Duration, Instant},
};

use loadgen_core::{ledger::Header, verify::Verifier};
use loadgen_pg::debezium::DebeziumCapture;

use crate::{
    failed::{Code, Failed},
    sink::Capture,
};

/// How often a file that is still being written is looked at.
const PAUSE: Duration = Duration::from_millis(100);

/// Hands the events of a capture over, until the last watermark has come in a file that is still being written.
pub(crate) async fn observe(
    capture: &Capture,
    header: &Header,
    wait: Duration,
    verifier: &mut Verifier,
) -> Result<(), Failed> {
    let mut input: Box<dyn BufRead> = match capture {
        Capture::Input => Box::new(io::stdin().lock()),
        Capture::File(path) => {
            let failed =
                |error| Failed::new(Code::Run, format!("failed to read {}: {error}", path.display()));
            Box::new(BufReader::new(File::open(path).map_err(failed)?))
        }
    };
    let begun = Instant::now();
    let mut events = DebeziumCapture::new(header);
    loop {
        events.observe(&mut input, verifier).map_err(|error| Failed::because(Code::Run, &error))?;
        if *capture == Capture::Input || verifier.is_complete() || begun.elapsed() >= wait {
            return Ok(());
        }
        tokio::time::sleep(PAUSE).await;
    }
}
