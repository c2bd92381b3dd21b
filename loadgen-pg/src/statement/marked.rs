//! A change and the marker that it is under, as one statement.
//!
//! The marker is updated in a common table expression, and the change has its rows from there: none, if the marker was
//! not where it had to be. A marker that somebody else has is waited for, and looked at again as it is then.

use std::sync::Arc;

use loadgen_core::{Action, Change, Failure, Shape};

use super::{
    Statement,
    batch::Batch,
    sql::{Draft, returned},
};

/// What such a statement does when fewer rows are changed than are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// It says so. Where the marker is not in its place, it answers with no row. Otherwise with those that were changed, and in
    /// the last column whether there is one; if nothing is to be returned, with one that has their number.
    Part,
    /// It fails, and [`SHORT`] is part of the message. Where the marker is not in its place, it answers with no row.
    Whole,
}

/// What is no number, and is taken for one when a statement has to fail: at run time, as the server knows constants before.
pub(crate) const SHORT: &str = "fewer rows were changed than the ledger has";

/// The statements under markers, by the shapes of changes.
#[derive(Debug, Default)]
pub(super) struct Statements {
    entries: Vec<Option<Entry>>,
}

#[derive(Debug)]
struct Entry {
    marker: Arc<Shape>,
    shape: Arc<Shape>,
    /// For one row and for many, in each form.
    texts: [Option<Statement>; 4],
}

impl Statements {
    pub(super) fn of(&mut self, marker: &Change, change: &Change, form: Form) -> Result<&Statement, Failure> {
        let at = change.shape.id as usize;
        if self.entries.len() <= at {
            self.entries.resize_with(at + 1, || None);
        }
        let slot = &mut self.entries[at];
        let is_same = |entry: &Entry| {
            Arc::ptr_eq(&entry.shape, &change.shape) && Arc::ptr_eq(&entry.marker, &marker.shape)
        };
        if slot.as_ref().is_some_and(|entry| !is_same(entry)) {
            *slot = None;
        }
        let (one, other) = (Arc::clone(&marker.shape), Arc::clone(&change.shape));
        let entry =
            slot.get_or_insert_with(|| Entry { marker: one, shape: other, texts: Default::default() });
        let is_single = change.rows == 1;
        let text = &mut entry.texts[form as usize * 2 + usize::from(is_single)];
        if text.is_none() {
            *text = Some(build(&entry.marker, &entry.shape, form, is_single)?);
        }
        text.as_ref().ok_or_else(|| Failure::aborted(Action::Defect, "encode", "no statement"))
    }

    pub(super) fn clear(&mut self) {
        self.entries.clear();
    }
}

fn build(marker: &Shape, shape: &Shape, form: Form, is_single: bool) -> Result<Statement, Failure> {
    let mut first = Draft::of(marker, None);
    let moved = first.change(Batch::One)?;
    let of_marker = first.params.len();
    let mut second = Draft::of(shape, Some(("m", of_marker)));
    let change = second.change(if is_single { Batch::One } else { Batch::Many })?;
    let returned_names: Vec<String> =
        (1..=shape.returning.len()).map(|number| format!("r{number}")).collect();
    let named: Vec<String> = second
        .returned()
        .iter()
        .zip(&returned_names)
        .map(|(what, name)| format!("{what} as {name}, "))
        .collect();
    let answer = match form {
        Form::Whole if is_single => {
            "select coalesce(c.ok, m.short::int) from m left join c on true".to_owned()
        }
        Form::Whole => format!(
            "select case when (select count(*) from c) = cardinality(${}) then 1 else m.short::int end from m",
            of_marker + 1
        ),
        Form::Part if shape.returning.is_empty() => "select (select count(*) from c) from m".to_owned(),
        Form::Part => {
            let names: String = returned_names.iter().map(|name| format!("c.{name}, ")).collect();
            format!("select {names}c.ok from m left join c on true")
        }
    };
    let text = format!(
        "with m as ({moved} returning '{SHORT}' as short), c as ({change} returning {}1 as ok) {answer}",
        named.concat()
    );
    let params = first.params.into_iter().chain(second.params).collect();
    Ok(Statement { text: text.into(), params, of_marker, returning: returned(shape)? })
}
