//! Tables, columns, keys and references, read from the catalog for all tables at once.

use std::collections::{BTreeMap, BTreeSet};

use loadgen_core::{Failure, Identity, Schema, SchemaFilter, Table};
use tiberius::error::Error;

use crate::dialect::Dialect;

mod catalog;
mod cells;
mod check;
mod collation;
mod column;
mod denied;
mod fill;
mod finish;
mod key;
mod native;
mod other;
mod policy;
mod reference;
mod schemas;
mod sequence;
mod table;
mod trigger;
mod written;

pub(crate) use catalog::Catalog;
use cells::Cells;
pub(crate) use column::falls;
pub(crate) use trigger::returns_into;

/// What the driver makes of a question.
type Result<T> = std::result::Result<T, Error>;

/// What comes of asking it.
type Answer<T> = std::result::Result<T, Failure>;

/// A table that is being read, and where its columns went: dropped ones leave holes in the numbers.
struct Draft {
    table: Table,
    numbers: Vec<i32>,
    /// What columns are computed from, in the server's own words.
    computed: BTreeMap<usize, String>,
}

impl Draft {
    /// The index of the column of that number; none for one that traffic does not see.
    fn column(&self, number: i32) -> Option<usize> {
        self.numbers.iter().position(|own| *own == number)
    }
}

/// The tables that are being read, by the numbers of the database.
type Drafts = BTreeMap<i32, Draft>;

/// Reads the base tables of the schemas, and which schemas there are. No schema at all stands for the user's default one.
pub(crate) async fn read(
    catalog: &mut Catalog<'_>,
    filter: &SchemaFilter,
    dialect: Dialect,
) -> Answer<Schema> {
    let known = schemas::read(catalog).await?;
    let wanted = schemas::wanted(&known, filter);
    let (mut drafts, mut others) = (Drafts::new(), Vec::new());
    let tables = include_str!("introspect/tables.sql");
    catalog.ask(tables, &wanted, |cells| table::add(&mut drafts, &mut others, cells)).await?;
    complete(catalog, &mut drafts, &wanted, dialect).await?;
    let rest = include_str!("introspect/others.sql");
    let add = |cells: &Cells<'_>| {
        others.push(other::read(cells)?);
        Ok(())
    };
    catalog.ask(rest, &wanted, add).await?;
    others.sort_by(|a, b| a.name.cmp(&b.name));
    let schemas: BTreeSet<String> = known.iter().map(|schema| schema.name.clone()).collect();
    let elsewhere = if drafts.is_empty() { schemas::with_tables(&known) } else { Vec::new() };
    let mut tables: Vec<Table> = drafts.into_iter().map(identified).collect();
    tables.sort_by(|a, b| a.name.cmp(&b.name));
    let tables = tables.into_iter().map(Into::into).collect();
    Ok(Schema { schemas: schemas.into_iter().collect(), tables, others, elsewhere })
}

/// A number that is another one when [`read`] would find something else.
pub(crate) async fn version(
    catalog: &mut Catalog<'_>,
    filter: &SchemaFilter,
    dialect: Dialect,
) -> Answer<Option<u64>> {
    let known = schemas::read(catalog).await?;
    let wanted = schemas::wanted(&known, filter);
    let policies = if dialect.has_policies() { include_str!("introspect/version_policies.sql") } else { "" };
    let sql = include_str!("introspect/version.sql")
        .replace("{definition}", dialect.check_definition())
        .replace("{condition}", dialect.index_condition())
        .replace("{policies}", policies);
    let mut version = None;
    let read = |cells: &Cells<'_>| {
        version = cells.maybe(0)?.and_then(|text| text.parse::<i64>().ok()).map(i64::cast_unsigned);
        Ok(())
    };
    catalog.ask(&sql, &wanted, read).await?;
    Ok(version)
}

/// Everything but the tables themselves.
async fn complete(
    catalog: &mut Catalog<'_>,
    drafts: &mut Drafts,
    wanted: &str,
    dialect: Dialect,
) -> Answer<()> {
    if drafts.is_empty() {
        return Ok(());
    }
    let columns = include_str!("introspect/columns.sql");
    catalog.ask(columns, wanted, |cells| column::add(drafts, cells)).await?;
    let sequences = sequence::read(catalog).await?;
    finish::columns(drafts, &sequences);
    let references = include_str!("introspect/references.sql");
    catalog.ask(references, wanted, |cells| reference::add(drafts, cells)).await?;
    let mut keys = Vec::new();
    let indexes = include_str!("introspect/indexes.sql").replace("{condition}", dialect.index_condition());
    catalog.ask(&indexes, wanted, |cells| key::gather(&mut keys, cells)).await?;
    keys.into_iter().for_each(|key| key::add(drafts, key));
    let checks = include_str!("introspect/checks.sql")
        .replace("{definition}", dialect.check_definition())
        .replace("{words}", dialect.check_words());
    catalog.ask(&checks, wanted, |cells| check::add(drafts, cells)).await?;
    let mut triggers = Vec::new();
    let add = |cells: &Cells<'_>| {
        triggers.push(trigger::read(cells)?);
        Ok(())
    };
    catalog.ask(include_str!("introspect/triggers.sql"), wanted, add).await?;
    triggers.iter().for_each(|trigger| trigger::add(drafts, trigger));
    if dialect.has_policies() {
        let policies = include_str!("introspect/policies.sql");
        catalog.ask(policies, wanted, |cells| policy::add(drafts, cells)).await?;
    }
    let mut restricted = 0;
    let read = |cells: &Cells<'_>| {
        restricted = cells.number(0)?;
        Ok(())
    };
    catalog.ask(include_str!("introspect/restricted.sql"), wanted, read).await?;
    if restricted > 0 {
        let denied = include_str!("introspect/denied.sql");
        catalog.ask(denied, wanted, |cells| denied::add(drafts, cells)).await?;
    }
    Ok(())
}

/// A table that is read, with what it will be known by after a change.
fn identified((id, Draft { mut table, numbers, .. }): (i32, Draft)) -> Table {
    let columns = numbers.into_iter().map(i32::cast_unsigned).collect();
    table.special.identity = Identity { table: id.cast_unsigned().into(), columns };
    table
}
