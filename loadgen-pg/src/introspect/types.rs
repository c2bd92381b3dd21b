//! The server's types, as the catalog describes them.

use std::collections::HashMap;

use sqlx::{
    PgConnection, Row,
    postgres::{PgRow, types::Oid},
};

use super::domain::Taken;

/// All types that some tables are made of, by their numbers.
#[derive(Debug, Default)]
pub(super) struct Types {
    rows: HashMap<u32, NativeRow>,
    /// What those domains take that are asked for it.
    taken: HashMap<u32, Taken>,
}

/// One type.
#[derive(Debug)]
pub(super) struct NativeRow {
    pub(super) id: u32,
    /// Its name, without its schema.
    pub(super) name: String,
    /// The number of the type of its arrays; 0 without.
    pub(super) array_id: u32,
    pub(super) kind: Kind,
    /// The operator that compares its values, where `=` alone may not be found.
    pub(super) equals: Option<String>,
}

/// What it is made of.
#[derive(Debug)]
pub(super) enum Kind {
    /// Nothing else.
    Base,
    Enum(Vec<String>),
    /// Items of a type.
    Array(u32),
    Domain(Domain),
    Composite(Vec<Part>),
    /// Bounds of a type.
    Range(u32),
    /// Ranges of a type of ranges.
    Multirange(u32),
    /// Neither of these: no column can have it.
    Other,
}

/// A type with a modifier (-1: none) and its declared dimensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Part {
    pub(super) id: u32,
    pub(super) modifier: i32,
    pub(super) dimensions: i32,
}

#[derive(Debug)]
pub(super) struct Domain {
    pub(super) base: Part,
    pub(super) not_null: bool,
    /// Names and conditions of its checks, in which it calls itself VALUE.
    pub(super) checks: Vec<(String, String)>,
}

impl Types {
    pub(super) async fn read(conn: &mut PgConnection, tables: &[Oid]) -> sqlx::Result<Self> {
        let rows = sqlx::query(include_str!("types.sql")).bind(tables).fetch_all(conn).await?;
        let rows: Vec<NativeRow> = rows.iter().map(read).collect::<sqlx::Result<_>>()?;
        Ok(Types { rows: rows.into_iter().map(|row| (row.id, row)).collect(), taken: HashMap::new() })
    }

    /// Whether it is made of columns, under any domains.
    pub(super) fn is_row(&self, id: u32) -> bool {
        match self.get(id).map(|row| &row.kind) {
            Some(Kind::Composite(_)) => true,
            Some(Kind::Domain(domain)) => self.is_row(domain.base.id),
            _ => false,
        }
    }

    /// The type of a range's bounds, under any domains.
    pub(super) fn bound(&self, id: u32) -> Option<u32> {
        match &self.get(id)?.kind {
            Kind::Range(bound) => Some(*bound),
            Kind::Domain(domain) => self.bound(domain.base.id),
            _ => None,
        }
    }

    pub(super) fn get(&self, id: u32) -> Option<&NativeRow> {
        self.rows.get(&id)
    }

    /// The domains with checks that others are made of, the first that were made first.
    pub(super) fn guarded(&self) -> Vec<u32> {
        let inner = self.rows.values().flat_map(|row| match &row.kind {
            Kind::Composite(parts) => parts.iter().map(|part| part.id).collect(),
            Kind::Array(item) => vec![*item],
            _ => Vec::new(),
        });
        let mut guarded: Vec<u32> = inner.filter(|id| self.has_checks(*id)).collect();
        guarded.sort_unstable();
        guarded.dedup();
        guarded
    }

    fn has_checks(&self, id: u32) -> bool {
        match self.get(id).map(|row| &row.kind) {
            Some(Kind::Domain(domain)) => !domain.checks.is_empty() || self.has_checks(domain.base.id),
            _ => false,
        }
    }

    /// What a domain takes, where that is known.
    pub(super) fn taken(&self, id: u32) -> Option<&Taken> {
        self.taken.get(&id)
    }

    pub(super) fn learn(&mut self, id: u32, taken: Taken) {
        self.taken.insert(id, taken);
    }
}

fn read(row: &PgRow) -> sqlx::Result<NativeRow> {
    let number = |index: usize| row.try_get::<Oid, _>(index).map(|Oid(id)| id);
    let (item, inner) = (number(4)?, number(9)?);
    let kind = match row.try_get(2)? {
        _ if item != 0 => Kind::Array(item),
        "b" => Kind::Base,
        "e" => Kind::Enum(row.try_get(10)?),
        "d" => Kind::Domain(Domain {
            base: Part { id: number(5)?, modifier: row.try_get(6)?, dimensions: row.try_get(7)? },
            not_null: row.try_get(8)?,
            checks: pairs(row.try_get(14)?, row.try_get(15)?),
        }),
        "c" => Kind::Composite(parts(row)?),
        "r" => Kind::Range(inner),
        "m" => Kind::Multirange(inner),
        _ => Kind::Other,
    };
    Ok(NativeRow {
        id: number(0)?,
        name: row.try_get(1)?,
        array_id: number(3)?,
        kind,
        equals: row.try_get(16)?,
    })
}

fn pairs(names: Vec<String>, conditions: Vec<String>) -> Vec<(String, String)> {
    names.into_iter().zip(conditions).collect()
}

fn parts(row: &PgRow) -> sqlx::Result<Vec<Part>> {
    let (types, modifiers, dimensions): (Vec<Oid>, Vec<i32>, Vec<i32>) =
        (row.try_get(11)?, row.try_get(12)?, row.try_get(13)?);
    let parts = types.into_iter().zip(modifiers).zip(dimensions);
    Ok(parts.map(|((Oid(id), modifier), dimensions)| Part { id, modifier, dimensions }).collect())
}
