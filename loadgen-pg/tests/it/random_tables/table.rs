//! A random table: columns, keys, checks and references, as numbers that are taken modulo what there is.

use proptest::prelude::*;

/// What there is to choose from; the more often, the more lines.
const TYPES: &str = include_str!("types.txt");
/// Names that mean something, and names that need quotes.
const NAMES: [&str; 12] = [
    "email",
    "price",
    "created_at",
    "status",
    "country",
    "first_name",
    "select",
    "it's",
    "A b",
    "quantity",
    "city",
    "code",
];

#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) columns: Vec<Column>,
    pub(super) key: Key,
    pub(super) parents: Vec<Parent>,
    pub(super) rules: Vec<Rule>,
    /// How it is partitioned, if it is.
    pub(super) parts: Option<u8>,
}

#[derive(Clone, Debug)]
pub(super) struct Column {
    ty: usize,
    name: usize,
    pub(super) nullable: bool,
    pub(super) fill: u8,
}

impl Column {
    pub(super) fn ty(&self) -> &'static str {
        let types: Vec<&str> = TYPES.lines().collect();
        types[self.ty % types.len()]
    }

    /// Unquoted; the number keeps it apart from others.
    pub(super) fn name(&self, at: usize) -> String {
        match NAMES.get(self.name) {
            Some(name) => format!("{name}{}", if at == 0 { String::new() } else { at.to_string() }),
            None => format!("c{at}"),
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Key {
    None,
    Identity,
    Serial,
    Int,
    Uuid,
    /// The first columns.
    Columns(usize),
    /// The first parents and so many columns.
    Parents(usize, usize),
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Parent {
    /// Which of the tables before, or the table itself.
    pub(super) table: usize,
    pub(super) nullable: bool,
    pub(super) unique: bool,
    pub(super) deferrable: bool,
    pub(super) action: usize,
}

#[derive(Clone, Debug)]
pub(super) enum Rule {
    Unique(Vec<usize>),
    UniquePartly(usize, usize),
    UniqueNulls(Vec<usize>),
    UniqueLower(usize),
    Exclude(usize),
    /// A column in small letters, and whether it is unique.
    Generated(usize, bool),
    /// One of the templates for the type of a column, with another column and a number.
    Check {
        template: usize,
        column: usize,
        other: usize,
        number: i32,
    },
}

fn column() -> impl Strategy<Value = Column> {
    (0..TYPES.lines().count(), 0..NAMES.len() * 2, any::<bool>(), 0u8..20)
        .prop_map(|(ty, name, nullable, fill)| Column { ty, name, nullable, fill })
}

fn key() -> impl Strategy<Value = Key> {
    prop_oneof![
        1 => Just(Key::None),
        2 => Just(Key::Identity),
        1 => Just(Key::Serial),
        4 => Just(Key::Int),
        1 => Just(Key::Uuid),
        4 => (1usize..4).prop_map(Key::Columns),
        3 => (1usize..3, 0usize..2).prop_map(|(parents, columns)| Key::Parents(parents, columns)),
    ]
}

fn parent() -> impl Strategy<Value = Parent> {
    (0usize..8, any::<bool>(), prop::bool::weighted(0.1), prop::bool::weighted(0.2), 0usize..5).prop_map(
        |(table, nullable, unique, deferrable, action)| Parent {
            table,
            nullable,
            unique,
            deferrable,
            action,
        },
    )
}

fn rule() -> impl Strategy<Value = Rule> {
    let columns = || prop::collection::vec(0usize..20, 1..4);
    prop_oneof![
        4 => columns().prop_map(Rule::Unique),
        2 => (0usize..20, 0usize..20).prop_map(|(a, b)| Rule::UniquePartly(a, b)),
        1 => columns().prop_map(Rule::UniqueNulls),
        1 => (0usize..20).prop_map(Rule::UniqueLower),
        1 => (0usize..20).prop_map(Rule::Exclude),
        1 => (0usize..20, any::<bool>()).prop_map(|(column, unique)| Rule::Generated(column, unique)),
        9 => (0usize..40, 0usize..20, 0usize..20, -20i32..300)
            .prop_map(|(template, column, other, number)| Rule::Check { template, column, other, number }),
    ]
}

fn table() -> impl Strategy<Value = Table> {
    let columns = prop::collection::vec(column(), 1..9);
    let parents = prop::collection::vec(parent(), 0..4);
    let parts = prop::option::weighted(0.15, 0u8..7);
    (columns, key(), parents, prop::collection::vec(rule(), 0..5), parts)
        .prop_map(|(columns, key, parents, rules, parts)| Table { columns, key, parents, rules, parts })
}

/// Some tables, each of which may refer to those before.
pub(super) fn tables() -> impl Strategy<Value = Vec<Table>> {
    prop::collection::vec(table(), 1..7)
}
