//! Which tables can be written: each for itself, and with the others.

use std::{borrow::Cow, collections::BTreeSet, sync::Arc};

use super::{
    choice::{Chosen, choose},
    collisions::{are_told_apart, open},
    config::{CrudConfig, TableConfig},
    error::CrudPlanError,
    lessons::heed,
    outside::Outside,
    padding::pad,
    sampling::Sampling,
    settle::settle_references,
    source::TableSources,
    spell::respell,
    vet::vet,
};
use crate::{Schema, Seed, Special, Table, TableName, generate::Locale};

/// A table that can be written as far as it alone is concerned.
pub(super) type Accepted = (Arc<Table>, TableConfig, TableSources);

/// Tables that can be written, and those that cannot, with the reason.
pub(super) type Verdict = (Vec<Accepted>, Vec<(TableName, String)>);

/// What is accepted of a schema. Checks and references that nobody is held to are kept where they can be, and so is what makes rows
/// be found for a change: if a table is refused that has such, it is tried again without them. Keys in which NULL collides are kept
/// by columns that are never NULL where those do.
pub(super) fn accept(
    outside: &Outside,
    barred: &[(TableName, String)],
    schema: &Schema,
    config: &CrudConfig,
    seed: Seed,
) -> Result<Verdict, CrudPlanError> {
    let (original, mut schema) = (schema, Cow::Borrowed(schema));
    let (mut opened, mut tried_open): (Vec<usize>, BTreeSet<usize>) = Default::default();
    for (at, table) in original.tables.iter().enumerate().filter(|(_, own)| !own.special.colliding.is_empty())
    {
        let mut table = Table::clone(table);
        if open(&mut table, false) {
            schema.to_mut().tables[at] = Arc::new(table);
            opened.push(at);
        }
    }
    loop {
        let (accepted, refused) = tried(outside, barred, &schema, config, seed)?;
        let (told, shut) =
            opened.into_iter().partition(|at| are_told_apart(&original.tables[*at].name, &accepted));
        opened = told;
        let shut: Vec<usize> = shut;
        if !shut.is_empty() {
            shut.iter().for_each(|at| schema.to_mut().tables[*at] = Arc::clone(&original.tables[*at]));
            continue;
        }
        let is_refused = |at: &usize| refused.iter().any(|(name, _)| *name == original.tables[*at].name);
        let mut due: Vec<usize> =
            (0..original.tables.len()).filter(|at| is_refused(at) && tried_open.insert(*at)).collect();
        due.retain(|at| {
            let mut table = Table::clone(&original.tables[*at]);
            let is_open = open(&mut table, true);
            if is_open {
                schema.to_mut().tables[*at] = Arc::new(table);
            }
            is_open
        });
        if !due.is_empty() {
            opened.extend(due);
            continue;
        }
        let strict = |(at, table): (usize, &Arc<Table>)| {
            let (_, why) = refused.iter().find(|(name, _)| *name == table.name)?;
            let Special { unenforced, hiding, .. } = &table.special;
            (!unenforced.is_empty() || !hiding.is_empty()).then(|| (at, why.clone()))
        };
        let strict: Vec<(usize, String)> = schema.tables.iter().enumerate().filter_map(strict).collect();
        if strict.is_empty() {
            return Ok((accepted, refused));
        }
        for (at, why) in strict {
            relax(Arc::make_mut(&mut schema.to_mut().tables[at]), &why);
        }
    }
}

/// Takes from a table what it is not held to, or has to be held to for changes alone that it can do without.
fn relax(table: &mut Table, why: &str) {
    let hiding = std::mem::take(&mut table.special.hiding);
    table.checks.retain(|check| !hiding.contains_key(&check.name));
    // Without these changes nothing needs to be written into the plan file.
    let (reason, _) = why.rsplit_once("; ").unwrap_or((why, ""));
    for kind in hiding.into_values() {
        let why = format!("the database may hide rows from this user: {reason}");
        table.special.hidden.push((kind, why));
    }
    let loose = std::mem::take(&mut table.special.unenforced);
    if loose.is_empty() {
        return;
    }
    table.checks.retain(|check| !loose.contains(&check.name));
    table.foreign_keys.retain(|key| !loose.contains(&key.name));
    let names = loose.join(", ");
    table.special.notes.push(format!("{names} not kept, which the database does not enforce: {why}"));
}

/// What is accepted of a schema as it stands.
fn tried(
    outside: &Outside,
    barred: &[(TableName, String)],
    schema: &Schema,
    config: &CrudConfig,
    seed: Seed,
) -> Result<Verdict, CrudPlanError> {
    let locale = config.locale.unwrap_or(Locale::ANYWHERE);
    let Chosen { tables, refused: mut others } = choose(schema, config)?;
    let mut accepted = Vec::new();
    let mut refused = barred.to_vec();
    refused.append(&mut others);
    for (table, mut table_config) in tables {
        if barred.iter().any(|(name, _)| *name == table.name) {
            continue;
        }
        respell(&table, &mut table_config)?;
        let vetted = vet(&table, &mut table_config)?;
        let learnt = heed(&table, &mut table_config);
        let note = match pad(&table, &mut table_config) {
            Ok(note) => note,
            Err(why) => {
                refused.push((table.name.clone(), why));
                continue;
            }
        };
        match TableSources::new(&table, &table_config, (seed, locale))? {
            Ok(mut sources) => {
                sources.notes.extend(vetted);
                sources.notes.extend(learnt);
                sources.notes.extend(note);
                accepted.push((table, table_config, sources));
            }
            Err(why) => refused.push((table.name.clone(), why)),
        }
    }
    let picked =
        accepted.iter().filter(|(table, own, _)| Sampling::of(table, config, own) == Sampling::Server);
    let picked: BTreeSet<TableName> = picked.map(|(table, ..)| table.name.clone()).collect();
    settle_references(&mut accepted, &mut refused, (outside, &picked, seed));
    Ok((accepted, refused))
}
