//! Constants of plan files and checks, the way the database gives them back.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    choice::choose,
    config::{CrudConfig, TableConfig},
    error::{CrudPlanError, Part},
};
use crate::{
    PrepareError, Schema, SqlSession, Table, Type,
    check::{Expr, parse},
    generate::Scalar,
};

/// Asks the database how it gives back what plan file and checks say of columns that it makes values of texts for.
pub(super) async fn spell(
    session: &mut impl SqlSession,
    schema: &mut Schema,
    config: &CrudConfig,
) -> Result<(), PrepareError> {
    let mut wanted: Vec<(Arc<Table>, usize, String)> = Vec::new();
    for (table, own) in choose(schema, config)?.tables {
        let texts = texts(&table, &own);
        wanted.extend(texts.into_iter().map(|(column, text)| (Arc::clone(&table), column, text)));
    }
    if wanted.is_empty() {
        return Ok(());
    }
    let asked: Vec<_> =
        wanted.iter().map(|(table, column, text)| (&table.columns[*column], text.as_str())).collect();
    let answers = session.spell(&asked).await?;
    for ((table, column, text), answer) in wanted.into_iter().zip(answers) {
        if let Some(known) = schema.tables.iter_mut().find(|known| known.name == table.name) {
            Arc::make_mut(known).special.spellings.insert((column, text), answer);
        }
    }
    Ok(())
}

/// The constants of a table, each once.
fn texts(table: &Table, config: &TableConfig) -> BTreeSet<(usize, String)> {
    let mut texts = BTreeSet::new();
    for (column, definition) in table.columns.iter().enumerate().filter(|(_, own)| is_spelt(&own.ty)) {
        if let Some(said) = config.columns.get(&definition.name) {
            let listed = said.choice.iter().flatten().chain(&said.constant);
            texts.extend(listed.map(|Scalar(text)| (column, text.clone())));
        }
    }
    for check in &table.checks {
        if check.columns.iter().any(|column| is_spelt(&table.columns[*column].ty))
            && let Ok(mut condition) = parse(&check.condition, table)
        {
            condition.spell(&mut |column, text| {
                if is_spelt(&table.columns[column].ty) {
                    texts.insert((column, text.to_owned()));
                }
                None
            });
        }
    }
    texts
}

/// Whether a value can be written in several ways, of which the database keeps one.
pub(super) fn is_spelt(ty: &Type) -> bool {
    match ty {
        Type::Array(element) => is_spelt(element),
        ty => matches!(ty, Type::Spelt(_) | Type::Unsupported | Type::Interval(_)),
    }
}

/// Puts the database's spelling into what the plan file says.
pub(super) fn respell(table: &Table, config: &mut TableConfig) -> Result<(), CrudPlanError> {
    for (column, definition) in table.columns.iter().enumerate().filter(|(_, own)| is_spelt(&own.ty)) {
        let Some(said) = config.columns.get_mut(&definition.name) else { continue };
        for Scalar(text) in said.choice.iter_mut().flatten().chain(&mut said.constant) {
            match table.special.spellings.get(&(column, text.clone())) {
                Some(Ok(spelling)) => *text = spelling.clone(),
                Some(Err(why)) => {
                    let (table, name) = (&table.name, &definition.name);
                    let part = Part::Column { table: table.clone(), column: name.clone() };
                    let why = format!(
                        "column {table}.{name} cannot be filled: the database refuses {text:?}: {why}; write another \
                         value"
                    );
                    return Err(CrudPlanError::Column { part, why });
                }
                None => {}
            }
        }
    }
    Ok(())
}

/// Puts the database's spelling into a condition. Blanks at the end of a text that is padded are none of it.
pub(super) fn respelt(table: &Table, mut condition: Expr) -> Expr {
    condition.spell(&mut |column, text| match &table.columns[column].ty {
        Type::Text { fixed: true, .. } => Some(text.trim_end_matches(' ').to_owned()),
        _ => table.special.spellings.get(&(column, text.to_owned()))?.clone().ok(),
    });
    condition
}
