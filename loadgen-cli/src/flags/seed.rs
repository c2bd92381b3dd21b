//! The flags of `seed`: which tables, and how many rows.

use std::str::FromStr;

use clap::Args;
use loadgen_core::{crud::CrudConfig, units::Count};

use super::{
    FileArgs, LoadArgs, OutputArgs, ReachArgs, ScopeArgs, SourceArgs, TableArgs,
    load::above_zero,
    tables::{TableFlag, covers},
};
use crate::args::ProgressMode;

#[derive(Debug, Args)]
pub(crate) struct SeedArgs {
    #[command(flatten)]
    pub(crate) plan: FileArgs,
    /// Fill each table up to so many rows, as in 100k
    #[arg(long, value_name = "N", allow_hyphen_values = true, help_heading = "Tables")]
    pub(crate) rows: Option<Count>,
    /// Only these tables, by name or pattern, with a number of rows of their own; =0 for one that is only referred to
    #[arg(long, value_name = "NAME[=ROWS]", help_heading = "Tables")]
    pub(crate) table: Vec<SeedFlag>,
    #[command(flatten)]
    pub(crate) scope: ScopeArgs,
    /// Connections that write at the same time; of no influence on what is written
    #[arg(long, value_name = "N", env = "LOADGEN_CONNECTIONS", value_parser = above_zero(),
        allow_hyphen_values = true, help_heading = "Load")]
    pub(crate) connections: Option<u32>,
    #[command(flatten)]
    pub(crate) reach: ReachArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    /// How progress is shown
    #[arg(long, value_name = "MODE", default_value = "auto", help_heading = "Output")]
    pub(crate) progress: ProgressMode,
}

impl SeedArgs {
    /// As flags of a run.
    pub(crate) fn source(&self) -> SourceArgs {
        let table = self.table.iter().map(|flag| TableFlag { name: flag.name.clone(), weight: None });
        let tables = TableArgs { scope: self.scope.clone(), table: table.collect(), ..TableArgs::default() };
        SourceArgs { plan: self.plan.clone(), reach: self.reach.clone(), tables }
    }

    pub(crate) fn load(&self) -> LoadArgs {
        LoadArgs { connections: self.connections, ..LoadArgs::default() }
    }

    /// Lays the numbers of rows over the configuration of the workload, which has the tables already.
    pub(crate) fn apply(&self, crud: &mut CrudConfig) {
        crud.seed = self.rows.or(crud.seed);
        for flag in self.table.iter().filter(|flag| flag.rows.is_some()) {
            let named = crud.tables.iter_mut().filter(|(name, _)| covers(&flag.name, name));
            named.for_each(|(_, table)| table.seed = flag.rows);
        }
    }
}

/// A table, and how many rows it is filled up to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SeedFlag {
    pub(crate) name: String,
    pub(crate) rows: Option<Count>,
}

impl FromStr for SeedFlag {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, rows) = match text.split_once('=') {
            Some((name, rows)) => (name, Some(rows.parse::<Count>().map_err(|error| error.to_string())?)),
            None => (text, None),
        };
        if name.is_empty() {
            return Err("the name is empty".into());
        }
        Ok(SeedFlag { name: name.into(), rows })
    }
}

#[cfg(test)]
mod tests {
    use loadgen_core::crud::TableConfig;

    use super::*;

    #[test]
    fn tables_may_have_numbers_of_rows() {
        assert_eq!("a=3k".parse(), Ok(SeedFlag { name: "a".into(), rows: Some(Count(3_000)) }));
        assert_eq!("a".parse(), Ok(SeedFlag { name: "a".into(), rows: None }));
        assert!("a=x".parse::<SeedFlag>().is_err() && "=1".parse::<SeedFlag>().is_err());
    }

    fn parsed(words: &[&str]) -> SeedArgs {
        #[derive(clap::Parser)]
        struct Command {
            #[command(flatten)]
            args: SeedArgs,
        }
        let Command { args } = clap::Parser::parse_from(words);
        args
    }

    #[test]
    fn several_schemas_go_with_commas() {
        let mut crud = CrudConfig::default();
        parsed(&["seed", "--schema", "a,b"]).source().tables.apply(&mut crud);
        assert_eq!(crud.schemas, ["a", "b"]);
    }

    #[test]
    fn the_number_of_a_flag_goes_to_the_table_that_the_file_names_in_full() {
        let args = parsed(&["seed", "--rows", "1k", "--table", "orders=2k", "--table", "items"]);
        let mut crud = CrudConfig::default();
        let entry = TableConfig { seed: Some(Count(5)), ..TableConfig::default() };
        crud.tables.insert("sales.orders".into(), entry);
        args.source().tables.apply(&mut crud);
        args.apply(&mut crud);
        let rows = |name: &str| crud.tables[name].seed;
        assert_eq!(
            (crud.seed, rows("sales.orders"), rows("items")),
            (Some(Count(1_000)), Some(Count(2_000)), None)
        );
    }
}
