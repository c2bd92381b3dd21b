//! Logs, to the standard error.

use tracing_subscriber::EnvFilter;

use crate::{
    args::{LogFormat, TalkArgs},
    output,
};

/// Starts logging: warnings unless RUST_LOG or -v say otherwise.
pub(crate) fn start(talk: &TalkArgs) {
    let level = match (talk.quiet, talk.verbose) {
        (true, _) => "error,tiberius=off",
        // The drivers warn of what loadgen reports itself.
        (false, 0) => "warn,sqlx=error,tiberius=off",
        (false, 1) => "warn,tiberius=off,loadgen=info,loadgen_core=info,loadgen_mssql=info,loadgen_pg=info",
        (false, 2) => {
            "info,tiberius=off,loadgen=debug,loadgen_core=debug,loadgen_mssql=debug,loadgen_pg=debug"
        }
        (false, _) => "debug,loadgen=trace,loadgen_core=trace,loadgen_mssql=trace,loadgen_pg=trace",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(|| output::Log).with_ansi(false);
    match talk.log_format {
        LogFormat::Text => logs.init(),
        LogFormat::Json => logs.json().init(),
    }
}
