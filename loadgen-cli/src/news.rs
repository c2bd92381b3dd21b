//! Changes to the schema, said when they are noticed.

use loadgen_core::{Progress, SchemaChange};

use crate::{output, units::clock};

/// How many changes of a job have been said.
#[derive(Debug, Default)]
pub(crate) struct News {
    said: usize,
}

impl News {
    /// Says what has become known since the last time.
    pub(crate) fn say(&mut self, job: &str, progress: &Progress) {
        self.lines(job, &progress.schema_changes().listed).iter().for_each(|line| output::say(line));
    }

    fn lines(&mut self, job: &str, changes: &[SchemaChange]) -> Vec<String> {
        let new = &changes[self.said..];
        self.said = changes.len();
        let line = |SchemaChange { at, table, what }: &SchemaChange| {
            format!("{} {job}: the schema changed: {table} {what}", clock(*at))
        };
        new.iter().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_change_is_said_once() {
        let change = |at, what: &str| SchemaChange {
            at: Duration::from_secs(at),
            table: "public.t".to_owned(),
            what: what.to_owned(),
        };
        let (mut news, mut changes) = (News::default(), vec![change(65, "created")]);
        assert_eq!(news.lines("shop", &changes), ["01:05 shop: the schema changed: public.t created"]);
        assert!(news.lines("shop", &changes).is_empty());
        changes.push(change(70, "dropped"));
        assert_eq!(news.lines("shop", &changes), ["01:10 shop: the schema changed: public.t dropped"]);
    }
}
