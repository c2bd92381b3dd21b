//! Steps in which a schema is made: each is applied once, whoever starts at the same time, and can be taken back.

mod files;

use std::borrow::Cow;

use async_trait::async_trait;

pub use files::{MigrationFilesError, from_files};

use crate::{Action, Failure, SqlSession};

/// A step, in SQL of one database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migration {
    /// What it is recorded as. Steps are in the order of their names: `0001_initial_schema`.
    pub name: Cow<'static, str>,
    /// What makes it.
    pub up: Cow<'static, str>,
    /// What takes it back.
    pub down: Cow<'static, str>,
    /// Whether traffic goes on without it, where the database refuses it.
    pub is_optional: bool,
}

impl Migration {
    /// A step whose text is part of the program.
    pub const fn new(name: &'static str, up: &'static str, down: &'static str) -> Self {
        let (name, up, down) = (Cow::Borrowed(name), Cow::Borrowed(up), Cow::Borrowed(down));
        Migration { name, up, down, is_optional: false }
    }

    /// The same, as one that traffic goes on without.
    #[must_use]
    pub const fn optional(mut self) -> Self {
        self.is_optional = true;
        self
    }
}

/// Which way a step is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// It is made.
    Up,
    /// It is taken back.
    Down,
}

/// A session that can keep a record of the steps of a schema.
///
/// For authors of backends: [`conformance::check_migrations`](crate::conformance::check_migrations) is the test suite.
#[async_trait]
pub trait MigrateSession: SqlSession {
    /// Opens a transaction in which nobody else takes a step: others who want to wait, for a while, until it is over.
    async fn begin_step(&mut self) -> Result<(), Failure>;

    /// Runs the text of a step in the open transaction.
    async fn run_step(&mut self, text: &str) -> Result<(), Failure>;

    /// Records in the open transaction that a step is made, or that it is no more. There is no record without any step: the first
    /// makes it, and the last that is taken back leaves none.
    async fn note_step(&mut self, name: &str, way: Way) -> Result<(), Failure>;

    /// Ends the transaction, with all that was done in it or with nothing. Also where it could not be opened.
    async fn end_step(&mut self, is_kept: bool) -> Result<(), Failure>;

    /// The names of all steps that are recorded, in order; none where nothing was ever recorded. Changes nothing.
    async fn migrated(&mut self) -> Result<Vec<String>, Failure>;

    /// The schema in which steps make what they name no schema for; none where there are no schemas.
    async fn home(&mut self) -> Result<Option<String>, Failure>;

    /// Takes one step and records it, as one transaction and alone. Answers whether there was anything to do; there is nothing where
    /// the record says that it is made, or gone, already. A text that ends the transaction by itself is no step.
    async fn migrate(&mut self, step: &Migration, way: Way) -> Result<bool, Failure>
    where
        Self: Sized,
    {
        match take_one(self, step, way).await {
            Ok(is_taken) => self.end_step(is_taken).await.map(|()| is_taken),
            Err(failure) if failure.breaks_session() || self.end_step(false).await.is_ok() => Err(failure),
            Err(failure) => Err(Failure { action: Action::Reconnect, ..failure }),
        }
    }
}

async fn take_one(session: &mut impl MigrateSession, step: &Migration, way: Way) -> Result<bool, Failure> {
    session.begin_step().await?;
    let is_made = recorded(session).await?.iter().any(|name| *name == step.name);
    if is_made == (way == Way::Up) {
        return Ok(false);
    }
    // First, as the text may have settings of its own that change what is found where.
    session.note_step(&step.name, way).await?;
    session.run_step(if way == Way::Up { &step.up } else { &step.down }).await?;
    Ok(true)
}

/// The steps that are recorded. Whoever may not read that is told what it takes.
pub(crate) async fn recorded(session: &mut impl MigrateSession) -> Result<Vec<String>, Failure> {
    session.migrated().await.map_err(|failure| match failure.action {
        Action::Skip => {
            let message = format!(
                "{}; GRANT SELECT ON loadgen_migrations lets this user see which steps were taken",
                failure.message
            );
            Failure { message, ..failure }
        }
        _ => failure,
    })
}

/// Takes those of the steps that are not recorded yet, in their order, and answers which those were.
///
/// # Errors
/// With the first step that fails, by name. Those before it stay.
pub async fn apply(session: &mut impl MigrateSession, steps: &[Migration]) -> Result<Vec<String>, Failure> {
    take(session, steps.iter(), Way::Up).await
}

/// Takes back those of the steps that are recorded, the last one first, and answers which those were.
///
/// # Errors
/// With the first step that fails, by name. Those before it stay gone.
pub async fn revert(session: &mut impl MigrateSession, steps: &[Migration]) -> Result<Vec<String>, Failure> {
    take(session, steps.iter().rev(), Way::Down).await
}

/// What became of some steps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Migrated {
    /// Those that were taken, by name.
    pub taken: Vec<String>,
    /// Those that the database refused and traffic goes on without, with the reason. They are not recorded: the next time they are tried
    /// again.
    pub refused: Vec<(String, Failure)>,
}

/// Takes those of the steps that are not recorded yet, in their order, and passes over optional ones that the database refuses.
///
/// # Errors
/// With the first other step that fails, by name, and with an optional one that may succeed if it is tried again. Those before it
/// stay.
pub async fn apply_possible(
    session: &mut impl MigrateSession,
    steps: &[Migration],
) -> Result<Migrated, Failure> {
    let mut migrated = Migrated::default();
    for step in steps {
        match session.migrate(step, Way::Up).await {
            Ok(true) => migrated.taken.push(step.name.clone().into_owned()),
            Ok(false) => {}
            Err(failure) if step.is_optional && is_refusal(&failure) => {
                migrated.refused.push((step.name.clone().into_owned(), failure));
            }
            Err(failure) => return Err(named(step, failure)),
        }
    }
    Ok(migrated)
}

/// Whether the database does not let somebody do something, and would not the next time either.
fn is_refusal(failure: &Failure) -> bool {
    let refusals = [Action::Skip, Action::NewValues, Action::RereadSchema, Action::Fatal];
    !failure.breaks_session() && refusals.contains(&failure.action)
}

fn named(step: &Migration, failure: Failure) -> Failure {
    Failure { message: format!("migration {}: {}", step.name, failure.message), ..failure }
}

async fn take(
    session: &mut impl MigrateSession,
    steps: impl Iterator<Item = &Migration> + Send,
    way: Way,
) -> Result<Vec<String>, Failure> {
    let mut taken = Vec::new();
    for step in steps {
        if session.migrate(step, way).await.map_err(|failure| named(step, failure))? {
            taken.push(step.name.clone().into_owned());
        }
    }
    Ok(taken)
}
