//! Texts of statements.

use std::fmt::Write;

use loadgen_core::{Action, ChangeKind, Column, Failure, Fill, Shape, Type};

use super::{
    Statement,
    batch::Batch,
    param::{Carries, Param},
};
use crate::{
    codec::{Kind, Wire, oid},
    quote::{own_rows, quote, quote_table},
};

/// The statement of a shape.
pub(super) fn build(shape: &Shape, batch: Batch) -> Result<Statement, Failure> {
    let mut draft = Draft::of(shape, None);
    let mut text = draft.change(batch)?;
    if !shape.returning.is_empty() {
        let _ = write!(text, " returning {}", draft.returned().join(", "));
    }
    Ok(Statement { text: text.into(), params: draft.params, of_marker: 0, returning: returned(shape)? })
}

/// The formats of what each row is answered with.
pub(super) fn returned(shape: &Shape) -> Result<Vec<Wire>, Failure> {
    shape.returning.iter().map(|&index| wire(shape, index)).collect()
}

/// What is known of a statement while it is written.
pub(super) struct Draft<'a> {
    shape: &'a Shape,
    pub(super) params: Vec<Param>,
    /// What has to have a row for anything to be changed.
    under: Option<&'static str>,
    /// Parameters of the same statement that come before.
    before: usize,
    /// What `unnest` makes rows of: parameters with the names of their columns.
    source: Vec<String>,
}

impl<'a> Draft<'a> {
    pub(super) fn of(shape: &'a Shape, under: Option<(&'static str, usize)>) -> Self {
        let (under, before) = under.map_or((None, 0), |(under, before)| (Some(under), before));
        Draft { shape, params: Vec::new(), under, before, source: Vec::new() }
    }

    /// The statement without what it returns.
    pub(super) fn change(&mut self, batch: Batch) -> Result<String, Failure> {
        let values = match batch {
            Batch::One => self.row(0)?,
            Batch::Few(rows) => return self.listed(rows),
            Batch::Many => self.many_rows()?,
        };
        let (keys, set) = values.split_at(self.shape.key.len());
        Ok(match self.shape.kind {
            ChangeKind::Insert => self.insert(set, batch == Batch::One),
            ChangeKind::Update => self.update(keys, set),
            ChangeKind::Delete => self.delete(keys),
        })
    }

    /// An insert of so many rows, under nothing. They are inserted, numbered by sequences and returned in the order of the list.
    fn listed(&mut self, rows: usize) -> Result<String, Failure> {
        let list: Vec<String> = (0..rows)
            .map(|row| Ok(format!("({})", self.row(row)?.join(", "))))
            .collect::<Result<_, Failure>>()?;
        Ok(format!("{} values {}", self.insert_into(), list.join(", ")))
    }

    /// The expressions of one row's values, each a parameter.
    fn row(&mut self, row: usize) -> Result<Vec<String>, Failure> {
        let shape = self.shape;
        let mut texts = Vec::with_capacity(shape.width());
        for (at, index) in shape.columns().enumerate() {
            let wire = wire(shape, index)?;
            let oid = wire.oid;
            // A type of an extension is compared as itself, which its index is for. In a key alone: what is to be written
            // would be cut to the length of a domain.
            let cast = match shape.table.columns.get(index) {
                Some(column) if at < shape.key.len() && column.native.name.contains('.') => {
                    format!("::{}", column.native.name)
                }
                Some(column) => cast(column),
                None => String::new(),
            };
            let at = row * shape.width() + at;
            self.params.push(Param { at, column: index, wire, oid, carries: Carries::One });
            texts.push(format!("${}{cast}", self.before + self.params.len()));
        }
        Ok(texts)
    }

    /// The expressions of the columns' values, each a column of `u`.
    fn many_rows(&mut self) -> Result<Vec<String>, Failure> {
        let shape = self.shape;
        let mut texts = Vec::new();
        for (at, index) in shape.columns().enumerate() {
            let wire = wire(shape, index)?;
            let Some(column) = shape.table.columns.get(index) else {
                texts.push(self.unnest(at, index, wire, oid::TEXT_ARRAY, Carries::Column, "text"));
                continue;
            };
            let is_array = matches!(wire.kind, Kind::Array(_));
            texts.push(if is_array || goes_as_text(&column.ty) {
                let carries = if is_array { Carries::Literals } else { Carries::Column };
                let name = self.unnest(at, index, wire, oid::TEXT_ARRAY, carries, "text");
                // Some types have something else than commas between the items of their arrays.
                let is_spelt = matches!(&column.ty, Type::Array(item) if matches!(**item, Type::Spelt(_)));
                let items = if is_spelt { "::text[]" } else { "" };
                format!("{name}{items}::{}", column.native.name)
            } else {
                let native = &column.native;
                self.unnest(at, index, wire, native.array_id, Carries::Column, &native.name)
            });
        }
        Ok(texts)
    }

    /// Adds a column to `u` and gives its name.
    fn unnest(
        &mut self,
        at: usize,
        column: usize,
        wire: Wire,
        oid: u32,
        carries: Carries,
        item: &str,
    ) -> String {
        self.params.push(Param { at, column, wire, oid, carries });
        self.source.push(format!("${}::{item}[]", self.before + self.params.len()));
        format!("u.c{}", self.source.len())
    }

    /// What the rows come from, behind `word`: what they are under, and `unnest(...) as u (c1, ...)`. Nothing for one row
    /// that is under nothing.
    fn rows(&self, word: &str, ordinality: bool) -> String {
        let mut names: Vec<String> = (1..=self.source.len()).map(|number| format!("c{number}")).collect();
        let with = if ordinality {
            names.push("n".to_owned());
            " with ordinality"
        } else {
            ""
        };
        let unnest = || format!("unnest({}){with} as u ({})", self.source.join(", "), names.join(", "));
        let unnest = (!self.source.is_empty()).then(unnest);
        let from: Vec<String> = self.under.map(str::to_owned).into_iter().chain(unnest).collect();
        if from.is_empty() { String::new() } else { format!(" {word} {}", from.join(", ")) }
    }

    fn insert(&self, set: &[String], is_single: bool) -> String {
        // Rows are inserted, numbered by sequences and returned in the order in which the SELECT gives
        // them, and that order is only promised where it is asked for.
        let is_ordered = !is_single && !self.shape.returning.is_empty();
        let order = if is_ordered { " order by u.n" } else { "" };
        let (into, values) = (self.insert_into(), set.join(", "));
        match (self.under, is_single) {
            (None, true) if set.is_empty() => format!("{into} default values"),
            (None, true) => format!("{into} values ({values})"),
            _ => format!("{into} select {values}{}{order}", self.rows("from", is_ordered)),
        }
    }

    /// The table and the columns.
    fn insert_into(&self) -> String {
        let shape = self.shape;
        let into = format!("insert into {}", quote_table(&shape.table.name));
        let refuses = |&index: &usize| shape.table.columns[index].fill == Fill::Sequence { always: true };
        let overriding = if shape.set.iter().any(refuses) { " overriding system value" } else { "" };
        if shape.set.is_empty() {
            return into;
        }
        format!("{into} ({}){overriding}", self.names(&shape.set))
    }

    /// What each row is answered with.
    pub(super) fn returned(&self) -> Vec<String> {
        let shape = self.shape;
        let prefix = if shape.kind == ChangeKind::Insert { "" } else { "t." };
        let readable = |&index: &usize| match shape.table.columns.get(index) {
            Some(column) => format!("{prefix}{}", readable(column)),
            None => format!("{prefix}ctid || ' ' || {prefix}xmin"),
        };
        shape.returning.iter().map(readable).collect()
    }

    /// The table with its alias.
    fn aliased(&self) -> String {
        own_rows(&self.shape.table) + " as t"
    }

    fn update(&self, keys: &[String], set: &[String]) -> String {
        let columns = &self.shape.table.columns;
        let assignments: Vec<String> = (self.shape.set.iter().zip(set))
            .map(|(&index, value)| format!("{} = {value}", quote(&columns[index].name)))
            .collect();
        let text = format!("update {} set {}", self.aliased(), assignments.join(", "));
        text + &self.rows("from", false) + &self.condition(keys)
    }

    fn delete(&self, keys: &[String]) -> String {
        let text = format!("delete from {}", self.aliased());
        text + &self.rows("using", false) + &self.condition(keys)
    }

    fn condition(&self, keys: &[String]) -> String {
        let columns = &self.shape.table.columns;
        let equal: Vec<String> = (self.shape.key.iter().zip(keys))
            .map(|(&index, value)| {
                let Some(Column { name, native, .. }) = columns.get(index) else { return at_address(value) };
                let name = quote(name);
                match &native.equals {
                    Some(operator) => format!("t.{name} operator({operator}) ({value})::{}", native.name),
                    None => format!("t.{name} = {value}"),
                }
            })
            .collect();
        format!(" where {}", equal.join(" and "))
    }

    fn names(&self, indexes: &[usize]) -> String {
        let quoted = indexes.iter().map(|&index| quote(&self.shape.table.columns[index].name));
        quoted.collect::<Vec<_>>().join(", ")
    }
}

/// A column as it is read: enums and types that loadgen does not know come as text, see [`Wire`]. A type that is not the
/// server's own comes as the one that it stands for: the driver asks the server about each that it does not know, and
/// loses the statement that it was about to use.
pub(crate) fn readable(column: &Column) -> String {
    let name = quote(&column.name);
    match &column.ty {
        Type::Array(element) if goes_as_text(element) => name + "::text[]",
        ty if goes_as_text(ty) => name + "::text",
        _ if column.native.name.contains('.') => match oid::name(column.native.id) {
            Some(own) => name + "::" + &own,
            None => name,
        },
        _ => name,
    }
}

/// The place of a row, and who has written it there: after the table was rewritten, somebody else's row may be there.
fn at_address(value: &str) -> String {
    format!("t.ctid = split_part({value}, ' ', 1)::tid and t.xmin = split_part({value}, ' ', 2)::xid")
}

/// Parameters are declared with the type of their column, but for those that are made of text.
///
/// A type without its length: a cast to `varchar(10)` would cut what is too long in silence, the assignment does not.
fn cast(column: &Column) -> String {
    match &column.ty {
        Type::Array(element) if goes_as_text(element) => format!("::{}", column.native.name),
        ty if goes_as_text(ty) => format!("::{}", column.native.name),
        _ => String::new(),
    }
}

/// Whether values are sent as texts that a cast makes values of.
pub(crate) fn goes_as_text(ty: &Type) -> bool {
    matches!(ty, Type::Enum(_) | Type::Spelt(_) | Type::Unsupported)
}

fn wire(shape: &Shape, index: usize) -> Result<Wire, Failure> {
    let Some(column) = shape.table.columns.get(index) else { return Ok(Wire::text()) };
    Wire::of(column).ok_or_else(|| {
        let (table, name, native) = (&shape.table.name, &column.name, &column.native.name);
        Failure::aborted(
            Action::Defect,
            "encode",
            format!("{table}.{name}: the type {native} is not supported"),
        )
    })
}
