//! Tables, columns, keys and references, read from the catalog for all tables at once.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

use loadgen_core::{Identity, Schema, SchemaFilter, Special, Storage, Table, TableName, Type};
use sqlx::{
    PgConnection, Row,
    postgres::{PgRow, types::Oid},
};

mod address;
mod alive;
mod column;
mod domain;
mod expression;
mod forms;
mod key;
mod native;
mod other;
mod partition;
mod period;
mod policy;
mod resolve;
mod rows;
mod sample;
mod spelling;
mod standing;
mod types;
mod written;

use partition::Trees;
use resolve::Resolver;
use standing::Standing;
use types::Types;

/// A table that is being read, and where its columns went: dropped ones leave holes in the numbers.
struct Draft {
    table: Table,
    numbers: Vec<i16>,
    is_partitioned: bool,
    /// The expressions of generated columns.
    generated: HashMap<usize, String>,
    /// Columns whose values are rows.
    rows: Vec<usize>,
    /// Columns whose values are ranges, with the types of their bounds.
    bounds: HashMap<usize, Type>,
}

impl Draft {
    /// Indexes of columns by their numbers; a number that is no column of the table (0: an expression) is left out.
    fn columns(&self, numbers: &[i16]) -> Vec<usize> {
        numbers.iter().filter_map(|number| self.numbers.iter().position(|own| own == number)).collect()
    }
}

/// Reads the base tables of the schemas, and which schemas there are.
pub(crate) async fn read(conn: &mut PgConnection, filter: &SchemaFilter) -> sqlx::Result<Schema> {
    let (schemas, wanted) = schemas(conn, filter).await?;
    let rows = sqlx::query(include_str!("introspect/columns.sql")).bind(&wanted).fetch_all(&mut *conn);
    let rows = rows.await?;
    let mut tables: Vec<Oid> = rows.iter().map(|row| row.try_get(0)).collect::<sqlx::Result<_>>()?;
    tables.dedup();
    let mut types = Types::read(conn, &tables).await?;
    domain::learn(conn, &mut types).await?;
    let mut drafts = drafts(&rows, &types)?;
    complete(conn, &mut drafts).await?;
    for draft in drafts.values_mut() {
        rows::doubt(draft);
        address::doubt(&mut draft.table);
        sample::fill_in(conn, &mut draft.table).await?;
    }
    let others = sqlx::query(include_str!("introspect/others.sql")).bind(&wanted);
    let others = others.fetch_all(&mut *conn).await?.iter().map(other::read).collect::<sqlx::Result<_>>()?;
    let mut tables: Vec<Arc<Table>> = drafts.into_iter().map(identified).collect();
    tables.sort_by(|a, b| a.name.cmp(&b.name));
    let elsewhere = if tables.is_empty() { elsewhere(conn).await? } else { Vec::new() };
    Ok(Schema { schemas, tables, others, elsewhere })
}

/// Schemas that have tables.
async fn elsewhere(conn: &mut PgConnection) -> sqlx::Result<Vec<(String, u64)>> {
    let rows: Vec<(String, i64)> =
        sqlx::query_as(include_str!("introspect/elsewhere.sql")).fetch_all(conn).await?;
    Ok(rows.into_iter().map(|(name, tables)| (name, tables.unsigned_abs())).collect())
}

/// All schemas, and those that are asked for; none at all stands for the search path.
async fn schemas(conn: &mut PgConnection, filter: &SchemaFilter) -> sqlx::Result<(Vec<String>, Vec<String>)> {
    const SCHEMAS: &str = "select nspname::text from pg_namespace \
        where nspname !~ '^pg_' and nspname <> 'information_schema' order by 1";
    let schemas: Vec<String> = sqlx::query_scalar(SCHEMAS).fetch_all(&mut *conn).await?;
    let mut wanted: Vec<String> = filter.of(&schemas).into_iter().cloned().collect();
    if wanted.is_empty() {
        // Names that are not there find nothing.
        wanted.clone_from(&filter.schemas);
    }
    Ok((schemas, wanted))
}

/// A number that is another one when [`read`] would find something else.
pub(crate) async fn version(conn: &mut PgConnection, filter: &SchemaFilter) -> sqlx::Result<u64> {
    let (_, wanted) = schemas(conn, filter).await?;
    let version = sqlx::query_scalar(include_str!("introspect/version.sql")).bind(wanted);
    let version: i64 = version.fetch_one(conn).await?;
    Ok(version.cast_unsigned())
}

/// A table that is read, with what it will be known by after a change.
fn identified((id, Draft { mut table, numbers, .. }): (u32, Draft)) -> Arc<Table> {
    let columns = numbers.into_iter().map(|number| u32::from(number.cast_unsigned())).collect();
    table.special.identity = Identity { table: id.into(), columns };
    Arc::new(table)
}

/// Everything but the columns.
async fn complete(conn: &mut PgConnection, drafts: &mut HashMap<u32, Draft>) -> sqlx::Result<()> {
    let tables: Vec<Oid> = drafts.keys().copied().map(Oid).collect();
    if tables.is_empty() {
        return Ok(());
    }
    let roots: Vec<Oid> =
        drafts.iter().filter(|(_, draft)| draft.is_partitioned).map(|(id, _)| Oid(*id)).collect();
    let mut trees = Trees::default();
    if !roots.is_empty() {
        let members = sqlx::query(include_str!("introspect/partitions.sql")).bind(roots);
        trees = Trees::read(&members.fetch_all(&mut *conn).await?)?;
    }
    let constraints = sqlx::query(include_str!("introspect/constraints.sql")).bind(&tables);
    for row in constraints.fetch_all(&mut *conn).await? {
        key::constraint(draft(drafts, &row)?, &row)?;
    }
    let (mut relations, mut owners) = (tables.clone(), tables.clone());
    for (leaf, root) in trees.leaves() {
        relations.push(Oid(leaf));
        owners.push(Oid(root));
    }
    let indexes = sqlx::query(include_str!("introspect/indexes.sql")).bind(&relations).bind(&owners);
    for row in indexes.fetch_all(&mut *conn).await? {
        key::index(draft(drafts, &row)?, &row)?;
    }
    trees.describe(drafts);
    let (members, owners_of): (Vec<Oid>, Vec<Oid>) =
        trees.below().map(|(member, root)| (Oid(member), Oid(root))).unzip();
    if !members.is_empty() {
        let keys = sqlx::query(include_str!("introspect/leaf_references.sql")).bind(members).bind(owners_of);
        for row in keys.fetch_all(&mut *conn).await? {
            partition::leaf_reference(&mut draft(drafts, &row)?.table, &row)?;
        }
    }
    let (leaves, roots): (Vec<Oid>, Vec<Oid>) =
        trees.leaves().map(|(leaf, root)| (Oid(leaf), Oid(root))).unzip();
    if !leaves.is_empty() {
        let checks = sqlx::query(include_str!("introspect/leaves.sql")).bind(leaves).bind(roots);
        for row in checks.fetch_all(&mut *conn).await? {
            partition::leaf_check(&mut draft(drafts, &row)?.table, &row)?;
        }
    }
    let triggers = sqlx::query(include_str!("introspect/triggers.sql")).bind(&relations).bind(&owners);
    alive::triggers(drafts, &triggers.fetch_all(&mut *conn).await?)?;
    let policies = sqlx::query(include_str!("introspect/policies.sql")).bind(&tables);
    let mut standing = Standing::default();
    for row in policies.fetch_all(&mut *conn).await? {
        policy::add(conn, &mut standing, &mut draft(drafts, &row)?.table, &row).await?;
    }
    let denied = sqlx::query(include_str!("introspect/denied.sql")).bind(&tables);
    for row in denied.fetch_all(&mut *conn).await? {
        deny(&mut draft(drafts, &row)?.table, &row)?;
    }
    Ok(())
}

/// Adds a row of `denied.sql` to its table.
fn deny(table: &mut Table, row: &PgRow) -> sqlx::Result<()> {
    let Some(column) = table.column_index(row.try_get(1)?) else { return Ok(()) };
    let denied = &mut table.special.denied;
    for (place, list) in [(2, &mut denied.insert), (3, &mut denied.update), (4, &mut denied.select)] {
        if row.try_get(place)? {
            list.push(column);
        }
    }
    Ok(())
}

fn draft<'a>(drafts: &'a mut HashMap<u32, Draft>, row: &PgRow) -> sqlx::Result<&'a mut Draft> {
    let Oid(table) = row.try_get(0)?;
    drafts.get_mut(&table).ok_or(sqlx::Error::RowNotFound)
}

fn drafts(rows: &[PgRow], types: &Types) -> sqlx::Result<HashMap<u32, Draft>> {
    let (mut drafts, mut resolver): (HashMap<u32, Draft>, _) = (HashMap::new(), Resolver::new(types));
    for row in rows {
        let Oid(id) = row.try_get(0)?;
        let draft = match drafts.entry(id) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                let (table, is_partitioned) = (table(row)?, row.try_get(3)?);
                let (numbers, generated, rows, bounds) = Default::default();
                entry.insert(Draft { table, numbers, is_partitioned, generated, rows, bounds })
            }
        };
        // A table without columns has one row that names none.
        if let Some(number) = row.try_get::<Option<i16>, _>(5)? {
            if row.try_get(9)? {
                let (column, expression): (usize, String) = (draft.table.columns.len(), row.try_get(10)?);
                let computed = format!("({expression})::{}", row.try_get::<&str, _>(17)?);
                draft.table.special.computed.insert(column, computed);
                draft.generated.insert(column, expression);
            }
            let Oid(ty) = row.try_get(12)?;
            if types.is_row(ty) {
                draft.rows.push(draft.table.columns.len());
            }
            if let Some(bound) = types.bound(ty) {
                draft.bounds.insert(draft.table.columns.len(), native::ty(bound, -1));
            }
            if let Some(left) = row.try_get::<Option<&str>, _>(18)? {
                draft.table.special.sequences.insert(draft.table.columns.len(), column::left(left));
            }
            let (column, resolved) = column::read(row, &mut resolver)?;
            draft.table.columns.push(column);
            draft.numbers.push(number);
            column::add_conditions(&mut draft.table, draft.numbers.len() - 1, resolved);
        }
    }
    Ok(drafts)
}

fn table(row: &PgRow) -> sqlx::Result<Table> {
    let storage = if row.try_get(4)? { Storage::Inherited } else { Storage::Plain };
    let special = Special { storage, is_addressed: row.try_get(16)?, ..Special::default() };
    let name = TableName::new(row.try_get::<String, _>(1)?, row.try_get::<String, _>(2)?);
    Ok(Table { special, ..Table::new(name) })
}
