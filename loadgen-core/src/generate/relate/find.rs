//! From the columns of a table to the relations between them.

use std::collections::BTreeMap;

use super::{Relation, Relations, bond::Bond};
use crate::{
    Column, Table,
    generate::{ColumnConfig, Locale},
};

/// Where the value of a column comes from before relations are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A generator, with the name and the template of the meaning that its texts have.
    Drawn(Option<(&'static str, &'static str)>),
    /// What the plan file asks for, or what has to stay as it is drawn: nothing else writes the column.
    Given,
    /// Drawn for a check that reads no other column.
    Checked,
    /// Drawn for a check that ties it to others.
    Tied,
    /// Constructed to differ from row to row, as its name means it and not as the plan file says.
    Distinct,
    /// Not known, or not drawn.
    Elsewhere,
}

impl Origin {
    /// Whether the column's value is known when relations are drawn.
    pub(super) fn is_known(self) -> bool {
        matches!(self, Origin::Drawn(_) | Origin::Given | Origin::Checked | Origin::Tied)
    }

    /// Whether the column's value is there before relations are drawn, or with the first of them.
    pub(super) fn is_there(self) -> bool {
        self.is_known() || self == Origin::Distinct
    }

    /// Whether a relation may write the column.
    pub(super) fn is_open(self) -> bool {
        matches!(self, Origin::Drawn(_) | Origin::Checked | Origin::Tied)
    }
}

/// What relations are made from.
pub(crate) struct Ground<'a> {
    pub(crate) table: &'a Table,
    /// One for each column.
    pub(crate) origins: &'a [Origin],
    /// Where people and places are from.
    pub(crate) locale: Locale,
    /// What the plan file says of columns.
    pub(crate) configs: &'a BTreeMap<String, ColumnConfig>,
}

impl Ground<'_> {
    /// Where the value of a column comes from now: what a relation writes, others may only read.
    fn origin(&self, column: usize, found: &[Box<dyn Relation>]) -> Origin {
        let is_open = self.origins[column].is_open() || self.origins[column] == Origin::Distinct;
        let is_taken = is_open && found.iter().any(|relation| relation.columns().contains(&column));
        if is_taken { Origin::Given } else { self.origins[column] }
    }

    /// Where the people and places of a column are from.
    pub(super) fn locale(&self, column: &Column) -> Locale {
        self.configs.get(&column.name).and_then(|said| said.locale).unwrap_or(self.locale)
    }

    /// The columns of which something is known, with their places.
    pub(super) fn columns(&self, found: &[Box<dyn Relation>]) -> Vec<(usize, &Column, Origin)> {
        let all = self.table.columns.iter().enumerate();
        let all = all.map(|(at, column)| (at, column, self.origin(at, found)));
        all.filter(|(.., origin)| *origin != Origin::Elsewhere).collect()
    }
}

impl Relations {
    /// The relations of a table; `None` when there are none. The columns that are drawn are to be adopted.
    pub(crate) fn find(ground: &Ground<'_>) -> Option<Self> {
        let mut all: Vec<Box<dyn Relation>> = Vec::new();
        super::persons::find(ground, &mut all);
        super::chains::find(ground, &mut all);
        super::amounts::find(ground, &mut all);
        super::age::find(ground, &mut all);
        super::flags::find(ground, &mut all);
        let own = ground.table.columns.iter().map(|_| None).collect();
        let tied: Vec<bool> = ground.origins.iter().map(|origin| *origin == Origin::Tied).collect();
        let bond = |relation: Box<dyn Relation>| {
            let tied = relation.columns().into_iter().filter(|column| tied[*column]).collect();
            Bond { relation, drawn: Vec::new(), tied }
        };
        let all: Vec<Bond> = all.into_iter().map(bond).collect();
        (!all.is_empty()).then_some(Relations { all, tied, is_joint: false, own })
    }
}
