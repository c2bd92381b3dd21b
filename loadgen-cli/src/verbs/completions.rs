//! `loadgen completions`: for the shell.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::{args::Args, failed::Failed, output};

pub(super) fn completions(shell: Shell) -> Result<(), Failed> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "loadgen", &mut script);
    output::result(&String::from_utf8_lossy(&script))
}
