//! Partitioned tables: what decides about the partition, and what a row has to be to find one.

use std::collections::HashMap;

use loadgen_core::{Check, ForeignKey, Obstacle, Storage, Table, TableName};
use sqlx::{
    Row,
    postgres::{PgRow, types::Oid},
};

use super::{Draft, period};

/// The members of the trees of partitioned tables.
#[derive(Debug, Default)]
pub(super) struct Trees {
    /// By their number, in the order of the trees.
    members: Vec<Member>,
}

#[derive(Debug)]
struct Member {
    root: u32,
    id: u32,
    parent: Option<u32>,
    is_leaf: bool,
    /// `FOR VALUES ...` or `DEFAULT`; none of a root.
    bound: String,
    /// What a row has to meet to get here from the root.
    condition: Option<String>,
    /// Whether its own partitions are by hash.
    by_hash: bool,
    /// The columns that it is partitioned by.
    by: Vec<String>,
}

/// What a table takes of the rows that come to it.
enum Takes {
    All,
    /// Rows that meet one of the conditions.
    Some(Vec<String>),
}

impl Trees {
    /// Reads the rows of `partitions.sql`.
    pub(super) fn read(rows: &[PgRow]) -> sqlx::Result<Self> {
        let member = |row: &PgRow| {
            let (Oid(root), Oid(id)) = (row.try_get(0)?, row.try_get(1)?);
            Ok(Member {
                root,
                id,
                parent: row.try_get::<Option<Oid>, _>(2)?.map(|Oid(parent)| parent).filter(|_| id != root),
                is_leaf: row.try_get(3)?,
                bound: row.try_get::<Option<String>, _>(4)?.unwrap_or_default(),
                condition: row.try_get(5)?,
                by_hash: row.try_get(6)?,
                by: row.try_get(7)?,
            })
        };
        Ok(Trees { members: rows.iter().map(member).collect::<sqlx::Result<_>>()? })
    }

    /// The leaves, each with the table that it is reached through.
    pub(super) fn leaves(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.members.iter().filter(|member| member.is_leaf).map(|member| (member.id, member.root))
    }

    /// All but the roots, each with its root.
    pub(super) fn below(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.members.iter().filter(|member| member.parent.is_some()).map(|member| (member.id, member.root))
    }

    /// Tells each partitioned table what its partitions make of it.
    pub(super) fn describe(&self, tables: &mut HashMap<u32, Draft>) {
        let mut children: HashMap<u32, Vec<&Member>> = HashMap::new();
        for member in &self.members {
            children.entry(member.parent.unwrap_or(0)).or_default().push(member);
        }
        for root in self.members.iter().filter(|member| member.parent.is_none()) {
            let Some(Draft { table, .. }) = tables.get_mut(&root.id) else { continue };
            let members = self.members.iter().filter(|member| member.root == root.id);
            let mut by: Vec<usize> =
                members.flat_map(|member| &member.by).filter_map(|name| table.column_index(name)).collect();
            by.sort_unstable();
            by.dedup();
            match takes(root, &children) {
                Takes::All => {}
                Takes::Some(conditions) if conditions.is_empty() => {
                    let what = "partitioned table without partitions: create one first".to_owned();
                    table.obstacles.push(Obstacle { what, columns: Vec::new() });
                }
                Takes::Some(conditions) => {
                    table.checks.push(Check::new("partitions", any_of(&conditions), by.clone()));
                }
            }
            table.special.storage = Storage::Partitioned { by };
        }
    }
}

/// Adds a row of `leaves.sql` to its table: a condition for the rows of one partition. One that is about nothing but
/// the partition repeats its bounds.
pub(super) fn leaf_check(table: &mut Table, row: &PgRow) -> sqlx::Result<()> {
    let names: Vec<String> = row.try_get(4)?;
    let mut columns: Vec<usize> = names.iter().filter_map(|name| table.column_index(name)).collect();
    if columns.iter().all(|column| table.partitioned_by().contains(column)) {
        return Ok(());
    }
    let (name, check): (String, String) = (row.try_get(1)?, row.try_get(2)?);
    let condition = match row.try_get::<Option<String>, _>(3)? {
        Some(here) => {
            columns.extend(table.partitioned_by());
            columns.sort_unstable();
            columns.dedup();
            format!("((NOT {here}) OR {check})")
        }
        None => check,
    };
    if row.try_get(5)? {
        table.special.unenforced.push(name.clone());
    }
    table.checks.push(Check::new(name, condition, columns));
    Ok(())
}

/// Adds a row of `leaf_references.sql` to its table: a reference that rows of some partitions have to keep, and so all do,
/// as the same row may go to any.
pub(super) fn leaf_reference(table: &mut Table, row: &PgRow) -> sqlx::Result<()> {
    let names: Vec<String> = row.try_get(4)?;
    let columns: Vec<usize> = names.iter().filter_map(|name| table.column_index(name)).collect();
    let parent = TableName::new(row.try_get::<String, _>(2)?, row.try_get::<String, _>(3)?);
    let (parent_columns, deferrable, delete_waits) = (row.try_get(5)?, row.try_get(8)?, row.try_get(9)?);
    let key = ForeignKey { name: row.try_get(1)?, columns, parent, parent_columns, deferrable, delete_waits };
    let is_same = |known: &ForeignKey| {
        (&known.columns, &known.parent, &known.parent_columns)
            == (&key.columns, &key.parent, &key.parent_columns)
    };
    if !table.foreign_keys.iter().any(is_same) {
        period::reference(table, &key.name, row.try_get(6)?, row.try_get(7)?);
        table.foreign_keys.push(key);
    }
    Ok(())
}

fn any_of(conditions: &[String]) -> String {
    match conditions {
        [one] => one.clone(),
        several => format!("({})", several.join(" OR ")),
    }
}

fn takes(member: &Member, children: &HashMap<u32, Vec<&Member>>) -> Takes {
    if member.is_leaf {
        return Takes::All;
    }
    let own: &[&Member] = children.get(&member.id).map_or(&[], Vec::as_slice);
    let is_default = |child: &&Member| child.bound == "DEFAULT";
    let covers = own.iter().any(is_default) || member.by_hash && is_complete(own);
    let (mut conditions, mut is_whole) = (Vec::new(), true);
    for child in own {
        match takes(child, children) {
            Takes::All => conditions.extend(child.condition.clone()),
            Takes::Some(mut inner) => {
                conditions.append(&mut inner);
                is_whole = false;
            }
        }
    }
    if covers && is_whole { Takes::All } else { Takes::Some(conditions) }
}

/// Whether each remainder of a hash has a partition: the moduli are multiples of each other.
fn is_complete(children: &[&Member]) -> bool {
    let modulus = |child: &&Member| {
        let (_, rest) = child.bound.split_once("modulus ")?;
        rest.split([',', ')']).next()?.trim().parse::<u64>().ok()
    };
    let moduli: Vec<u64> = children.iter().filter_map(modulus).filter(|modulus| *modulus > 0).collect();
    let most = moduli.iter().copied().max().unwrap_or(1);
    moduli.iter().map(|modulus| most / modulus).sum::<u64>() == most
}
