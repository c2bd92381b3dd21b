//! From a schema to a plan that nothing more has to be asked for.

use super::{
    config::CrudConfig, error::CrudPlanError, lessons::Lessons, outside::Outside, plan::CrudPlan,
    spell::spell, withheld::withhold,
};
use crate::{Lack, PrepareError, Schema, Setup, SqlSession, TableName};

/// What is planned for, and how.
pub(super) struct Planning<'a> {
    pub(super) config: &'a CrudConfig,
    pub(super) setup: &'a Setup,
    pub(super) manner: Manner,
}

/// What becomes of tables that the session may not write, or that the configuration does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// Nobody asks for rights.
    Unasked,
    /// What is not allowed is left out, unless it is asked for by name.
    Permitted,
    /// What is not allowed is left out, and so is what does not fit any more.
    GoingOn,
}

/// Tables that are left out, with the reasons.
type Without = Vec<(TableName, String)>;

impl Planning<'_> {
    /// Plans until there is nothing more to learn of the database.
    ///
    /// # Errors
    /// When the configuration does not fit, rights are missing, or a table has gone since the schema was read.
    pub(super) async fn settle(
        &self,
        session: &mut impl SqlSession,
        schema: &mut Schema,
    ) -> Result<CrudPlan, PrepareError> {
        spell(session, schema, self.config).await?;
        let (mut outside, mut lessons, mut without) = (Outside::hopeful(), Lessons::default(), Vec::new());
        loop {
            let plan = self.within(&outside, &mut without, schema);
            if lessons.learn(session, schema, self.config, &plan).await? {
                continue;
            }
            let plan = plan?;
            if outside.look(session, schema, &plan).await? {
                continue;
            }
            if self.manner == Manner::Unasked {
                return Ok(plan);
            }
            let missing = denied(session.missing_rights(&plan.rights(self.setup.check)).await?)?;
            if missing.is_empty() {
                return Ok(plan);
            }
            if withhold(session, schema, self.config, (&plan, &missing, self.setup.check)).await? {
                continue;
            }
            let is_named = |(table, _): &(TableName, String)| self.config.names(table);
            let is_asked_for = self.manner == Manner::Permitted && missing.iter().any(is_named);
            if is_asked_for || missing.len() == plan.tables.len() {
                return Err(PrepareError::Rights(missing));
            }
            without.extend(missing.into_iter().map(barred));
        }
    }

    /// A plan of what is known, with more tables left out where that is the manner.
    fn within(
        &self,
        outside: &Outside,
        without: &mut Without,
        schema: &Schema,
    ) -> Result<CrudPlan, CrudPlanError> {
        loop {
            let (seed, lanes) = (self.setup.seed, self.setup.lanes);
            match CrudPlan::within(outside, without, schema, self.config, seed, lanes) {
                Err(error) if self.manner == Manner::GoingOn => match error.of_one_table() {
                    Some((table, why)) if without.iter().all(|(known, _)| *known != table) => {
                        without.push((table, why));
                    }
                    _ => return Err(error),
                },
                planned => return planned,
            }
        }
    }
}

/// The rights that are missing.
///
/// # Errors
/// When a table is missing.
pub(super) fn denied(lacking: Vec<(TableName, Lack)>) -> Result<Without, PrepareError> {
    let rights = |(table, lack)| match lack {
        Lack::Table => Err(PrepareError::Dropped(table)),
        Lack::Rights(words) => Ok((table, words)),
    };
    lacking.into_iter().map(rights).collect()
}

/// Why a table is left out for a right that is missing.
fn barred((table, words): (TableName, String)) -> (TableName, String) {
    (table, format!("no {words} for this user; GRANT it, or exclude the table"))
}
