//! Texts of statements.

use loadgen_core::{Action, Change, ChangeKind, Column, Failure, Shape, Value};

use super::{Param, Statement};
use crate::{
    codec::{Kind, base, collated, readable, sought, written},
    dialect::Dialect,
    introspect::returns_into,
    quote::{quote, quote_table},
};

/// What a statement is, besides what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Form {
    /// A statement, which is a transaction of its own unless one is open.
    Plain,
    /// A change of a table with triggers in an open transaction: what it returns goes through a table.
    Beside,
    /// A batch that is a transaction and takes it back when anything is caught: what triggers say with RAISERROR would leave the
    /// change committed.
    Caught,
}

/// The first of the columns of what is returned.
pub(crate) const FIRST: &str = "loadgen_0";

/// The column of a row that says how many rows were changed, or what became of a change under a marker.
pub(crate) const DONE: &str = "loadgen_done";

/// The statement of a change.
pub(super) fn build(change: &Change, form: Form, dialect: Dialect) -> Result<Statement, Failure> {
    let shape = &change.shape;
    let mut draft = Draft::of(change, dialect, 0);
    let mut text = draft.change(is_beside(shape, form))?;
    let says_rows = form == Form::Caught && shape.returning.is_empty();
    if form == Form::Caught {
        let (count, said) = if says_rows {
            ("; set @rows = rowcount_big()", format!(" select @rows as {DONE};"))
        } else {
            ("", String::new())
        };
        text = caught(&format!("begin transaction; {text}{count}; commit transaction;{said}"));
    }
    let returning = kinds(shape, &shape.returning)?;
    Ok(Statement { text: text.into(), params: draft.params, of_marker: 0, returning, says_rows })
}

/// A batch that leaves no transaction open, whatever happens in it.
pub(super) fn caught(batch: &str) -> String {
    format!(
        "declare @rows bigint; begin try {batch} end try \
         begin catch if @@trancount > 0 rollback transaction; throw; end catch"
    )
}

/// Whether what is returned goes into a table beside first: the server refuses to send it where there are triggers.
fn is_beside(shape: &Shape, form: Form) -> bool {
    !shape.returning.is_empty() && (form != Form::Plain || returns_into(&shape.table))
}

/// Whether the text of the statement is that of these values alone, for a NULL that is written into it.
pub(super) fn has_literal(change: &Change, dialect: Dialect) -> bool {
    !dialect.takes_nulls() && {
        let kinds: Vec<bool> = change.shape.columns().map(|index| is_literal(&change.shape, index)).collect();
        change
            .values
            .iter()
            .zip(kinds.iter().cycle())
            .any(|(value, is_literal)| *is_literal && value.is_null())
    }
}

fn is_literal(shape: &Shape, index: usize) -> bool {
    shape.table.columns.get(index).and_then(Kind::of).is_some_and(|kind| !kind.has_null())
}

fn kinds(shape: &Shape, columns: &[usize]) -> Result<Vec<Kind>, Failure> {
    columns.iter().map(|&index| column(shape, index).map(|(_, kind)| kind)).collect()
}

fn column(shape: &Shape, index: usize) -> Result<(&Column, Kind), Failure> {
    let column = shape.table.columns.get(index);
    let known = column.and_then(|column| Some((column, Kind::of(column)?)));
    known.ok_or_else(|| {
        let (name, ty) = column.map_or(("its address", ""), |own| (&own.name, own.native.words()));
        let message = format!("{}.{name}: the type {ty} is not supported", shape.table.name);
        Failure::aborted(Action::Defect, "encode", message)
    })
}

/// What is known of a statement while it is written.
pub(super) struct Draft<'a> {
    change: &'a Change,
    shape: &'a Shape,
    dialect: Dialect,
    pub(super) params: Vec<Param>,
    /// Parameters of the same text that come before.
    before: usize,
}

impl<'a> Draft<'a> {
    pub(super) fn of(change: &'a Change, dialect: Dialect, before: usize) -> Self {
        Draft { change, shape: &change.shape, dialect, params: Vec::new(), before }
    }

    /// The change, with what it returns; `beside` has that go through a table.
    pub(super) fn change(&mut self, beside: bool) -> Result<String, Failure> {
        let output = self.output(beside)?;
        let text = match (self.shape.kind, self.change.rows) {
            (ChangeKind::Insert, _) => self.insert(&output)?,
            (ChangeKind::Update, 1) => self.update(&output)?,
            (ChangeKind::Delete, 1) => self.delete(&output)?,
            (ChangeKind::Update, _) => self.update_many()?,
            (ChangeKind::Delete, _) => self.delete_many()?,
        };
        if !beside {
            return Ok(text);
        }
        let returned = self.shape.returning.iter().map(|&index| &self.shape.table.columns[index]);
        let (mut types, mut names) = (Vec::new(), Vec::new());
        for (at, column) in returned.enumerate() {
            types.push(format!("{} {}{}", quote(&column.name), base(column), collated(column)));
            names.push(format!("{} as loadgen_{at}", readable("", column)));
        }
        let (types, names) = (types.join(", "), names.join(", "));
        Ok(format!("declare @out table ({types}); {text}; select {names} from @out"))
    }

    fn output(&self, beside: bool) -> Result<String, Failure> {
        let row = if self.shape.kind == ChangeKind::Delete { "deleted." } else { "inserted." };
        let mut names = Vec::new();
        for (at, &index) in self.shape.returning.iter().enumerate() {
            let (column, _) = column(self.shape, index)?;
            names.push(if beside {
                format!("{row}{}", quote(&column.name))
            } else {
                format!("{} as loadgen_{at}", readable(row, column))
            });
        }
        let into = if beside { " into @out" } else { "" };
        Ok(if names.is_empty() { String::new() } else { format!(" output {}{into}", names.join(", ")) })
    }

    /// The value at a place of a row, as `express` makes one of a parameter.
    fn cell(
        &mut self,
        (row, at): (usize, usize),
        express: fn(&Column, &str) -> String,
    ) -> Result<String, Failure> {
        let shape = self.shape;
        let index = shape.columns().nth(at).unwrap_or_default();
        let (column, kind) = column(shape, index)?;
        let at = row * shape.width() + at;
        let is_null = self.change.values.get(at).is_none_or(Value::is_null);
        if is_null && !kind.has_null() && !self.dialect.takes_nulls() {
            return Ok(format!("cast(null as {})", base(column)));
        }
        self.params.push(Param { at, kind });
        Ok(express(column, &format!("@P{}", self.before + self.params.len())))
    }

    /// All values of a row: first those of the key.
    fn row(&mut self, row: usize) -> Result<Vec<String>, Failure> {
        let keys = self.shape.key.len();
        let express = |at: usize| if at < keys { sought } else { written };
        (0..self.shape.width()).map(|at| self.cell((row, at), express(at))).collect()
    }

    /// All rows as a table.
    fn list(&mut self, numbered: bool) -> Result<String, Failure> {
        let mut rows = Vec::with_capacity(self.change.rows);
        for number in 0..self.change.rows {
            let mut row = self.row(number)?;
            if numbered {
                row.insert(0, number.to_string());
            }
            rows.push(format!("({})", row.join(", ")));
        }
        let mut names: Vec<String> = (0..self.shape.width()).map(|at| format!("c{at}")).collect();
        if numbered {
            names.insert(0, "n".to_owned());
        }
        Ok(format!("(values {}) as u ({})", rows.join(", "), names.join(", ")))
    }

    fn insert(&mut self, output: &str) -> Result<String, Failure> {
        let table = quote_table(&self.shape.table.name);
        if self.shape.set.is_empty() {
            return Ok(format!("insert into {table}{output} default values"));
        }
        let into = format!("insert into {table} ({}){output}", self.names());
        if self.change.rows > 1 && !output.is_empty() {
            // The order in which numbers are given is only promised where it is asked for.
            let order = if self.dialect.orders_what_is_returned() { " order by u.n" } else { "" };
            let values: Vec<String> = (0..self.shape.width()).map(|at| format!("u.c{at}")).collect();
            let list = self.list(true)?;
            return Ok(format!("{into} select {} from {list}{order}", values.join(", ")));
        }
        let rows: Vec<String> = (0..self.change.rows)
            .map(|row| Ok(format!("({})", self.row(row)?.join(", "))))
            .collect::<Result<_, Failure>>()?;
        Ok(format!("{into} values {}", rows.join(", ")))
    }

    fn update(&mut self, output: &str) -> Result<String, Failure> {
        let values = self.row(0)?;
        let (keys, set) = values.split_at(self.shape.key.len());
        let table = quote_table(&self.shape.table.name);
        Ok(format!("update {table} set {}{output} where {}", self.assigned(set), self.found("", keys)))
    }

    fn delete(&mut self, output: &str) -> Result<String, Failure> {
        let keys = self.row(0)?;
        Ok(format!(
            "delete from {}{output} where {}",
            quote_table(&self.shape.table.name),
            self.found("", &keys)
        ))
    }

    fn update_many(&mut self) -> Result<String, Failure> {
        let (keys, set) = self.places();
        let (table, list) = (quote_table(&self.shape.table.name), self.list(false)?);
        let (assigned, found) = (self.assigned(&set), self.found("t.", &keys));
        Ok(format!("update t set {assigned} from {table} as t inner join {list} on {found}"))
    }

    fn delete_many(&mut self) -> Result<String, Failure> {
        let (keys, _) = self.places();
        let (table, list) = (quote_table(&self.shape.table.name), self.list(false)?);
        Ok(format!("delete t from {table} as t inner join {list} on {}", self.found("t.", &keys)))
    }

    /// The columns of the list that hold keys, and those of new values.
    fn places(&self) -> (Vec<String>, Vec<String>) {
        let mut keys: Vec<String> = (0..self.shape.width()).map(|at| format!("u.c{at}")).collect();
        let set = keys.split_off(self.shape.key.len());
        (keys, set)
    }

    fn assigned(&self, values: &[String]) -> String {
        let columns = &self.shape.table.columns;
        let assign =
            |(&index, value): (&usize, &String)| format!("{} = {value}", quote(&columns[index].name));
        self.shape.set.iter().zip(values).map(assign).collect::<Vec<_>>().join(", ")
    }

    fn found(&self, prefix: &str, keys: &[String]) -> String {
        let columns = &self.shape.table.columns;
        let equal = |(&index, value): (&usize, &String)| {
            columns.get(index).map(|column| format!("{prefix}{} = {value}", quote(&column.name)))
        };
        self.shape.key.iter().zip(keys).filter_map(equal).collect::<Vec<_>>().join(" and ")
    }

    fn names(&self) -> String {
        let columns = &self.shape.table.columns;
        self.shape.set.iter().map(|&index| quote(&columns[index].name)).collect::<Vec<_>>().join(", ")
    }
}
