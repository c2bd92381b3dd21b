//! Why the command ends without success, and the exit code that says so.

use std::{error::Error, fmt, process::ExitCode};

use crate::plan_file::PlanError;

/// The meaning of an exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    /// Could not connect, fatal error, nothing committed.
    Run = 1,
    /// Wrong usage.
    Usage = 2,
    /// Invalid plan file.
    Plan = 104,
    /// The target holds something else than the lanes know.
    Check = 111,
    /// Not everything could be compared.
    Inconclusive = 112,
    /// Aborted at once.
    Aborted = 130,
}

/// The end of a command, with one message unless everything has been said already.
#[derive(Debug)]
pub(crate) struct Failed {
    code: Code,
    message: Option<String>,
}

impl Failed {
    pub(crate) fn new(code: Code, message: impl fmt::Display) -> Self {
        Failed { code, message: Some(message.to_string()) }
    }

    /// An error with all its reasons.
    pub(crate) fn because(code: Code, error: &dyn Error) -> Self {
        let mut message = error.to_string();
        let mut said = message.clone();
        let mut reason = error.source();
        while let Some(error) = reason {
            let text = error.to_string();
            // A transparent error repeats its reason, and others end with it.
            if !said.ends_with(&text) {
                message = format!("{message}: {text}");
            }
            said = text;
            reason = error.source();
        }
        Failed::new(code, message)
    }

    /// Nothing is left to be said.
    pub(crate) fn silent(code: Code) -> Self {
        Failed { code, message: None }
    }

    pub(crate) fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// Whether it is about a target rather than what was asked of it.
    pub(crate) fn is_of_target(&self) -> bool {
        self.code == Code::Run
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.code as u8)
    }
}

impl From<PlanError> for Failed {
    fn from(error: PlanError) -> Self {
        Failed::new(if error.is_flag() { Code::Usage } else { Code::Plan }, error)
    }
}

#[cfg(test)]
mod tests {
    use loadgen_core::{Action, Failure, RunError};

    use super::*;

    #[test]
    fn reasons_follow_and_nothing_is_said_twice() {
        let message = |error: &RunError| Failed::because(Code::Run, error).message().map(str::to_owned);
        let failure = || Failure::aborted(Action::Fatal, "28P01", "no such user");
        let error = RunError::Connect { target: "db".into(), source: failure() };
        assert_eq!(message(&error).as_deref(), Some("failed to connect to db: no such user (28P01)"));
        let error = RunError::Prepare { target: "db".into(), source: failure().into() };
        assert_eq!(message(&error).as_deref(), Some("failed to prepare db: no such user (28P01)"));
    }
}
