//! What is learnt of checks that are not solved: values are tried against the database, and what it takes is written.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    choice::choose,
    conditions::one_line,
    config::{CrudConfig, TableConfig},
    draft::{Asked, Draft},
    error::CrudPlanError,
    plan::CrudPlan,
    spell::is_spelt,
    tries::Tries,
};
use crate::{
    Check, Column, Fill, Learnt, PrepareError, Schema, Seed, SqlSession, Table, TableName, Type, Value,
    check::parse,
    generate::{ColumnConfig, Locale, NULL_RATIO, Scalar},
};

/// What has been seen to by now.
#[derive(Debug, Default)]
pub(super) struct Lessons {
    /// The tables that have had their lesson.
    had: BTreeSet<TableName>,
    /// The tables with whose checks nothing is the matter.
    clear: BTreeSet<TableName>,
}

/// More values than these are not kept.
const MOST: usize = 500;
/// Of values that the column would have anyway so many are enough; with fewer, all that fit are taken.
const ENOUGH: usize = 8;
/// Values that are tried in one go: where one of them is an error, each of those that it comes with takes queries of its own.
const AT_ONCE: usize = 250;

impl Lessons {
    /// Tries values for the columns of tables that a plan has refused, whose checks read nothing else. True when there is
    /// anything new, and so another plan.
    pub(super) async fn learn(
        &mut self,
        session: &mut impl SqlSession,
        schema: &mut Schema,
        config: &CrudConfig,
        plan: &Result<CrudPlan, CrudPlanError>,
    ) -> Result<bool, PrepareError> {
        let is_refused = |name: &TableName| match plan {
            Ok(plan) => plan.refused.iter().any(|(refused, _)| refused == name),
            Err(CrudPlanError::Nothing(_)) => true,
            Err(_) => false,
        };
        if schema.tables.is_empty() {
            return Ok(false);
        }
        let locale = config.place();
        let mut due: Vec<(Arc<Table>, TableConfig)> = choose(schema, config)?.tables;
        due.retain(|(table, _)| {
            !self.had.contains(&table.name)
                && (is_refused(&table.name) || self.is_dark(table) || !empty(plan, &table.name).is_empty())
        });
        let mut is_new = false;
        for (table, own) in due {
            self.had.insert(table.name.clone());
            let (is_refused, empty) = (is_refused(&table.name), empty(plan, &table.name));
            let learnt = lesson(session, schema, (&table, is_refused, &empty), (&own, locale)).await?;
            let known = schema.tables.iter_mut().find(|known| known.name == table.name);
            if let (Some(known), false) = (known, learnt.is_empty()) {
                Arc::make_mut(known).special.learnt.extend(learnt);
                is_new = true;
            }
        }
        Ok(is_new)
    }

    /// Whether a check of the table is understood, and computed for NULL alone.
    fn is_dark(&mut self, table: &Table) -> bool {
        if self.clear.contains(&table.name) {
            return false;
        }
        let is_dark = table.checks.iter().any(|check| is_opaque(check, table));
        if !is_dark {
            self.clear.insert(table.name.clone());
        }
        is_dark
    }
}

/// The columns of a table that would be NULL, as no other value that was drawn meets their checks.
fn empty(plan: &Result<CrudPlan, CrudPlanError>, name: &TableName) -> Vec<usize> {
    let planned = plan.as_ref().ok().and_then(|plan| plan.tables.iter().find(|own| own.table.name == *name));
    let rules = planned.and_then(|planned| planned.ties.as_ref()?.rules.as_ref());
    rules.map(|rules| rules.empty().collect()).unwrap_or_default()
}

/// Whether a check is understood, and computed for NULL alone; or not, where the column would do without a value for that.
fn is_opaque(check: &Check, table: &Table) -> bool {
    let is_of_items = || table.special.of_items.contains(&check.name);
    parse(&check.condition, table).map_or_else(|_| is_of_items(), |condition| condition.is_opaque())
}

/// What is learnt of the columns of one table; of one that is not refused, those that would be NULL for a check.
async fn lesson(
    session: &mut impl SqlSession,
    schema: &Schema,
    (table, is_refused, empty): (&Table, bool, &[usize]),
    (config, locale): (&TableConfig, Locale),
) -> Result<BTreeMap<usize, Learnt>, PrepareError> {
    let mut learnt = BTreeMap::new();
    for (column, definition) in table.columns.iter().enumerate() {
        let is_ours = matches!(definition.fill, Fill::None | Fill::Constant(_) | Fill::Volatile(_))
            && !config.columns.contains_key(&definition.name)
            && !table.foreign_keys.iter().any(|key| key.columns.contains(&column));
        let own = own_checks(table, column);
        let is_opaque = empty.contains(&column) || own.iter().any(|check| is_opaque(check, table));
        if own.is_empty() || !is_ours || !(is_refused || is_opaque) {
            continue;
        }
        let is_understood = !is_opaque && own.iter().all(|check| parse(&check.condition, table).is_ok());
        let asked = Asked { conditions: Vec::new(), types: BTreeMap::new(), schema };
        let draft = Draft { table, config, seed: Seed(0), locale, asked: &asked };
        if is_understood && draft.is_solved(column, &own) {
            continue;
        }
        let conditions: Vec<&str> = own.iter().map(|check| check.words()).collect();
        let tries = Tries::of(&table.name, &tried(definition), locale, &conditions);
        let value = |text: &String| match definition.ty {
            Type::Array(_) => Value::Array(vec![Value::Text(text.clone())]),
            _ => Value::Text(text.clone()),
        };
        let rows: Vec<Vec<Value>> = tries.texts.iter().map(|text| vec![value(text)]).collect();
        let mut fits = Vec::with_capacity(rows.len());
        for some in rows.chunks(AT_ONCE) {
            fits.extend(session.fits(&[definition], &conditions, some).await?);
        }
        let usual = fits.iter().take(tries.usual).filter(|fits| **fits).count();
        // As for a check that is solved.
        if is_understood && usual * 2 > tries.usual {
            continue;
        }
        let taken = if usual >= ENOUGH { tries.usual } else { tries.texts.len() };
        let values = tries.texts.iter().zip(&fits).take(taken).filter(|(_, fits)| **fits);
        let values: Vec<String> = values.map(|(text, _)| text.clone()).take(MOST).collect();
        let values = spelt(session, definition, values).await?;
        if !values.is_empty() {
            let checks = conditions.iter().map(|condition| (*condition).to_owned()).collect();
            learnt.insert(column, Learnt { values, tried: fits.len(), checks });
        }
    }
    Ok(learnt)
}

/// The checks that values of a column are tried against; of arrays, those on their items, if one of these is not understood.
fn own_checks(table: &Table, column: usize) -> Vec<&Check> {
    let own = table.checks.iter().filter(|check| check.columns == [column]);
    if !matches!(table.columns[column].ty, Type::Array(_)) {
        return own.collect();
    }
    let of_items: Vec<&Check> = own.filter(|check| table.special.of_items.contains(&check.name)).collect();
    let is_lost = of_items.iter().any(|check| parse(&check.condition, table).is_err());
    of_items.into_iter().filter(|_| is_lost).collect()
}

/// What values are tried for: a column, or the items of its arrays.
fn tried(column: &Column) -> Column {
    let ty = if let Type::Array(element) = &column.ty { element } else { &column.ty };
    Column { ty: ty.clone(), ..column.clone() }
}

/// The values as the database gives them back, each once.
async fn spelt(
    session: &mut impl SqlSession,
    column: &Column,
    texts: Vec<String>,
) -> Result<Vec<String>, PrepareError> {
    if texts.is_empty() || !is_spelt(&column.ty) {
        return Ok(texts);
    }
    let asked: Vec<(&Column, &str)> = texts.iter().map(|text| (column, text.as_str())).collect();
    let mut seen = BTreeSet::new();
    let answers = session.spell(&asked).await?.into_iter().flatten();
    Ok(answers.filter(|text| seen.insert(text.clone())).collect())
}

/// Has a table's columns hold what was learnt of them, where the plan file says nothing; what a reader of the plan should know.
pub(super) fn heed(table: &Table, config: &mut TableConfig) -> Vec<String> {
    let mut notes = Vec::new();
    for (column, Learnt { values, tried, checks }) in &table.special.learnt {
        let name = &table.columns[*column].name;
        if config.columns.contains_key(name) {
            continue;
        }
        let choice = Some(values.iter().cloned().map(Scalar).collect());
        let null_ratio = table.columns[*column].nullable.then_some(NULL_RATIO);
        config.columns.insert(name.clone(), ColumnConfig { choice, null_ratio, ..ColumnConfig::default() });
        let checks: Vec<String> = checks.iter().map(|check| one_line(check)).collect();
        notes.push(format!(
            "{name}: {} of {tried} values that were tried meet CHECK {}; the plan file may give others",
            values.len(),
            checks.join(" and ")
        ));
    }
    notes
}
