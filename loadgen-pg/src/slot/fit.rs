//! Whether a slot can be had, before anything is made.

use loadgen_core::{Table, TableName};
use sqlx::{FromRow, Row, postgres::PgRow};

use super::{LeftOut, SlotError, ask::ask};
use crate::PgSession;

/// A slot and a publication that can be made.
#[derive(Clone, Debug)]
pub struct SlotPlan {
    /// The name of both.
    pub name: String,
    /// The tables of the publication, without the marker table.
    pub tables: Vec<TableName>,
    /// Tables that cannot be in it: without what tells their rows apart in the log, their updates would fail.
    pub left_out: Vec<LeftOut>,
}

struct Server {
    wal_level: String,
    may_replicate: bool,
    has_slot: bool,
    has_publication: bool,
    free: i64,
    may_create: bool,
    role: String,
    version: i32,
}

struct Leaf {
    place: i64,
    leaf: String,
    is_logged: bool,
    is_owned: bool,
    identity: Vec<String>,
}

impl FromRow<'_, PgRow> for Server {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        Ok(Server {
            wal_level: row.try_get("wal_level")?,
            may_replicate: row.try_get("may_replicate")?,
            has_slot: row.try_get("has_slot")?,
            has_publication: row.try_get("has_publication")?,
            free: row.try_get("free")?,
            may_create: row.try_get("may_create")?,
            role: row.try_get("role")?,
            version: row.try_get("version")?,
        })
    }
}

impl FromRow<'_, PgRow> for Leaf {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        Ok(Leaf {
            place: row.try_get("place")?,
            leaf: row.try_get("leaf")?,
            is_logged: row.try_get("is_logged")?,
            is_owned: row.try_get("is_owned")?,
            identity: row.try_get("identity")?,
        })
    }
}

/// Asks the server what a slot for these tables needs.
///
/// # Errors
/// When there cannot be one, with what to do about it.
pub async fn fit(
    session: &mut PgSession,
    name: &str,
    tables: impl IntoIterator<Item = &Table>,
) -> Result<SlotPlan, SlotError> {
    let named = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if name.is_empty() || name.len() > 63 || !named {
        return refused(format!(
            "{name:?} is no name of a slot: it takes at most 63 of a-z, 0-9 and the underscore"
        ));
    }
    let query = sqlx::query_as(include_str!("server.sql")).bind(name).persistent(false);
    let server: Server = ask(query.fetch_one(session.driver()?)).await?;
    server.judge(name)?;
    let tables: Vec<&Table> = tables.into_iter().collect();
    let (schemas, names): (Vec<&str>, Vec<&str>) =
        tables.iter().map(|table| (table.name.schema.as_str(), table.name.table.as_str())).unzip();
    let query = sqlx::query_as(include_str!("tables.sql")).bind(schemas).bind(names).persistent(false);
    let leaves: Vec<Leaf> = ask(query.fetch_all(session.driver()?)).await?;
    let mut plan = SlotPlan { name: name.to_owned(), tables: Vec::new(), left_out: Vec::new() };
    for (place, table) in (1..).zip(tables) {
        let leaves: Vec<&Leaf> = leaves.iter().filter(|leaf| leaf.place == place).collect();
        match judge(table, &leaves) {
            Some(why) => plan.left_out.push(LeftOut { table: table.name.to_string(), why }),
            None if leaves.iter().any(|leaf| !leaf.is_owned) => {
                let (table, role) = (&table.name, &server.role);
                return refused(format!(
                    "a publication takes tables of one's own, and {table} is not that of {role}; run as its owner"
                ));
            }
            None => plan.tables.push(table.name.clone()),
        }
    }
    match plan.left_out.first() {
        Some(LeftOut { table, why }) if plan.tables.is_empty() => {
            refused(format!("no table of the plan can be in a publication: {table}: {why}"))
        }
        _ => Ok(plan),
    }
}

impl Server {
    fn judge(&self, name: &str) -> Result<(), SlotError> {
        refused(if self.wal_level != "logical" {
            format!(
                "a slot needs wal_level = logical, and here it is {}; set it and restart the server",
                self.wal_level
            )
        } else if !self.may_replicate {
            let role = &self.role;
            format!(
                "{role} may not replicate, which a slot needs; an administrator says: alter role {role} replication"
            )
        } else if self.has_slot {
            format!("there is a slot {name} already, which this run has not made; take another name")
        } else if self.has_publication {
            format!(
                "there is a publication {name} already, and the slot needs one of its name; take another name"
            )
        } else if self.free < SLOTS {
            let free = self.free;
            format!(
                "a slot and the copy of it that is read need {SLOTS} slots of the server, and {free} are free; drop one, or raise \
                 max_replication_slots"
            )
        } else if !self.may_create {
            let role = &self.role;
            format!("{role} may not make publications in this database, which needs the right CREATE on it")
        } else if self.version < 130_000 {
            format!("a slot needs PostgreSQL 13 or later, and this is {}", self.version / 10_000)
        } else {
            return Ok(());
        })
    }
}

/// The slot itself keeps what it holds: its readers read a copy.
const SLOTS: i64 = 2;

/// Why a table cannot be in a publication.
fn judge(table: &Table, leaves: &[&Leaf]) -> Option<String> {
    let Some(key) = table.key() else { return Some("it has no key".to_owned()) };
    let names =
        |key: &[usize]| key.iter().map(|index| table.columns[*index].name.clone()).collect::<Vec<_>>();
    let key = names(key);
    if leaves.is_empty() {
        return Some("it is not there".to_owned());
    }
    leaves.iter().find_map(|leaf| {
        if !leaf.is_logged {
            return Some(format!("{} is not written to the log", leaf.leaf));
        }
        let lacks = key.iter().find(|column| !leaf.identity.contains(column))?;
        Some(format!(
            "the replica identity of {} does not have {lacks}; `alter table {0} replica identity full` gives it one",
            leaf.leaf
        ))
    })
}

pub(super) fn refused<T>(why: String) -> Result<T, SlotError> {
    Err(SlotError::Refused(why))
}
