//! What is known of the tables outside the plan that its tables refer to.

use std::{collections::BTreeMap, sync::Arc};

use super::{plan::CrudPlan, pool::Pool, reference::Reference};
use crate::{PrepareError, Schema, SchemaFilter, SqlSession, Table, TableName};

/// Parents that are not in the plan: their rows are referred to and left alone.
#[derive(Debug, Default)]
pub(super) struct Outside {
    /// Those that were looked at: a pool, or why there is none, to follow "which".
    looked_at: Vec<(Arc<Pool>, Result<(), String>)>,
    /// Whether the others are taken to have rows; otherwise to be empty.
    hopeful: bool,
    /// Tables of schemas that nobody asked for.
    elsewhere: BTreeMap<String, Schema>,
}

impl Outside {
    /// Takes tables to have rows until it is known better.
    pub(super) fn hopeful() -> Self {
        Outside { hopeful: true, ..Outside::default() }
    }

    /// Why no row can refer to the parent of a reference, to follow "which"; empty where nobody has looked.
    pub(super) fn obstacle(&self, reference: &Reference) -> Option<String> {
        match self.looked_at.iter().find(|(pool, _)| pool.is_for(reference)) {
            Some((_, Err(why))) => Some(why.clone()),
            Some((pool, Ok(()))) => {
                let fitting = reference.fitting.as_ref().filter(|fitting| pool.fitted(fitting).len() == 0)?;
                Some(format!("has no row that fits {}", fitting.words()))
            }
            None if self.hopeful => None,
            None => Some(String::new()),
        }
    }

    /// The definition of a parent, where it was looked at.
    pub(super) fn table(&self, name: &TableName) -> Option<&Arc<Table>> {
        let mut of = self.looked_at.iter().filter(|(pool, _)| pool.name == *name);
        of.find_map(|(pool, _)| pool.table.as_ref())
    }

    /// The rows that a reference can point at, as far as they are known.
    pub(super) fn fitting_pool(&self, reference: &Reference) -> Arc<Pool> {
        let pool = self.pool(reference);
        match &reference.fitting {
            Some(fitting) if pool.table.is_some() => Arc::new(pool.fitted(fitting)),
            _ => pool,
        }
    }

    /// The pool of a reference.
    pub(super) fn pool(&self, reference: &Reference) -> Arc<Pool> {
        let known = self.looked_at.iter().find(|(pool, _)| pool.is_for(reference));
        known.map_or_else(|| Arc::new(Pool::unread(reference)), |(pool, _)| Arc::clone(pool))
    }

    /// Reads what a plan refers to and nobody has looked at yet; whether there was such a thing, and the plan is old.
    pub(super) async fn look(
        &mut self,
        session: &mut impl SqlSession,
        schema: &Schema,
        plan: &CrudPlan,
    ) -> Result<bool, PrepareError> {
        let unread: Vec<&Arc<Pool>> = plan.pools.iter().filter(|pool| pool.table.is_none()).collect();
        for pool in &unread {
            let Some(table) = self.find(session, schema, &pool.name).await? else {
                self.looked_at.push((Arc::clone(pool), Err("is no table that can be read".to_owned())));
                continue;
            };
            let looked_at = match pool.read(session, &table).await {
                Ok(read) if read.len() == 0 => (Arc::new(read), Err("has no rows to refer to".to_owned())),
                Ok(read) => (Arc::new(read), Ok(())),
                Err(failure) if failure.breaks_session() => return Err(failure.into()),
                Err(failure) => (Arc::clone(pool), Err(format!("cannot be read ({})", failure.message))),
            };
            self.looked_at.push(looked_at);
        }
        Ok(!unread.is_empty())
    }

    async fn find(
        &mut self,
        session: &mut impl SqlSession,
        schema: &Schema,
        name: &TableName,
    ) -> Result<Option<Arc<Table>>, PrepareError> {
        if let Some(table) = schema.table(name) {
            return Ok(Some(Arc::clone(table)));
        }
        if !self.elsewhere.contains_key(&name.schema) {
            let filter = SchemaFilter { schemas: vec![name.schema.clone()] };
            self.elsewhere.insert(name.schema.clone(), session.introspect(&filter).await?);
        }
        Ok(self.elsewhere[&name.schema].table(name).cloned())
    }
}
