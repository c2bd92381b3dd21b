//! Which tables, and what is done to them.

use std::{collections::BTreeMap, str::FromStr};

use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser},
};
use loadgen_core::{
    TableName,
    crud::{CrudConfig, OperationWeights, Part, TableConfig, Touch},
    orders::OrdersConfig,
    pattern::{is_called, is_pattern},
};

use crate::{
    failed::{Code, Failed},
    plan_file::{WorkloadConfig, all_zero},
};

/// Where to look for tables.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct ScopeArgs {
    /// Schemas to look at, by name or pattern, as in app,'shop_*'; those on the search path unless given
    #[arg(long, value_name = "NAME", value_delimiter = ',', help_heading = "Tables")]
    pub(crate) schema: Vec<String>,
    /// Leave this table alone, or those that fit a pattern
    #[arg(long, value_name = "NAME", help_heading = "Tables")]
    pub(crate) exclude: Vec<String>,
}

/// Which tables, and what is done to them.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct TableArgs {
    #[command(flatten)]
    pub(crate) scope: ScopeArgs,
    /// Only these tables, by name or pattern, with how often they are chosen
    #[arg(long, value_name = "NAME[=WEIGHT]", help_heading = "Tables")]
    pub(crate) table: Vec<TableFlag>,
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
    /// Lays the flags about tables over the configuration of a workload.
    pub(crate) fn lay_over(&self, workload: &mut WorkloadConfig) -> Result<(), Failed> {
        match workload {
            WorkloadConfig::Crud(crud) => {
                self.apply(crud);
                Ok(())
            }
            WorkloadConfig::Orders(orders) => self.lay_over_orders(orders),
        }
    }

    /// The tables of `orders` are given, and so is what is done to them.
    fn lay_over_orders(&self, orders: &mut OrdersConfig) -> Result<(), Failed> {
        let TableArgs { scope, table, mix, touch, insert_rows, update_rows, delete_rows } = self;
        let given = [
            ("--table", !table.is_empty()),
            ("--exclude", !scope.exclude.is_empty()),
            ("--mix", mix.is_some()),
            ("--touch", touch.is_some()),
            ("--insert-rows", insert_rows.is_some()),
            ("--update-rows", update_rows.is_some()),
            ("--delete-rows", delete_rows.is_some()),
            ("several of --schema", scope.schema.len() > 1),
        ];
        if let Some((flag, _)) = given.iter().find(|(_, is_given)| *is_given) {
            let message = format!(
                "{flag} does not go with the workload orders, which has tables and operations of its own; its weights are set in the \
                 plan, or with --set jobs.0.workload.orders.weights.new_order=20"
            );
            return Err(Failed::new(Code::Usage, message));
        }
        orders.schema = scope.schema.first().cloned().or(orders.schema.take());
        Ok(())
    }

    /// Lays the flags about tables over the configuration of the workload.
    pub(crate) fn apply(&self, crud: &mut CrudConfig) {
        if !self.scope.schema.is_empty() {
            crud.schemas.clone_from(&self.scope.schema);
        }
        if !self.table.is_empty() {
            let known = std::mem::take(&mut crud.tables);
            for flag in &self.table {
                for (name, table) in chosen(&known, &flag.name) {
                    let weight = flag.weight.or(table.weight);
                    crud.tables.insert(name, TableConfig { weight, ..table });
                }
            }
        }
        crud.exclude.extend(self.scope.exclude.iter().cloned());
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
            Part::Schema(name) => ("--schema", name, self.scope.schema.contains(name)),
            Part::Table(name) => ("--table", name, self.table.iter().any(|flag| flag.name == *name)),
            Part::Excluded(name) => ("--exclude", name, self.scope.exclude.contains(name)),
            _ => return None,
        };
        is_given.then(|| format!("{flag} {name}"))
    }
}

/// What a flag makes of the entries of the file: those that it covers, or what a pattern says of its name, or nothing yet.
fn chosen(known: &BTreeMap<String, TableConfig>, flag: &str) -> Vec<(String, TableConfig)> {
    let mut own: Vec<(String, TableConfig)> = known
        .iter()
        .filter(|(name, _)| covers(flag, name))
        .map(|(name, table)| (name.clone(), table.clone()))
        .collect();
    if own.is_empty() || is_pattern(flag) && !known.contains_key(flag) {
        let pattern = known.iter().find(|(name, _)| is_meant_by(name, flag));
        own.push((flag.to_owned(), pattern.map_or_else(TableConfig::default, |(_, table)| table.clone())));
    }
    own
}

/// Whether an entry of the file is about what the flag names. One of the two may leave out the schema.
pub(super) fn covers(flag: &str, entry: &str) -> bool {
    is_called(entry, flag) || is_called(&table_of(entry), flag) || entry == table_of(flag)
}

/// Whether a pattern of the file stands for the table of a flag, which may leave out the schema.
fn is_meant_by(pattern: &str, flag: &str) -> bool {
    let without_schema = !flag.contains('.') && is_called(flag, &table_of(pattern));
    is_called(flag, pattern) || is_called(&table_of(flag), pattern) || without_schema
}

/// A name without its schema.
fn table_of(name: &str) -> String {
    TableName::read(name).map_or_else(|| name.to_owned(), |name| name.table)
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

    #[track_caller]
    fn check(file: &[(&str, u64)], flag: &str, expected: &[(&str, Option<u64>)]) {
        let mut crud = CrudConfig::default();
        for (name, weight) in file {
            let table = TableConfig { weight: Some(*weight), ..TableConfig::default() };
            crud.tables.insert((*name).to_owned(), table);
        }
        TableArgs { table: vec![flag.parse().unwrap()], ..TableArgs::default() }.apply(&mut crud);
        let weights: Vec<_> = crud.tables.iter().map(|(name, table)| (name.as_str(), table.weight)).collect();
        assert_eq!(weights, expected);
    }

    #[test]
    fn a_chosen_table_keeps_what_a_pattern_says_of_it() {
        check(&[("ord*", 5)], "orders", &[("orders", Some(5))]);
        check(&[("sales.*", 5), ("x", 1)], "sales.orders", &[("sales.orders", Some(5))]);
        check(&[("sales.ord*", 5)], "orders", &[("orders", Some(5))]);
        check(&[("ord*", 5), ("orders", 7)], "orders", &[("orders", Some(7))]);
        check(&[("ord*", 5)], "items", &[("items", None)]);
        check(&[("ord*", 5)], "orders=2", &[("orders", Some(2))]);
    }

    #[test]
    fn a_pattern_keeps_what_the_file_says_of_the_tables_that_it_stands_for() {
        check(&[("orders", 7), ("items", 1)], "ord*", &[("ord*", None), ("orders", Some(7))]);
        check(&[("ord*", 7)], "ord*", &[("ord*", Some(7))]);
        check(&[("*", 7)], "ord*", &[("ord*", Some(7))]);
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
