//! The statements that make random tables.

use super::table::{Column, Key, Parent, Rule, Table};

/// A key that others refer to: names and types of its columns.
type Parts = Vec<(String, String)>;

/// The statements for one table: one that makes it, and others of which each may be refused by the server.
#[derive(Debug)]
pub(super) struct Statements {
    pub(super) create: String,
    pub(super) others: Vec<String>,
}

const ACTIONS: [&str; 5] = ["no action", "restrict", "cascade", "set null", "set default"];
const CHECKS: &str = include_str!("checks.txt");

fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn list(names: impl IntoIterator<Item = String>) -> String {
    names.into_iter().map(|name| quote(&name)).collect::<Vec<_>>().join(", ")
}

/// What a check may say of a column.
fn class(ty: &str) -> &'static str {
    let is = |names: &[&str]| names.iter().any(|name| ty.split('(').next() == Some(*name));
    match ty {
        _ if ty.ends_with(']') => "any",
        _ if is(&["smallint", "int", "bigint", "numeric", "tiny", "amount"]) => "number",
        _ if is(&["text", "varchar", "char", "email", "label"]) => "text",
        _ if is(&["date", "timestamp", "timestamptz"]) => "time",
        "boolean" => "flag",
        _ => "any",
    }
}

/// The tables and what each can be referred to by.
pub(super) fn statements(tables: &[Table]) -> Vec<Statements> {
    let mut keys: Vec<Parts> = Vec::new();
    let mut all = Vec::new();
    for (number, table) in tables.iter().enumerate() {
        let (statements, key) = Draft::new(number, table, &keys).statements();
        all.push(statements);
        keys.push(key);
    }
    all
}

struct Draft<'a> {
    number: usize,
    table: &'a Table,
    /// Definitions, and names with types and whether they may be NULL.
    definitions: Vec<String>,
    columns: Vec<(String, String)>,
    references: Vec<(Parent, usize, Vec<String>)>,
    keys: &'a [Parts],
    key: Parts,
}

impl<'a> Draft<'a> {
    fn new(number: usize, table: &'a Table, keys: &'a [Parts]) -> Self {
        let (definitions, columns, references) = Default::default();
        Draft { number, table, definitions, columns, references, keys, key: Vec::new() }
    }

    fn column(&mut self, name: &str, ty: &str, rest: &str) {
        self.definitions.push(format!("{} {ty} {rest}", quote(name)));
        self.columns.push((name.to_owned(), ty.to_owned()));
    }

    fn statements(mut self) -> (Statements, Parts) {
        self.key_columns();
        for (at, column) in self.table.columns.iter().enumerate() {
            let (name, fill) = (column.name(at), fill(column));
            let null = if column.nullable { "" } else { "not null" };
            self.column(&name, column.ty(), &format!("{null} {fill}"));
        }
        for (at, parent) in self.table.parents.iter().enumerate() {
            self.parent_columns(at, *parent);
        }
        self.choose_key();
        let (create, mut others) = self.create();
        let primary = list(self.key.iter().map(|(name, _)| name.clone()));
        let name = self.name();
        if !self.key.is_empty() {
            others.push(format!("alter table {name} add primary key ({primary})"));
        }
        for (parent, target, columns) in &self.references {
            others.extend(self.reference(*parent, *target, columns));
        }
        others.extend(self.table.rules.iter().filter_map(|rule| self.rule(rule)));
        (Statements { create, others }, self.key)
    }

    fn name(&self) -> String {
        format!("t{}", self.number)
    }

    fn key_columns(&mut self) {
        match self.table.key {
            Key::Identity => self.column("id", "bigint", "generated always as identity"),
            Key::Serial => self.column("id", "serial", ""),
            Key::Int => self.column("id", "int", ""),
            Key::Uuid => self.column("id", "uuid", "default gen_random_uuid()"),
            Key::None | Key::Columns(_) | Key::Parents(..) => {}
        }
    }

    /// The columns that refer to a parent, with the types of its key.
    fn parent_columns(&mut self, at: usize, parent: Parent) {
        let to_itself = parent.table % 8 == 7;
        let own = (self.table.key, self.columns.first().cloned());
        let (target, key) = match own {
            (Key::Int | Key::Identity | Key::Uuid, Some((name, ty))) if to_itself => {
                (self.number, vec![(name, ty)])
            }
            _ if self.keys.is_empty() => return,
            _ => (parent.table % self.keys.len(), self.keys[parent.table % self.keys.len()].clone()),
        };
        if key.is_empty() {
            return;
        }
        let mut columns = Vec::new();
        for (place, (_, ty)) in key.iter().enumerate() {
            let name = format!("p{at}_{place}");
            let ty = if ty == "serial" { "int" } else { ty };
            self.column(&name, ty, if parent.nullable { "" } else { "not null" });
            columns.push(name);
        }
        self.references.push((parent, target, columns));
    }

    fn choose_key(&mut self) {
        let plain: Vec<(String, String)> =
            self.columns.iter().filter(|(name, _)| self.is_own(name)).cloned().collect();
        self.key = match self.table.key {
            Key::None => Vec::new(),
            Key::Identity | Key::Serial | Key::Int | Key::Uuid => self.columns[..1].to_vec(),
            Key::Columns(count) => plain.into_iter().take(count).collect(),
            Key::Parents(parents, columns) => {
                let referring = self.references.iter().take(parents).flat_map(|(_, _, columns)| columns);
                let ty = |name: &String| {
                    let found = self.columns.iter().find(|(own, _)| own == name);
                    (name.clone(), found.map_or_else(String::new, |(_, ty)| ty.clone()))
                };
                referring.map(ty).chain(plain.into_iter().take(columns)).collect()
            }
        };
    }

    fn create(&self) -> (String, Vec<String>) {
        let (name, columns) = (self.name(), self.definitions.join(", "));
        let by = self.key.first().or(self.columns.first()).cloned();
        let (Some(kind), Some((column, _))) = (self.table.parts, by) else {
            return (format!("create table {name} ({columns})"), Vec::new());
        };
        let column = quote(&column);
        let (by, parts): (_, &[&str]) = match kind {
            0 => (
                "hash",
                &["for values with (modulus 2, remainder 0)", "for values with (modulus 2, remainder 1)"],
            ),
            1 => ("list", &["default"]),
            2 => ("range", &["default"]),
            3 => {
                ("range", &["for values from (minvalue) to ('500')", "for values from ('500') to (maxvalue)"])
            }
            4 => ("range", &["for values from ('1') to ('900000')"]),
            5 => ("list", &["for values in ('1', '2', '3')", "for values in ('4', null)"]),
            _ => ("hash", &["for values with (modulus 1, remainder 0)"]),
        };
        let part =
            |(at, bounds): (usize, &&str)| format!("create table {name}_{at} partition of {name} {bounds}");
        let parts = parts.iter().enumerate().map(part).collect();
        (format!("create table {name} ({columns}) partition by {by} ({column})"), parts)
    }

    fn reference(&self, parent: Parent, target: usize, columns: &[String]) -> Vec<String> {
        let (name, columns) = (self.name(), list(columns.iter().cloned()));
        let action = ACTIONS[parent.action % ACTIONS.len()];
        let deferrable = if parent.deferrable { "deferrable initially deferred" } else { "" };
        let mut all = vec![format!(
            "alter table {name} add foreign key ({columns}) references t{target} on delete {action} {deferrable}"
        )];
        if parent.unique {
            all.push(format!("alter table {name} add unique ({columns})"));
        }
        all
    }

    /// Whether it is neither a number of the server's nor part of a reference.
    fn is_own(&self, name: &str) -> bool {
        name != "id" && !(name.starts_with('p') && name.contains('_'))
    }

    fn at(&self, number: usize) -> (&str, &str) {
        let (name, ty) = &self.columns[number % self.columns.len()];
        (name, ty)
    }

    fn rule(&self, rule: &Rule) -> Option<String> {
        let name = self.name();
        let names = |numbers: &[usize]| {
            let mut names: Vec<String> = numbers.iter().map(|number| self.at(*number).0.to_owned()).collect();
            names.sort();
            names.dedup();
            list(names)
        };
        Some(match rule {
            Rule::Unique(columns) => format!("alter table {name} add unique ({})", names(columns)),
            Rule::UniquePartly(a, b) => format!(
                "create unique index on {name} ({}) where {} is not null",
                quote(self.at(*a).0),
                quote(self.at(*b).0)
            ),
            Rule::UniqueNulls(columns) => {
                format!("alter table {name} add unique nulls not distinct ({})", names(columns))
            }
            Rule::UniqueLower(column) => {
                format!("create unique index on {name} (lower({}))", quote(self.at(*column).0))
            }
            Rule::Exclude(column) if self.at(*column).1.ends_with("range") => {
                format!("alter table {name} add exclude using gist ({} with &&)", quote(self.at(*column).0))
            }
            Rule::Exclude(column) => {
                format!("alter table {name} add exclude using btree ({} with =)", quote(self.at(*column).0))
            }
            Rule::Generated(column, unique) => {
                let (a, unique) = (quote(self.at(*column).0), if *unique { "unique" } else { "" });
                format!(
                    "alter table {name} add generated text generated always as (lower({a}::text)) stored {unique}"
                )
            }
            Rule::Check { template, column, other, number } => {
                format!("alter table {name} add check ({})", self.check(*template, *column, *other, *number)?)
            }
        })
    }

    fn check(&self, template: usize, column: usize, other: usize, number: i32) -> Option<String> {
        let (a, ty) = self.at(column);
        // What a key of a sequence comes to is nothing that a plan can know.
        let of = if self.is_own(a) { class(ty) } else { "any" };
        let templates = |class: &str| {
            let of_class = |line: &'static str| line.strip_prefix(class)?.strip_prefix(" : ");
            CHECKS.lines().filter_map(of_class).collect::<Vec<_>>()
        };
        let (mut fitting, wanted) = (templates(of), if template.is_multiple_of(5) { "any" } else { of });
        if wanted == "any" {
            fitting = templates("any");
        }
        let text = fitting[template % fitting.len()];
        let same: Vec<&str> = (self.columns.iter())
            .filter(|(name, ty)| name != a && (wanted == "any" || class(ty) == of && self.is_own(name)))
            .map(|(name, _)| name.as_str())
            .collect();
        let b = if same.is_empty() { None } else { Some(same[other % same.len()]) };
        if text.contains("{b}") && b.is_none() {
            return None;
        }
        let text = text.replace("{a}", &quote(a)).replace("{n}", &number.to_string());
        Some(text.replace("{b}", &quote(b.unwrap_or_default())))
    }
}

/// Defaults, and what is computed.
fn fill(column: &Column) -> String {
    let default = match class(column.ty()) {
        "number" => "2",
        "text" => "'abc'",
        "time" => "now()",
        "flag" => "true",
        _ => return String::new(),
    };
    if column.fill < 3 { format!("default {default}") } else { String::new() }
}
