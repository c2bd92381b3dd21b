//! What tables ask of the rows that theirs refer to, where those would not hold it by themselves.

use std::collections::{BTreeMap, BTreeSet};

use super::{accept::Accepted, expected::is_given, reference::Reference};
use crate::{
    Table, TableName,
    check::{Condition, Expr},
};

/// One condition that a table's rows should meet for those of another to refer to them.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    pub(super) parent: TableName,
    columns: Vec<usize>,
    condition: Condition,
}

/// What is asked of tables.
#[derive(Debug, Default)]
pub(super) struct Wishes {
    known: BTreeMap<TableName, Vec<Wish>>,
    /// Tables that could not be written with what was asked of them.
    vain: BTreeSet<TableName>,
}

impl Wish {
    /// What a reference asks of its parent, if that is a matter of columns that can be drawn accordingly.
    pub(super) fn of(child: &Table, reference: &Reference, parent: &Accepted) -> Option<Wish> {
        let (table, config, sources) = parent;
        let theirs = table.indexes_of(&reference.parent_columns)?;
        let exprs = reference.fitting.as_ref()?.conditions();
        let there = |column: usize| {
            let position = reference.columns.iter().position(|own| *own == column)?;
            Some(theirs[position])
        };
        let mut columns = BTreeSet::new();
        for condition in exprs {
            columns.extend(condition.expr.columns().into_iter().filter_map(there));
        }
        let is_open = |column: &usize| {
            !is_given(sources, *column) && !config.columns.contains_key(&table.columns[*column].name)
        };
        if columns.is_empty() || !columns.iter().all(is_open) {
            return None;
        }
        let moved = exprs.iter().map(|condition| moved(condition.expr.clone(), &there));
        let texts: Vec<&str> = exprs.iter().map(|condition| condition.text.as_str()).collect();
        let text = format!("{} of {}", texts.join(" and "), child.name);
        let condition = Condition { text, expr: Expr::And(moved.collect()) };
        Some(Wish { parent: table.name.clone(), columns: columns.into_iter().collect(), condition })
    }
}

/// The condition on the columns that are referred to.
fn moved(mut expr: Expr, there: &impl Fn(usize) -> Option<usize>) -> Expr {
    // In two steps, as the numbers of one table are those of others in the next.
    for column in expr.columns() {
        expr.substitute(column, &Expr::Column(there(column).unwrap_or_default() + APART));
    }
    for column in expr.columns() {
        expr.substitute(column, &Expr::Column(column - APART));
    }
    expr
}

/// More than any table has columns.
const APART: usize = 1 << 20;

impl Wishes {
    /// Takes new ones; whether there were any.
    pub(super) fn take(&mut self, wishes: Vec<Wish>) -> bool {
        let mut is_new = false;
        for wish in wishes.into_iter().filter(|wish| !self.vain.contains(&wish.parent)) {
            let known = self.known.entry(wish.parent.clone()).or_default();
            if known.iter().all(|other| other.condition.text != wish.condition.text) {
                known.push(wish);
                is_new = true;
            }
        }
        is_new
    }

    /// Gives up those on tables that were refused; whether there were any.
    pub(super) fn give_up(&mut self, refused: &[(TableName, String)]) -> bool {
        let before = self.vain.len();
        for (name, _) in refused {
            if self.known.remove(name).is_some() {
                self.vain.insert(name.clone());
            }
        }
        self.vain.len() > before
    }

    /// What rows of a table have to meet: of those that ask for the same columns, what one of them asks for.
    pub(super) fn of(&self, table: &TableName) -> Vec<Condition> {
        let mut alike: BTreeMap<&[usize], Vec<&Condition>> = BTreeMap::new();
        for wish in self.known.get(table).into_iter().flatten() {
            alike.entry(&wish.columns).or_default().push(&wish.condition);
        }
        let one_of = |all: Vec<&Condition>| {
            let texts: Vec<&str> = all.iter().map(|condition| condition.text.as_str()).collect();
            let expr = Expr::Or(all.iter().map(|condition| condition.expr.clone()).collect());
            Condition { text: texts.join(" or "), expr }
        };
        alike.into_values().map(one_of).collect()
    }
}
