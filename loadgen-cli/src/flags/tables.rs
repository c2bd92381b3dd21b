//! Which tables, and what is done to them.

use std::str::FromStr;

use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser},
};
use loadgen_core::crud::{CrudConfig, OperationWeights, Part, TableConfig, Touch};

use crate::plan_file::all_zero;

/// Which tables, and what is done to them.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct TableArgs {
    /// Schemas to look at, by name or pattern, as in app,'shop_*'; those on the search path unless given
    #[arg(long, value_name = "NAME", value_delimiter = ',', help_heading = "Tables")]
    pub(crate) schema: Vec<String>,
    /// Only these tables, by name or pattern, with how often they are chosen
    #[arg(long, value_name = "NAME[=WEIGHT]", help_heading = "Tables")]
    pub(crate) table: Vec<TableFlag>,
    /// Leave this table alone, or those that fit a pattern
    #[arg(long, value_name = "NAME", help_heading = "Tables")]
    pub(crate) exclude: Vec<String>,
    /// How often each operation is chosen, as in insert=3,update=2,delete=1
    #[arg(long, value_name = "WEIGHTS", value_parser = operation_weights, help_heading = "Tables")]
    pub(crate) mix: Option<OperationWeights>,
    /// Which rows are updated, deleted and referred to: those of the run, those that are there, or both
    #[arg(long, value_name = "ROWS", value_parser = touch(), help_heading = "Tables")]
    pub(crate) touch: Option<Touch>,
    /// Rows inserted by one statement
    #[arg(long, value_name = "N", value_parser = rows(), allow_hyphen_values = true, help_heading = "Tables")]
    pub(crate) insert_rows: Option<u32>,
    /// Rows updated by one statement
    #[arg(long, value_name = "N", value_parser = rows(), allow_hyphen_values = true, help_heading = "Tables")]
    pub(crate) update_rows: Option<u32>,
    /// Rows deleted by one statement
    #[arg(long, value_name = "N", value_parser = rows(), allow_hyphen_values = true, help_heading = "Tables")]
    pub(crate) delete_rows: Option<u32>,
}

impl TableArgs {
    /// Lays the flags about tables over the configuration of the workload.
    pub(crate) fn apply(&self, crud: &mut CrudConfig) {
        if !self.schema.is_empty() {
            crud.schemas.clone_from(&self.schema);
        }
        if !self.table.is_empty() {
            let known = std::mem::take(&mut crud.tables);
            for flag in &self.table {
                // The file may name the schema, and the flag not.
                let short = |name: &str| name.rsplit('.').next() == Some(flag.name.as_str());
                let named = known.iter().find(|(name, _)| **name == flag.name || short(name));
                let (name, table) =
                    named.map_or((&flag.name, TableConfig::default()), |(n, t)| (n, t.clone()));
                let weight = flag.weight.or(table.weight);
                crud.tables.insert(name.clone(), TableConfig { weight, ..table });
            }
        }
        crud.exclude.extend(self.exclude.iter().cloned());
        crud.touch = self.touch.or(crud.touch);
        crud.operations = self.mix.or(crud.operations);
        crud.rows.insert = self.insert_rows.unwrap_or(crud.rows.insert);
        crud.rows.update = self.update_rows.unwrap_or(crud.rows.update);
        crud.rows.delete = self.delete_rows.unwrap_or(crud.rows.delete);
    }
}

impl TableArgs {
    /// The flag that brought a part in, as it was given.
    pub(crate) fn flag_of(&self, part: &Part) -> Option<String> {
        let (flag, name, is_given) = match part {
            Part::Schema(name) => ("--schema", name, self.schema.contains(name)),
            Part::Table(name) => ("--table", name, self.table.iter().any(|flag| flag.name == *name)),
            Part::Excluded(name) => ("--exclude", name, self.exclude.contains(name)),
            _ => return None,
        };
        is_given.then(|| format!("{flag} {name}"))
    }
}

/// A table, and how often it is chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TableFlag {
    pub(crate) name: String,
    pub(crate) weight: Option<u64>,
}

impl FromStr for TableFlag {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, weight) = match text.split_once('=') {
            Some((name, weight)) => {
                let weight =
                    weight.parse().map_err(|_| format!("the weight {weight:?} is no whole number"))?;
                (name, Some(weight))
            }
            None => (text, None),
        };
        if name.is_empty() {
            Err("the name is empty".into())
        } else {
            Ok(TableFlag { name: name.into(), weight })
        }
    }
}

fn operation_weights(text: &str) -> Result<OperationWeights, String> {
    let mut weights = OperationWeights { insert: 0, update: 0, delete: 0 };
    for part in text.split(',') {
        let (name, weight) = part.split_once('=').ok_or("write NAME=WEIGHT, as in insert=3,update=1")?;
        let weight = weight.parse().map_err(|_| format!("the weight {weight:?} is no whole number"))?;
        match name.trim() {
            "insert" => weights.insert = weight,
            "update" => weights.update = weight,
            "delete" => weights.delete = weight,
            other => return Err(format!("there is no operation {other:?}: insert, update, delete")),
        }
    }
    if all_zero(weights) {
        return Err("all weights are zero: at least one has to be above".into());
    }
    Ok(weights)
}

fn touch() -> impl TypedValueParser<Value = Touch> {
    let named = |name: String| Touch::CHOICES.into_iter().find(|touch| touch.name() == name);
    PossibleValuesParser::new(Touch::CHOICES.map(Touch::name))
        .map(move |name| named(name).unwrap_or_default())
}

fn rows() -> clap::builder::RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(1..=10_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_may_have_weights() {
        assert_eq!("a=3".parse(), Ok(TableFlag { name: "a".into(), weight: Some(3) }));
        assert_eq!("a".parse(), Ok(TableFlag { name: "a".into(), weight: None }));
        assert!("a=x".parse::<TableFlag>().is_err());
        assert!("=1".parse::<TableFlag>().is_err());
    }

    #[test]
    fn chosen_tables_keep_what_the_file_says_of_them() {
        let mut crud = CrudConfig::default();
        let table = TableConfig { weight: Some(5), ..TableConfig::default() };
        crud.tables.insert("sales.orders".into(), table.clone());
        crud.tables.insert("sales.items".into(), table);
        let table = ["orders", "customers=2"].map(|flag| flag.parse().unwrap()).to_vec();
        TableArgs { table, insert_rows: Some(9), ..TableArgs::default() }.apply(&mut crud);
        let weights: Vec<_> = crud.tables.iter().map(|(name, table)| (name.as_str(), table.weight)).collect();
        assert_eq!(weights, [("customers", Some(2)), ("sales.orders", Some(5))]);
        assert_eq!((crud.rows.insert, crud.rows.update), (9, 1));
    }

    #[test]
    fn operations_have_weights() {
        assert_eq!(
            operation_weights("update=2, insert=1").map(|w| (w.insert, w.update, w.delete)),
            Ok((1, 2, 0))
        );
        for bad in ["3,2,1", "insert=x", "upsert=1", "insert=0"] {
            assert!(operation_weights(bad).is_err(), "{bad}");
        }
    }
}
