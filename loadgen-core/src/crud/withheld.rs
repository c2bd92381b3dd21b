//! What a user may not do to tables into which it may insert.

use super::{
    config::{CrudConfig, OperationWeights},
    plan::CrudPlan,
};
use crate::{ChangeKind, Failure, Rights, Schema, SqlSession, TableName};

/// Kinds of changes that a table can do without, the fewest first.
const DISPENSABLE: [&[ChangeKind]; 3] =
    [&[ChangeKind::Delete], &[ChangeKind::Update], &[ChangeKind::Update, ChangeKind::Delete]];

/// Takes from tables, of which a right is missing, updates and deletes if this user may do the rest, and nobody has said
/// which operations there are to be. True where there is anything new, and so another plan.
pub(super) async fn withhold(
    session: &mut impl SqlSession,
    schema: &mut Schema,
    config: &CrudConfig,
    (plan, missing, check): (&CrudPlan, &[(TableName, String)], bool),
) -> Result<bool, Failure> {
    let mut is_new = false;
    for (name, _) in missing {
        let Some(planned) = plan.tables.iter().find(|planned| planned.table.name == *name) else { continue };
        let is_said = planned.config.operations.or(config.operations).is_some();
        if is_said || !planned.table.special.withheld.is_empty() {
            continue;
        }
        for kinds in DISPENSABLE {
            let (update, delete) =
                (!kinds.contains(&ChangeKind::Update), !kinds.contains(&ChangeKind::Delete));
            let select = check || planned.touch.adopts() || update || delete;
            let rights = Rights { select, insert: true, update, delete };
            if session.missing_rights(&[(name.clone(), rights)]).await?.is_empty() {
                if let Some(table) = schema.tables.iter_mut().find(|table| table.name == *name) {
                    std::sync::Arc::make_mut(table).special.withheld = kinds.to_vec();
                    is_new = true;
                }
                break;
            }
        }
    }
    Ok(is_new)
}

impl OperationWeights {
    /// Without those that a user may not do, which is noted.
    pub(super) fn without(mut self, withheld: &[ChangeKind], notes: &mut Vec<String>) -> Self {
        let mut left_out = Vec::new();
        for (kind, weight, words) in [
            (ChangeKind::Update, &mut self.update, "no updates"),
            (ChangeKind::Delete, &mut self.delete, "no deletes"),
        ] {
            if withheld.contains(&kind) && *weight > 0 {
                *weight = 0;
                left_out.push(words);
            }
        }
        if !left_out.is_empty() {
            notes.push(format!(
                "{}: this user may not; GRANT it, if there are to be some",
                left_out.join(", ")
            ));
        }
        self
    }
}
