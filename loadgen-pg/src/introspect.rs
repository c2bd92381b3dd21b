//! Tables, columns, keys and references, read from the catalog for all tables at once.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

use loadgen_core::{Obstacle, Schema, SchemaFilter, Table};
use sqlx::{
    PgConnection, Row,
    postgres::{PgRow, types::Oid},
};

mod column;
mod forms;
mod key;
mod native;
mod resolve;
mod sample;
mod spelling;
mod types;

use resolve::Resolver;
use types::Types;

/// A table that is being read, and where its columns went: dropped ones leave holes in the numbers.
struct Draft {
    table: Table,
    numbers: Vec<i16>,
}

impl Draft {
    /// Indexes of columns by their numbers; a number that is no column of the table (0: an expression) is left out.
    fn columns(&self, numbers: &[i16]) -> Vec<usize> {
        numbers.iter().filter_map(|number| self.numbers.iter().position(|own| own == number)).collect()
    }
}

/// Reads the base tables of the schemas, and which schemas there are.
pub(crate) async fn read(conn: &mut PgConnection, filter: &SchemaFilter) -> sqlx::Result<Schema> {
    const SCHEMAS: &str = "select nspname::text from pg_namespace \
        where nspname !~ '^pg_' and nspname <> 'information_schema' order by 1";
    let schemas = sqlx::query_scalar(SCHEMAS).fetch_all(&mut *conn).await?;
    let rows =
        sqlx::query(include_str!("introspect/columns.sql")).bind(&filter.schemas).fetch_all(&mut *conn);
    let rows = rows.await?;
    let mut tables: Vec<Oid> = rows.iter().map(|row| row.try_get(0)).collect::<sqlx::Result<_>>()?;
    tables.dedup();
    let types = Types::read(conn, &tables).await?;
    let mut drafts = drafts(&rows, &types)?;
    if !tables.is_empty() {
        let constraints = sqlx::query(include_str!("introspect/constraints.sql")).bind(&tables);
        for row in constraints.fetch_all(&mut *conn).await? {
            key::constraint(draft(&mut drafts, &row)?, &row)?;
        }
        let indexes = sqlx::query(include_str!("introspect/indexes.sql")).bind(&tables);
        for row in indexes.fetch_all(&mut *conn).await? {
            key::index(draft(&mut drafts, &row)?, &row)?;
        }
    }
    for draft in drafts.values_mut() {
        sample::fill_in(conn, &mut draft.table).await?;
    }
    let mut tables: Vec<Arc<Table>> = drafts.into_values().map(|draft| Arc::new(draft.table)).collect();
    tables.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Schema { schemas, tables })
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
            Entry::Vacant(entry) => entry.insert(Draft { table: table(row)?, numbers: Vec::new() }),
        };
        // A table without columns has one row that names none.
        if let Some(number) = row.try_get::<Option<i16>, _>(5)? {
            let (column, resolved) = column::read(row, &mut resolver)?;
            draft.table.columns.push(column);
            draft.numbers.push(number);
            column::add_conditions(&mut draft.table, draft.numbers.len() - 1, resolved);
        }
    }
    Ok(drafts)
}

fn table(row: &PgRow) -> sqlx::Result<Table> {
    let obstacle = |what: &str| Obstacle { what: what.to_owned(), columns: Vec::new() };
    let mut obstacles = Vec::new();
    if row.try_get(3)? {
        obstacles.push(obstacle("partitioned table: not supported yet"));
    }
    if row.try_get(4)? {
        obstacles.push(obstacle("table inheritance: not supported yet"));
    }
    Ok(Table {
        name: loadgen_core::TableName::new(row.try_get::<String, _>(1)?, row.try_get::<String, _>(2)?),
        columns: Vec::new(),
        primary_key: Vec::new(),
        uniques: Vec::new(),
        foreign_keys: Vec::new(),
        checks: Vec::new(),
        obstacles,
    })
}
