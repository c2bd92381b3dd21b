//! What a user may not do to tables into which it may insert.

use super::{
    config::{CrudConfig, OperationWeights},
    plan::CrudPlan,
    touch::Touch,
};
use crate::{ChangeKind, Failure, Rights, Schema, Special, SqlSession, TableName};

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

/// What is said where rows were not made to be found.
const HIDDEN: &str = "the database may hide some of the rows that are there from this user";

/// What is said of changes of which there are none.
fn words(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Insert => "no inserts",
        ChangeKind::Update => "no updates",
        ChangeKind::Delete => "no deletes",
    }
}

impl OperationWeights {
    fn weight(&mut self, kind: ChangeKind) -> &mut u64 {
        match kind {
            ChangeKind::Insert => &mut self.insert,
            ChangeKind::Update => &mut self.update,
            ChangeKind::Delete => &mut self.delete,
        }
    }

    /// Without those for which rows may be hidden, each with the reason.
    pub(super) fn unseen(mut self, special: &Special, touch: Touch, notes: &mut Vec<String>) -> Self {
        let hidden = special.hidden.iter().map(|(kind, why)| (*kind, why.as_str()));
        // Of rows that nobody drew it is not known whether they are found.
        let hiding = special.hiding.values().filter(|_| touch.adopts());
        let all = hidden.chain(hiding.map(|kind| (*kind, HIDDEN)));
        for (kind, why) in all.filter(|(kind, _)| *kind != ChangeKind::Insert) {
            if std::mem::take(self.weight(kind)) > 0 {
                notes.push(format!("{}: {why}", words(kind)));
            }
        }
        self
    }

    /// Without those that a user may not do, which is noted.
    pub(super) fn without(mut self, withheld: &[ChangeKind], notes: &mut Vec<String>) -> Self {
        let mut left_out = Vec::new();
        for kind in [ChangeKind::Update, ChangeKind::Delete] {
            if withheld.contains(&kind) && std::mem::take(self.weight(kind)) > 0 {
                left_out.push(words(kind));
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
