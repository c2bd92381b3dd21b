//! The flags of `seed`: which tables, and how many rows.

use std::{path::PathBuf, str::FromStr};

use clap::Args;
use loadgen_core::{Seed, crud::CrudConfig, units::Count};

use super::{LoadArgs, OutputArgs, ReachArgs, SourceArgs, TableArgs, load::above_zero, tables::TableFlag};
use crate::args::ProgressMode;

#[derive(Debug, Args)]
pub(crate) struct SeedArgs {
    /// Plan in YAML or JSON; `-` reads it from the standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// Fill each table up to so many rows, as in 100k
    #[arg(long, value_name = "N", allow_hyphen_values = true, help_heading = "Tables")]
    pub(crate) rows: Option<Count>,
    /// Schemas to look at; those on the search path unless given
    #[arg(long, value_name = "NAME", help_heading = "Tables")]
    pub(crate) schema: Vec<String>,
    /// Only these tables, with a number of rows of their own; =0 for one that is only referred to
    #[arg(long, value_name = "NAME[=ROWS]", help_heading = "Tables")]
    pub(crate) table: Vec<SeedFlag>,
    /// Leave this table alone
    #[arg(long, value_name = "NAME", help_heading = "Tables")]
    pub(crate) exclude: Vec<String>,
    /// Fill for this job of the plan alone
    #[arg(long, value_name = "NAME", help_heading = "Plan")]
    pub(crate) job: Vec<String>,
    /// Set one value of the plan, as in jobs.0.connections=2
    #[arg(long, value_name = "PATH=VALUE", help_heading = "Plan")]
    pub(crate) set: Vec<String>,
    /// Read variables for ${NAME} from this file; the environment itself goes first
    #[arg(long, value_name = "FILE", help_heading = "Plan")]
    pub(crate) env_file: Option<PathBuf>,
    /// What every draw starts from: a number or a phrase. Equal seeds make equal rows
    #[arg(long, env = "LOADGEN_SEED", help_heading = "Plan")]
    pub(crate) seed: Option<Seed>,
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
        let tables = TableArgs {
            schema: self.schema.clone(),
            table: table.collect(),
            exclude: self.exclude.clone(),
            ..TableArgs::default()
        };
        SourceArgs {
            file: self.file.clone(),
            job: self.job.clone(),
            set: self.set.clone(),
            env_file: self.env_file.clone(),
            seed: self.seed,
            reach: self.reach.clone(),
            tables,
        }
    }

    pub(crate) fn load(&self) -> LoadArgs {
        LoadArgs { connections: self.connections, ..LoadArgs::default() }
    }

    /// Lays the numbers of rows over the configuration of the workload, which has the tables already.
    pub(crate) fn apply(&self, crud: &mut CrudConfig) {
        crud.seed = self.rows.or(crud.seed);
        for flag in self.table.iter().filter(|flag| flag.rows.is_some()) {
            let is_meant = |name: &str| name == flag.name || name.rsplit('.').next() == Some(&flag.name);
            let named = crud.tables.iter_mut().find(|(name, _)| is_meant(name));
            named.into_iter().for_each(|(_, table)| table.seed = flag.rows);
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

    #[test]
    fn the_number_of_a_flag_goes_to_the_table_that_the_file_names_in_full() {
        #[derive(clap::Parser)]
        struct Command {
            #[command(flatten)]
            args: SeedArgs,
        }
        let words = ["seed", "--rows", "1k", "--table", "orders=2k", "--table", "items"];
        let Command { args } = clap::Parser::parse_from(words);
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
