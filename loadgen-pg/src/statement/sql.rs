//! Texts of statements.

use std::fmt::Write;

use loadgen_core::{Action, ChangeKind, Column, Failure, Fill, Shape, Type};

use super::{
    Statement,
    param::{Carries, Param},
};
use crate::{
    codec::{Kind, Wire, oid},
    quote::{own_rows, quote, quote_table},
};

/// The statement of a shape, for one row or for any number of rows.
pub(super) fn build(shape: &Shape, is_single: bool) -> Result<Statement, Failure> {
    let mut draft = Draft { shape, params: Vec::new(), source: Vec::new() };
    let values = if is_single { draft.one_row()? } else { draft.many_rows()? };
    let (keys, set) = values.split_at(shape.key.len());
    let text = match shape.kind {
        ChangeKind::Insert => draft.insert(set, is_single),
        ChangeKind::Update => draft.update(keys, set),
        ChangeKind::Delete => draft.delete(keys),
    };
    let returning = shape.returning.iter().map(|&index| wire(shape, index)).collect::<Result<_, _>>()?;
    Ok(Statement { text: text.into(), params: draft.params, returning })
}

struct Draft<'a> {
    shape: &'a Shape,
    params: Vec<Param>,
    /// What `unnest` makes rows of: parameters with the names of their columns.
    source: Vec<String>,
}

impl Draft<'_> {
    /// The expressions of the columns' values, each a parameter.
    fn one_row(&mut self) -> Result<Vec<String>, Failure> {
        let shape = self.shape;
        let place = |(at, index)| {
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
            let text = format!("${}{cast}", at + 1);
            Ok((text, Param { at, column: index, wire, oid, carries: Carries::One }))
        };
        let all: Vec<(String, Param)> =
            shape.columns().enumerate().map(place).collect::<Result<_, Failure>>()?;
        let (texts, params) = all.into_iter().unzip();
        self.params = params;
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
        self.source.push(format!("${}::{item}[]", self.params.len()));
        format!("u.c{}", self.source.len())
    }

    /// `unnest(...) as u (c1, ...)`.
    fn rows(&self, ordinality: bool) -> String {
        let mut names: Vec<String> = (1..=self.source.len()).map(|number| format!("c{number}")).collect();
        let with = if ordinality {
            names.push("n".to_owned());
            " with ordinality"
        } else {
            ""
        };
        format!("unnest({}){with} as u ({})", self.source.join(", "), names.join(", "))
    }

    fn insert(&self, set: &[String], is_single: bool) -> String {
        let shape = self.shape;
        let mut text = format!("insert into {}", quote_table(&shape.table.name));
        if set.is_empty() {
            text.push_str(" default values");
        } else {
            let refuses = |&index: &usize| shape.table.columns[index].fill == Fill::Sequence { always: true };
            let overriding = if shape.set.iter().any(refuses) { " overriding system value" } else { "" };
            let values = set.join(", ");
            let _ = write!(text, " ({}){overriding}", self.names(&shape.set));
            let _ = if is_single {
                write!(text, " values ({values})")
            } else if shape.returning.is_empty() {
                write!(text, " select {values} from {}", self.rows(false))
            } else {
                // Rows are inserted, numbered by sequences and returned in the order in which the SELECT gives
                // them, and that order is only promised where it is asked for.
                write!(text, " select {values} from {} order by u.n", self.rows(true))
            };
        }
        text + &self.returning("")
    }

    /// What each row is answered with; `prefix` says whose columns are meant.
    fn returning(&self, prefix: &str) -> String {
        let shape = self.shape;
        let readable = |&index: &usize| match shape.table.columns.get(index) {
            Some(column) => format!("{prefix}{}", readable(column)),
            None => format!("{prefix}ctid || ' ' || {prefix}xmin"),
        };
        let columns: Vec<String> = shape.returning.iter().map(readable).collect();
        if columns.is_empty() { String::new() } else { format!(" returning {}", columns.join(", ")) }
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
        let mut text = format!("update {} set {}", self.aliased(), assignments.join(", "));
        if !self.source.is_empty() {
            let _ = write!(text, " from {}", self.rows(false));
        }
        text + &self.condition(keys) + &self.returning("t.")
    }

    fn delete(&self, keys: &[String]) -> String {
        let mut text = format!("delete from {}", self.aliased());
        if !self.source.is_empty() {
            let _ = write!(text, " using {}", self.rows(false));
        }
        text + &self.condition(keys)
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
