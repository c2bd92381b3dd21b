//! What a plan file may say about the `crud` workload.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::{pick::Pick, sampling::Sampling, touch::Touch};
use crate::{
    TableName,
    generate::{Basis, ColumnConfig, Locale},
    units::{Count, Size, Whole},
};

/// Inserts, updates and deletes on the tables of a schema.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CrudConfig {
    /// Schemas to look at, by name or pattern (`app_*`); without any, those on the search path.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub schemas: Vec<String>,
    /// Tables by name or pattern (`orders`, `sales.orders` or `sales.*`); without any, every table of the schemas.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tables: BTreeMap<String, TableConfig>,
    /// Tables to leave alone, by name or pattern.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
    /// Weights of the operations; 3, 2 and 1 unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operations: Option<OperationWeights>,
    /// Rows a statement for each operation; 1 unless set.
    pub rows: RowCounts,
    /// Which rows are updated, deleted and referred to: `own` (those that the run inserts), `existing` (those that were
    /// there) or `all`; own unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub touch: Option<Touch>,
    /// Which of a lane's rows updates choose: `uniform` unless set, `zipf` for a few hot ones, or `latest`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pick: Option<Pick>,
    /// `statistics`: values of columns of which nothing else is said are spread like those that are in the tables.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Basis>,
    /// Where people and places are from, as in `de_DE`; English names and places anywhere unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<Locale>,
    /// Who finds rows that are there: `start` (read once, as `touch` says) or `server` (picked for each update and delete
    /// from among all rows, for tables too large to be read; counted, not compared; takes `touch: all` or `existing`);
    /// start unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sampling: Option<Sampling>,
    /// How many rows `seed` fills each table up to, unless its own entry says otherwise; none unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<Count>,
    /// The most rows that the lanes remember as theirs to update and delete, over all lanes and tables, though
    /// never under 16 a lane and table; 1M unless set. Rows beyond it stay in the database and in the digest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remember: Option<Count>,
}

impl CrudConfig {
    /// Where people and places are from.
    pub(super) fn place(&self) -> Locale {
        self.locale.unwrap_or(Locale::ANYWHERE)
    }

    /// What `tables` calls a table, if it is there.
    pub fn key_of(&self, table: &TableName) -> Option<&str> {
        let named = self.tables.keys().find(|key| table.is_called(key));
        named.or_else(|| self.tables.keys().find(|key| table.fits(key))).map(String::as_str)
    }
}

/// What differs for one table.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TableConfig {
    /// How often the table is chosen, relative to the others; 1 unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<u64>,
    /// Weights of the operations on this table, instead of those of the workload.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operations: Option<OperationWeights>,
    /// Which rows are updated, deleted and referred to, instead of what the workload says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub touch: Option<Touch>,
    /// Which of a lane's rows updates choose in this table, instead of what the workload says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pick: Option<Pick>,
    /// The fewest bytes of a row before compression, as in `2KB`: one text or binary column is written that long.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row_size: Option<Size>,
    /// Who finds rows that are there, instead of what the workload says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sampling: Option<Sampling>,
    /// How many rows `seed` fills the table up to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<Count>,
    /// Columns by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub columns: BTreeMap<String, ColumnConfig>,
}

/// How often each operation is chosen, relative to the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OperationWeights {
    /// New rows.
    #[serde(default)]
    pub insert: u64,
    /// Changed rows.
    #[serde(default)]
    pub update: u64,
    /// Removed rows.
    #[serde(default)]
    pub delete: u64,
}

impl OperationWeights {
    pub(super) const NONE: Self = OperationWeights { insert: 0, update: 0, delete: 0 };
}

impl Default for OperationWeights {
    fn default() -> Self {
        OperationWeights { insert: 3, update: 2, delete: 1 }
    }
}

/// Rows a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(
    deny_unknown_fields,
    default,
    expecting = "a mapping of rows a statement, as in {insert: 4} (which rows are touched stands in `touch`: own, existing or all)"
)]
pub struct RowCounts {
    /// Rows inserted at once.
    #[serde(deserialize_with = "rows")]
    #[schemars(range(min = 1, max = 10_000))]
    pub insert: u32,
    /// Rows updated at once; fewer when the lane has fewer.
    #[serde(deserialize_with = "rows")]
    #[schemars(range(min = 1, max = 10_000))]
    pub update: u32,
    /// Rows deleted at once; fewer when the lane has fewer.
    #[serde(deserialize_with = "rows")]
    #[schemars(range(min = 1, max = 10_000))]
    pub delete: u32,
}

fn rows<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    Whole::<1, 10_000>::deserialize(deserializer).map(Whole::get)
}

impl Default for RowCounts {
    fn default() -> Self {
        RowCounts { insert: 1, update: 1, delete: 1 }
    }
}
