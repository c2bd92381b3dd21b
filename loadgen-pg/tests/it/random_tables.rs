//! Random tables on a real server: the plan refuses one with a reason, or everything that is done to it is committed.

mod sql;
mod table;

use std::collections::BTreeSet;

use loadgen_core::{
    PrepareError, Run, Seed, Setup, SqlSession, TableName, Target,
    crud::{self, Crud, CrudConfig, CrudPlan, CrudPlanError, RowCounts, Seeding, TablePlan, seeding_plan},
};
use loadgen_pg::{PgSession, PgTarget};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

use crate::support::database;
use sql::statements;
use table::{Table, tables};

/// Schemas that are tried; more with this in the environment.
const CASES: u32 = 24;
const CASES_VARIABLE: &str = "LOADGEN_RANDOM_SCHEMAS";
/// Other schemas than usual, with a number in the environment.
const SEED_VARIABLE: &str = "LOADGEN_RANDOM_SEED";
/// For each table.
const OPERATIONS: u64 = 200;
const LANES: u32 = 4;

type Outcome = Result<(), TestCaseError>;

fn fail(why: String) -> Outcome {
    Err(TestCaseError::fail(why))
}

/// A schema with these tables, as far as the server takes them.
async fn make(session: &mut PgSession, name: &str, tables: &[Table]) -> String {
    let enter = format!("create schema {name}; set search_path to {name}, public");
    session.execute(&enter).await.unwrap();
    let mut made = String::new();
    for statements in statements(tables) {
        for statement in std::iter::once(&statements.create).chain(&statements.others) {
            if session.execute(statement).await.is_ok() {
                made += &format!("{statement};\n");
            }
        }
    }
    made
}

/// Whether no table can be written.
fn is_nothing(error: &PrepareError) -> bool {
    let PrepareError::Plan(error) = error else { return false };
    matches!(error.downcast_ref(), Some(CrudPlanError::Nothing(why)) if why.len() > 20)
}

async fn traffic(target: &PgTarget, session: &mut PgSession, config: &CrudConfig) -> Outcome {
    let setup = Setup { seed: Seed(5), lanes: LANES, check: true };
    let plan = match crud::permitted_plan(session, config, &setup).await {
        Ok(plan) => plan,
        Err(error) if is_nothing(&error) => return Ok(()),
        Err(error) => return fail(format!("{error:#?}")),
    };
    if let Some(bare) = plan.refused.iter().find(|(_, why)| why.len() < 20) {
        return fail(format!("{bare:?}"));
    }
    let run = Run::new(target.clone(), Crud::new(config.clone())).seed(5).lanes(LANES).connections(4);
    let operations = OPERATIONS * plan.tables.len() as u64;
    let report = match run.operations(operations).check().execute().await {
        Ok(report) => report,
        Err(error) => return fail(format!("{error:#?}")),
    };
    let outcomes = report.outcomes();
    if !report.errors.is_empty() || outcomes.aborted > 0 || report.counts.retries > 0 {
        return fail(format!("{outcomes:?} {:#?}", report.errors));
    }
    let scarce = below_scarce(&plan);
    let names = plan.tables.iter().map(|table| &table.table.name).filter(|name| !scarce.contains(name));
    let names = names.map(ToString::to_string);
    let empty: Vec<String> = names.filter(|name| report.tally.tables[name].rows.inserted == 0).collect();
    if empty.is_empty() { Ok(()) } else { fail(format!("empty: {empty:?} {:#?}", report.skips)) }
}

/// Tables whose parents are few: they may be gone before somebody refers to them, and do not come again.
fn below_scarce(plan: &CrudPlan) -> BTreeSet<&TableName> {
    let is_scarce = |table: &&TablePlan| table.notes.iter().any(|note| note.contains("rows fit in all"));
    let mut scarce: BTreeSet<&TableName> =
        plan.tables.iter().filter(is_scarce).map(|table| &table.table.name).collect();
    let mut below = BTreeSet::new();
    for _ in &plan.tables {
        let refers = |table: &&TablePlan| {
            table
                .table
                .foreign_keys
                .iter()
                .any(|key| key.parent != table.table.name && scarce.contains(&key.parent))
        };
        below.extend(plan.tables.iter().filter(refers).map(|table| &table.table.name));
        scarce.extend(&below);
    }
    below
}

async fn filling(target: &PgTarget, session: &mut PgSession, config: &CrudConfig) -> Outcome {
    let plan = match seeding_plan(session, config, Seed(6)).await {
        Ok(plan) => plan,
        Err(error) if is_nothing(&error) => return Ok(()),
        Err(error) => return fail(format!("{error:#?}")),
    };
    let report = Seeding::new(target.clone(), plan, Some(500)).connections(2).execute().await;
    match report {
        Ok(report) if report.fatal.is_none() => Ok(()),
        Ok(report) => fail(format!("{:#?}", report.fatal)),
        Err(error) => fail(format!("{error:#?}")),
    }
}

async fn try_out(target: &PgTarget, name: &str, tables: &[Table]) -> Outcome {
    let mut session = target.connect().await.unwrap();
    let made = make(&mut session, name, tables).await;
    let rows = match tables.len() % 2 {
        0 => RowCounts::default(),
        _ => RowCounts { insert: 3, update: 2, delete: 2 },
    };
    let config = CrudConfig { schemas: vec![name.to_owned()], rows, ..CrudConfig::default() };
    let mut outcome = traffic(target, &mut session, &config).await;
    if outcome.is_ok() {
        outcome = filling(target, &mut session, &config).await;
    }
    session.execute(&format!("drop schema {name} cascade")).await.unwrap();
    outcome.map_err(|why| TestCaseError::fail(format!("{why}\n{made}")))
}

fn number(variable: &str) -> Option<u32> {
    std::env::var(variable).ok()?.parse().ok()
}

#[test]
fn random_tables_are_refused_with_a_reason_or_take_all_that_is_done_to_them() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (target, _) = runtime.block_on(database(include_str!("random_tables/types.sql")));
    let cases = number(CASES_VARIABLE).unwrap_or(CASES);
    let config = Config { cases, max_shrink_iters: 200, failure_persistence: None, ..Config::default() };
    let seed = number(SEED_VARIABLE).unwrap_or(1).to_le_bytes();
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed.repeat(8));
    let count = std::cell::Cell::new(0);
    let tried = TestRunner::new_with_rng(config, rng).run(&tables(), |tables| {
        count.set(count.get() + 1);
        runtime.block_on(try_out(&target, &format!("s{}", count.get()), &tables))
    });
    if let Err(why) = tried {
        panic!("{why}");
    }
}
