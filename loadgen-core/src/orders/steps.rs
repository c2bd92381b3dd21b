//! Which steps are due: those that make the tables of the workload have no part in tables that somebody else has made.

use super::{
    config::OrdersConfig,
    error::OrdersPlanError,
    role::ROLES,
    tables::{Found, seen},
};
use crate::{
    PrepareError,
    migration::{MigrateSession, Migrated, Migration, apply_possible, recorded},
};

/// The steps that come with the workload, by the names that they have for every database. The first makes the tables.
pub const STEPS: [&str; 3] = ["0001_initial_schema", "0002_row_count_view", "0003_schema_change_log"];

/// The texts of the steps that come with the workload, out of files in a folder: `0001_initial_schema.sql` makes it,
/// `0001_initial_schema.down.sql` takes it back. For authors of backends.
#[macro_export]
macro_rules! orders_steps {
    ($folder:literal) => {
        [
            $crate::orders_steps!($folder, "0001_initial_schema"),
            $crate::orders_steps!($folder, "0002_row_count_view").optional(),
            $crate::orders_steps!($folder, "0003_schema_change_log").optional(),
        ]
    };
    ($folder:literal, $name:literal) => {
        $crate::migration::Migration::new(
            $name,
            include_str!(concat!($folder, $name, ".sql")),
            include_str!(concat!($folder, $name, ".down.sql")),
        )
    };
}

/// What is there before anything is done.
pub(super) struct Survey {
    /// The tables, where they are there.
    pub(super) found: [Option<Found>; 3],
    /// Steps that are taken already, by name.
    pub(super) taken: Vec<String>,
    /// Steps that are to be taken.
    pub(super) due: Vec<Migration>,
}

impl Survey {
    /// Looks at the tables and at the record of steps.
    ///
    /// # Errors
    /// Also where the steps would make tables beside others that are there, or where nobody looks for them.
    pub(super) async fn of(
        session: &mut impl MigrateSession,
        config: &OrdersConfig,
        steps: &[Migration],
    ) -> Result<Self, PrepareError> {
        let home = session.home().await?;
        let found = seen(session, config).await?;
        // After the tables, so that whoever has made them meanwhile has recorded it too.
        let recorded = recorded(session).await?;
        let (taken, mut due): (Vec<Migration>, Vec<Migration>) =
            steps.iter().cloned().partition(|step| recorded.iter().any(|name| *name == step.name));
        let taken: Vec<String> = taken.into_iter().map(|step| step.name.into_owned()).collect();
        if due.iter().any(is_own) {
            let is_made = taken.iter().any(|name| name == STEPS[0]);
            if is_of_others(&found, is_made, home.as_deref()) {
                due.retain(|step| !is_own(step));
            } else {
                refuse(&found, is_made, home, config)?;
            }
        }
        Ok(Survey { found, taken, due })
    }
}

/// Takes the steps that are due: those of the workload only where its tables are not there, unless some of them were taken before.
/// Where the database refuses one that traffic goes on without, it goes on and says so.
///
/// # Errors
/// When the database cannot be read, when tables are there that are not what the workload needs, and when a step fails.
pub async fn migrate(
    session: &mut impl MigrateSession,
    config: &OrdersConfig,
    steps: &[Migration],
) -> Result<Migrated, PrepareError> {
    let recorded = recorded(session).await?;
    if steps.iter().all(|step| recorded.iter().any(|name| *name == step.name)) {
        return Ok(Migrated::default());
    }
    let survey = Survey::of(session, config, steps).await?;
    Ok(apply_possible(session, &survey.due).await?)
}

fn is_own(step: &Migration) -> bool {
    STEPS.contains(&&*step.name)
}

/// Whether all tables are there and the steps have made none of them.
fn is_of_others(found: &[Option<Found>; 3], is_made: bool, home: Option<&str>) -> bool {
    let is_at_home = |table: &Found| home.is_none_or(|home| table.table.name.schema == home);
    let is_of_others = |table: &Option<Found>| table.as_ref().is_some_and(|t| !is_made || !is_at_home(t));
    found.iter().all(is_of_others)
}

/// Refuses tables that would be made where nobody looks for them, or beside others.
fn refuse(
    found: &[Option<Found>; 3],
    is_made: bool,
    home: Option<String>,
    config: &OrdersConfig,
) -> Result<(), OrdersPlanError> {
    let missing = ROLES.iter().zip(found).find(|(_, found)| found.is_none()).map(|(role, _)| role.name);
    let Some(missing) = missing else { return Ok(()) };
    if let (Some(schema), Some(home)) = (&config.schema, home)
        && *schema != home
    {
        return Err(OrdersPlanError::Elsewhere { table: missing, schema: schema.clone(), home });
    }
    match found.iter().flatten().next().filter(|_| !is_made) {
        Some(there) => Err(OrdersPlanError::Partial { there: there.table.name.clone(), missing }),
        None => Ok(()),
    }
}
