//! Which tables can be written: each for itself, and with the others.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    choice::{Chosen, choose},
    collisions::Opened,
    config::{CrudConfig, TableConfig},
    draft::Asked,
    error::CrudPlanError,
    lessons::heed,
    outside::Outside,
    padding::pad,
    sampling::Sampling,
    settle::settle_references,
    source::TableSources,
    spell::respell,
    touch::Touch,
    vet::vet,
    wishes::{Wish, Wishes},
};
use crate::{Schema, Seed, Special, Table, TableName, Type, turn::narrowed};

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
    let (mut opened, mut wishes) = (Opened::none(schema), Wishes::default());
    let mut schema = Cow::Borrowed(schema);
    opened.begin(&mut schema);
    loop {
        let ((accepted, refused), asked) = tried((outside, &wishes), barred, &schema, config, seed)?;
        if opened.shut(&mut schema, &accepted)
            || wishes.give_up(&refused)
            || wishes.take(asked)
            || opened.open_more(&mut schema, &refused)
        {
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

/// What is accepted of a schema as it stands, and what tables ask of others.
fn tried(
    (outside, wishes): (&Outside, &Wishes),
    barred: &[(TableName, String)],
    schema: &Schema,
    config: &CrudConfig,
    seed: Seed,
) -> Result<(Verdict, Vec<Wish>), CrudPlanError> {
    let locale = config.place();
    let Chosen { tables, refused: mut others } = choose(schema, config)?;
    let mut types = narrow_types(&tables);
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
        let types = types.remove(&table.name).unwrap_or_default();
        let asked = Asked { conditions: wishes.of(&table.name), types, schema };
        match TableSources::new(&table, &table_config, (seed, locale), &asked)? {
            Ok(mut sources) => {
                sources.notes.extend(vetted);
                sources.notes.extend(learnt);
                sources.notes.extend(note);
                accepted.push((table, table_config, sources));
            }
            Err(why) => refused.push((table.name.clone(), why)),
        }
    }
    let mut picked = BTreeSet::new();
    for (table, own, _) in &accepted {
        if Sampling::permitted(table, config, own)? == Sampling::Server {
            picked.insert(table.name.clone());
        }
    }
    let has_others = |own: &TableConfig| {
        own.touch.or(config.touch).is_some_and(Touch::adopts) || own.seed.is_some_and(|rows| rows.0 == 0)
    };
    let found = accepted.iter().filter(|(_, own, _)| has_others(own));
    let found: BTreeSet<TableName> = found.map(|(table, ..)| table.name.clone()).collect();
    let asked = settle_references(&mut accepted, &mut refused, (outside, &picked, &found, seed));
    Ok(((accepted, refused), asked))
}

/// For the columns that others refer to, the types of those which do not have all of their values, table by table.
fn narrow_types(tables: &[(Arc<Table>, TableConfig)]) -> BTreeMap<TableName, BTreeMap<usize, Type>> {
    let places: BTreeMap<&TableName, &Arc<Table>> =
        tables.iter().map(|(table, _)| (&table.name, table)).collect();
    let mut pairs = Vec::new();
    for (child, _) in tables {
        for key in &child.foreign_keys {
            let Some(parent) = places.get(&key.parent) else { continue };
            let columns = key.columns.iter().zip(&key.parent_columns);
            pairs.extend(
                columns.filter_map(|(own, name)| Some((child, *own, *parent, parent.column_index(name)?))),
            );
        }
    }
    let mut found: BTreeMap<TableName, BTreeMap<usize, Type>> = BTreeMap::new();
    // What is narrowed itself narrows what it refers to.
    for _ in 0..DEEPEST {
        let mut is_done = true;
        for (child, own, parent, theirs) in &pairs {
            let known = |table: &Table, column: usize| {
                let known = found.get(&table.name).and_then(|types| types.get(&column));
                known.unwrap_or(&table.columns[column].ty).clone()
            };
            if let Some(ty) = narrowed(&known(parent, *theirs), &known(child, *own)) {
                found.entry(parent.name.clone()).or_default().insert(*theirs, ty);
                is_done = false;
            }
        }
        if is_done {
            break;
        }
    }
    found
}

/// Parents of parents are narrowed so far up.
const DEEPEST: usize = 6;
