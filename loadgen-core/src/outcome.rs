//! The four ends of an operation, and what to do after a failure.

use std::{borrow::Cow, fmt};

/// An operation that ended well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    /// The target acknowledged it.
    Committed(Rows),
    /// Nothing was eligible (nothing live, sold out, domain exhausted); not an error. Reasons are few and short.
    Skipped(Cow<'static, str>),
}

/// Rows changed by one or more operations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    /// New rows.
    pub inserted: u64,
    /// Changed rows.
    pub updated: u64,
    /// Removed rows.
    pub deleted: u64,
}

impl Rows {
    /// All rows together.
    pub fn total(self) -> u64 {
        self.inserted + self.updated + self.deleted
    }
}

impl std::ops::AddAssign for Rows {
    fn add_assign(&mut self, other: Rows) {
        self.inserted += other.inserted;
        self.updated += other.updated;
        self.deleted += other.deleted;
    }
}

/// How an operation ended, as it is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    /// Acknowledged.
    Committed,
    /// Nothing was eligible.
    Skipped,
    /// Certainly not done.
    Aborted,
    /// Nobody knows: the reply was lost.
    Indeterminate,
}

/// What to do after a failure. Decided by the backend, once, at its border; carried out by the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// Do the same again after a pause.
    Retry,
    /// Do the same again up to three times, then skip.
    RetryThenSkip,
    /// Try with other values.
    NewValues,
    /// The schema moved: forget prepared statements and try again.
    RereadSchema,
    /// Leave the operation out and say so.
    Skip,
    /// The connection is of no use any more.
    Reconnect,
    /// The target is short of something: wait, and give up if that does not help.
    PauseThenFatal,
    /// Find out on a new connection what became of it.
    Resolve,
    /// Nothing that comes later can work either.
    Fatal,
    /// A mistake of loadgen's own.
    Defect,
}

impl Action {
    /// The words that the summary uses.
    pub fn name(self) -> &'static str {
        match self {
            Action::Retry => "retry",
            Action::RetryThenSkip => "retry, then skip",
            Action::NewValues => "new values",
            Action::RereadSchema => "re-read the schema",
            Action::Skip => "skip",
            Action::Reconnect => "reconnect",
            Action::PauseThenFatal => "pause, then fatal",
            Action::Resolve => "resolve",
            Action::Fatal => "fatal",
            Action::Defect => "defect",
        }
    }
}

/// A failed attempt at an operation, at connecting or at preparing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} ({code})")]
pub struct Failure {
    /// Whether the attempt may have been carried out all the same.
    pub indeterminate: bool,
    /// What to do now.
    pub action: Action,
    /// Whether a unique value was taken by another row: then those next to it may be, too.
    pub taken: bool,
    /// Whether a rule refused the rows that nobody but the target knows, such as a trigger's: where no other values do, the
    /// operation is left out.
    pub vetoed: bool,
    /// Whether a target is not there, or not for whoever asks, which look the same: it may be made yet.
    pub absent: bool,
    /// The target's own code, or a short word of ours such as `deadline`; failures are counted by it.
    pub code: Cow<'static, str>,
    /// What the target said, without any secret.
    pub message: String,
    /// What it was about, such as the name of a table, if that is known.
    pub subject: Option<String>,
}

impl Failure {
    /// A failure of something that certainly did not happen.
    pub fn aborted(action: Action, code: impl Into<Cow<'static, str>>, message: impl fmt::Display) -> Self {
        let (code, message) = (code.into(), message.to_string());
        let (taken, vetoed, absent, subject) = (false, false, false, None);
        Failure { indeterminate: false, action, taken, vetoed, absent, code, message, subject }
    }

    /// The failure of everything that is asked of a session after one that broke it.
    pub fn of_broken_session() -> Self {
        let message = "the session was given up after an earlier failure";
        Failure::aborted(Action::Reconnect, "connection lost", message)
    }

    /// A failure of something that may have happened.
    pub fn indeterminate(
        action: Action,
        code: impl Into<Cow<'static, str>>,
        message: impl fmt::Display,
    ) -> Self {
        Failure { indeterminate: true, ..Failure::aborted(action, code, message) }
    }

    /// The same failure, over a unique value that another row has.
    #[must_use]
    pub fn over_taken_value(self) -> Self {
        Failure { taken: true, ..self }
    }

    /// The same failure, by a rule that nobody but the target knows.
    #[must_use]
    pub fn by_veto(self) -> Self {
        Failure { vetoed: true, ..self }
    }

    /// The same failure, of a target that is not there.
    #[must_use]
    pub fn of_absent_target(self) -> Self {
        Failure { absent: true, ..self }
    }

    /// The same failure, about something, unless it is known what about.
    #[must_use]
    pub fn about(self, subject: &impl fmt::Display) -> Self {
        let subject = self.subject.or_else(|| Some(subject.to_string()));
        Failure { subject, ..self }
    }

    /// How the operation ends if it is not tried again.
    pub fn outcome(&self) -> Outcome {
        if self.indeterminate { Outcome::Indeterminate } else { Outcome::Aborted }
    }

    /// Whether the session cannot be used after this failure.
    pub fn breaks_session(&self) -> bool {
        self.indeterminate || matches!(self.action, Action::Reconnect | Action::Resolve)
    }
}

/// Why an operation is left out of which a rule that nobody but the target knows refuses all values.
pub(crate) const VETOED: &str = "a trigger refused the row";
