//! What a run would do, without doing any of it.

use super::{
    config::{OrderWeights, OrdersConfig},
    error::OrdersPlanError,
    role::{CUSTOMER, ITEM, ORDER, ROLES},
    steps::Survey,
    tables::{Found, Tables, all, seen},
};
use crate::{
    Lack, PrepareError, Rights, TableName,
    migration::{MigrateSession, Migration},
};

/// What a run would do.
#[derive(Clone, Debug)]
pub struct OrdersPlan {
    /// Steps that are taken already, by name.
    pub taken: Vec<String>,
    /// Steps that a run would take first, by name and in order. Those that make the tables are not among them where somebody else has
    /// made these.
    pub pending: Vec<String>,
    /// The tables as the workload calls them, with the name of each that is there; the others are made by the steps.
    pub tables: Vec<(&'static str, Option<TableName>)>,
    /// How often each operation is chosen.
    pub weights: OrderWeights,
}

/// Says what a run would do. Writes nothing.
///
/// # Errors
/// When the database cannot be read, and when tables are not what the workload needs, or not there and no step is left that could
/// make them.
pub async fn plan(
    session: &mut impl MigrateSession,
    config: &OrdersConfig,
    steps: &[Migration],
) -> Result<OrdersPlan, PrepareError> {
    let Survey { mut found, taken, due } = Survey::of(session, config, steps).await?;
    if due.is_empty() || found.iter().all(Option::is_some) {
        found = all(found, config.schema.as_deref())?.map(Some);
    }
    let pending = due.into_iter().map(|step| step.name.into_owned()).collect();
    let name = |found: &Option<Found>| found.as_ref().map(|found| found.table.name.clone());
    let tables = ROLES.iter().zip(&found).map(|(role, found)| (role.name, name(found))).collect();
    Ok(OrdersPlan { taken, pending, tables, weights: config.weights })
}

/// Reads the schema and finds the tables, and refuses what the session may not write.
pub(super) async fn prepared(
    session: &mut impl MigrateSession,
    config: &OrdersConfig,
) -> Result<Tables, PrepareError> {
    let tables = all(seen(session, config).await?, config.schema.as_deref())?;
    let missing = session.missing_rights(&rights(&tables, config)).await?;
    let mut denied = Vec::new();
    for (table, lack) in missing {
        match lack {
            Lack::Table => return Err(PrepareError::Dropped(table)),
            Lack::Rights(words) => denied.push((table, words)),
        }
    }
    if denied.is_empty() { Ok(tables) } else { Err(PrepareError::Rights(denied)) }
}

/// What has to be allowed. Keys come back from every insert, which is reading.
fn rights(tables: &Tables, config: &OrdersConfig) -> Vec<(TableName, Rights)> {
    let OrderWeights { advance_order, change_email, delete_item, .. } = config.weights;
    let all = Rights { select: true, insert: true, update: false, delete: false };
    let of = |at: usize, rights: Rights| (tables[at].table.name.clone(), rights);
    vec![
        of(CUSTOMER, Rights { update: change_email > 0, ..all }),
        of(ORDER, Rights { update: advance_order > 0 || delete_item > 0, ..all }),
        of(ITEM, Rights { delete: delete_item > 0, ..all }),
    ]
}

impl From<OrdersPlanError> for PrepareError {
    fn from(error: OrdersPlanError) -> Self {
        PrepareError::Plan(Box::new(error))
    }
}
