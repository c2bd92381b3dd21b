//! Which table a failure is about.

use crate::{Action, Change, Failure};

impl Failure {
    /// The same failure, about the table of the changes that met it: that they were refused, or stood in the way of others. It is
    /// about none where another one may do as well, as when the connection is lost, and where nobody knows which of several tables
    /// it was.
    pub(super) fn about_rows(self, changes: &[Change]) -> Self {
        let is_refused = matches!(self.action, Action::NewValues | Action::Skip | Action::RereadSchema);
        let is_of_rows = is_refused || matches!(self.action, Action::Retry | Action::RetryThenSkip);
        let Some((first, rest)) = changes.split_first().filter(|_| is_of_rows && !self.indeterminate) else {
            return self;
        };
        let table = &first.shape.table.name;
        let is_one = rest.iter().all(|change| change.shape.table.name == *table);
        if is_one { self.about(table) } else { self }
    }
}
