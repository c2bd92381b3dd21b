//! The three tables as they are called here: dbo.OrderItems, public.order_items.

use std::sync::Arc;

use super::{
    config::OrdersConfig,
    error::OrdersPlanError,
    role::{CUSTOMER, CUSTOMER_ID, ITEM, KEY, ORDER, ORDER_ID, ROLES, Role, TOTAL_AMOUNT, UNIT_PRICE},
};
use crate::{
    Column, Fill, PrepareError, Schema, SchemaFilter, Table, TableName, Type, Value, column_hash,
    column_salt, migration::MigrateSession,
};

/// A table, and where its columns are.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) table: Arc<Table>,
    /// The indexes of the columns, in the order of the role.
    places: Vec<usize>,
    /// The salts of those that the digest covers.
    salts: Vec<Option<u64>>,
    /// The salts of all.
    all_salts: Vec<u64>,
}

/// The tables, in the order of the roles.
pub(super) type Tables = [Found; 3];

/// Finds the tables; an entry is empty where one is not there.
///
/// # Errors
/// Where there is none of the schema's name, where a name fits several tables, and where a table is not what it has to be.
fn look(schema: &Schema, wanted: Option<&str>) -> Result<[Option<Found>; 3], OrdersPlanError> {
    if let Some(name) = wanted.filter(|name| !schema.schemas.iter().any(|schema| schema == name)) {
        return Err(OrdersPlanError::Schema(name.to_owned()));
    }
    let [customers, orders, items] = ROLES;
    Ok([Found::of(schema, customers)?, Found::of(schema, orders)?, Found::of(schema, items)?])
}

/// Finds the tables of a target. Where no schema is named and none of them is in those that are searched, they are looked for where
/// steps make theirs.
pub(super) async fn seen(
    session: &mut impl MigrateSession,
    config: &OrdersConfig,
) -> Result<[Option<Found>; 3], PrepareError> {
    let filter = SchemaFilter { schemas: config.schema.iter().cloned().collect() };
    let schema = session.introspect(&filter).await?;
    let found = look(&schema, config.schema.as_deref())?;
    if config.schema.is_some() || found.iter().any(Option::is_some) {
        return Ok(found);
    }
    let home = session.home().await?.filter(|home| schema.schemas.contains(home));
    let Some(home) = home else { return Ok(found) };
    let schema = session.introspect(&SchemaFilter { schemas: vec![home] }).await?;
    Ok(look(&schema, None)?)
}

/// All of the tables.
///
/// # Errors
/// Where one is not there, and where they do not fit each other.
pub(super) fn all(found: [Option<Found>; 3], wanted: Option<&str>) -> Result<Tables, OrdersPlanError> {
    let there = |found: Option<Found>, role: usize| {
        let place = wanted
            .map_or_else(|| "the schemas that are searched".to_owned(), |name| format!("schema {name:?}"));
        found.ok_or(OrdersPlanError::Missing { table: ROLES[role].name, place })
    };
    let [customers, orders, items] = found;
    let tables = [there(customers, CUSTOMER)?, there(orders, ORDER)?, there(items, ITEM)?];
    fit(&tables)?;
    Ok(tables)
}

/// Names are the same that differ in nothing but case and underscores.
fn is_called(name: &str, wanted: &str) -> bool {
    let plain =
        |name: &str| name.chars().filter(|c| *c != '_').flat_map(char::to_lowercase).collect::<String>();
    plain(name) == plain(wanted)
}

/// What has to hold between the tables.
fn fit(tables: &Tables) -> Result<(), OrdersPlanError> {
    for (child, column, parent) in [(ORDER, CUSTOMER_ID, CUSTOMER), (ITEM, ORDER_ID, ORDER)] {
        let (child, parent) = (&tables[child], &tables[parent]);
        if child.column(column).ty != parent.column(KEY).ty {
            let why = format!("has another type than {}, which it refers to", parent.column(KEY).name);
            return Err(child.wrong(column, why));
        }
    }
    if tables[ORDER].scale(TOTAL_AMOUNT) < tables[ITEM].scale(UNIT_PRICE) {
        let price = &tables[ITEM].column(UNIT_PRICE).name;
        let why = format!("has fewer digits after the point than {price}, and cannot hold exact sums");
        return Err(tables[ORDER].wrong(TOTAL_AMOUNT, why));
    }
    Ok(())
}

impl Found {
    fn of(schema: &Schema, role: &'static Role) -> Result<Option<Found>, OrdersPlanError> {
        let tables: Vec<&Arc<Table>> =
            schema.tables.iter().filter(|table| is_called(&table.name.table, role.name)).collect();
        let table = match tables.as_slice() {
            [] => return Ok(None),
            [table] => Arc::clone(table),
            several => {
                let found: Vec<TableName> = several.iter().map(|table| table.name.clone()).collect();
                return Err(OrdersPlanError::Ambiguous { table: role.name, found });
            }
        };
        let mut places = Vec::with_capacity(role.columns.len());
        for (name, need) in role.columns {
            let wrong = |why: String| OrdersPlanError::Column {
                table: table.name.clone(),
                column: (*name).to_owned(),
                why,
            };
            let place = table.columns.iter().position(|column| is_called(&column.name, name));
            let place = place.ok_or_else(|| wrong("is missing".to_owned()))?;
            need.obstacle(&table.columns[place]).map_or(Ok(()), |why| Err(wrong(why)))?;
            places.push(place);
        }
        let is_filled = |column: &Column| column.nullable || column.fill != Fill::None;
        let open =
            (0..table.columns.len()).find(|at| !places.contains(at) && !is_filled(&table.columns[*at]));
        if let Some(open) = open {
            return Err(OrdersPlanError::Column {
                table: table.name.clone(),
                column: table.columns[open].name.clone(),
                why: "is not one of the workload's and may be neither NULL nor left out; give it a default"
                    .to_owned(),
            });
        }
        let column = |place: &usize| &table.columns[*place];
        let all_salts: Vec<u64> = places.iter().map(|place| column_salt(&column(place).name)).collect();
        let is_left = |place: &usize| matches!(column(place).fill, Fill::Volatile(_) | Fill::Generated);
        let salt = |(at, salt): (usize, &u64)| (at == KEY || !is_left(&places[at])).then_some(*salt);
        let salts = all_salts.iter().enumerate().map(salt).collect();
        Ok(Some(Found { table, places, salts, all_salts }))
    }

    /// The place of a column among those of the table.
    pub(super) fn place(&self, role: usize) -> usize {
        self.places[role]
    }

    /// A column.
    pub(super) fn column(&self, role: usize) -> &Column {
        &self.table.columns[self.places[role]]
    }

    /// The digits after the point of a column of money.
    pub(super) fn scale(&self, role: usize) -> u8 {
        match self.column(role).ty {
            Type::Decimal { scale, .. } => scale,
            _ => 0,
        }
    }

    /// The part that a value has in the sum of its row: nothing where the database would fill the column itself with what nobody
    /// foresees, as those are not covered by digests.
    pub(super) fn part(&self, role: usize, value: &Value) -> u64 {
        self.salts[role].map_or(0, |salt| column_hash(salt, value))
    }

    /// The part that a value has in the history of a lane.
    pub(super) fn told(&self, role: usize, value: &Value) -> u64 {
        column_hash(self.all_salts[role], value)
    }

    /// The columns that the digest covers, in the order of the table.
    pub(super) fn covered(&self) -> Vec<usize> {
        let covered = self.places.iter().zip(&self.salts).filter(|(_, salt)| salt.is_some());
        let mut places: Vec<usize> = covered.map(|(place, _)| *place).collect();
        places.sort_unstable();
        places
    }

    fn wrong(&self, role: usize, why: String) -> OrdersPlanError {
        let column = self.column(role).name.clone();
        OrdersPlanError::Column { table: self.table.name.clone(), column, why }
    }
}
