//! What a job would do, as far as that is known before it begins.

use loadgen_core::{
    PrepareError, Setup, TableName,
    crud::{self, CrudPlan, TablePlan},
    orders::{self, OrdersPlan},
};

use crate::{backend::BackendSession, job::Job};

/// What was found out about a job's target.
#[derive(Debug)]
pub(crate) enum Prepared {
    /// For inserts, updates and deletes.
    Crud(Box<CrudPlan>),
    /// For customers who order.
    Orders(OrdersPlan),
}

impl Prepared {
    /// Finds out what a job would do, without doing it.
    pub(crate) async fn of(
        job: &Job,
        session: &mut BackendSession,
        check: bool,
    ) -> Result<Self, PrepareError> {
        if let Some(config) = job.orders() {
            return orders::plan(session, config, &job.steps()).await.map(Prepared::Orders);
        }
        let setup = Setup { seed: job.seed, lanes: job.lanes(), check };
        let planned = crud::permitted_plan(session, &job.crud(), &setup).await?;
        Ok(Prepared::Crud(Box::new(planned)))
    }

    /// The plan of inserts, updates and deletes, if that is what is done.
    pub(crate) fn crud(&self) -> Option<&CrudPlan> {
        match self {
            Prepared::Crud(planned) => Some(planned),
            Prepared::Orders(_) => None,
        }
    }

    /// The tables that are written, as far as they are there.
    pub(crate) fn tables(&self) -> Vec<&TableName> {
        match self {
            Prepared::Crud(planned) => planned.tables.iter().map(|table| &table.table.name).collect(),
            Prepared::Orders(planned) => {
                planned.tables.iter().filter_map(|(_, found)| found.as_ref()).collect()
            }
        }
    }

    /// The tables that cannot be written, with the reason.
    pub(crate) fn left_out(&self) -> Vec<String> {
        match self {
            Prepared::Crud(planned) => {
                planned.refused.iter().map(|(name, why)| format!("{name} is left out: {why}")).collect()
            }
            Prepared::Orders(_) => Vec::new(),
        }
    }

    /// What takes the time before the first operation, where tables are large.
    pub(crate) fn before(&self, is_compared: bool) -> &'static str {
        match self {
            Prepared::Crud(planned) if planned.tables.iter().any(TablePlan::adopts) => {
                "reading the rows that are there, to take them over; no traffic yet"
            }
            Prepared::Orders(planned) if !planned.pending.is_empty() => "making the tables; no traffic yet",
            _ if is_compared => {
                "counting the rows that are there, to compare them at the end; no traffic yet"
            }
            _ => "looking at the tables; no traffic yet",
        }
    }
}
