//! Values that a plan file lists, held against the checks.

use super::{
    config::TableConfig,
    error::{CrudPlanError, Part},
    spell::respelt,
};
use crate::{
    Column, Table, Type, Value,
    check::{Expr, NOW, fails, parse},
    generate::{ColumnConfig, constant},
};

/// Takes values out of a choice that a check of their column refuses, with a line on each column that loses some.
///
/// # Errors
/// When a column has none left.
pub(super) fn vet(table: &Table, config: &mut TableConfig) -> Result<Vec<String>, CrudPlanError> {
    let mut notes = Vec::new();
    for (column, definition) in table.columns.iter().enumerate() {
        let Some(said) = config.columns.get_mut(&definition.name) else { continue };
        let binding = table.checks.iter().filter(|check| !table.special.unenforced.contains(&check.name));
        for check in binding.filter(|check| check.columns == [column]) {
            let Ok(condition) = parse(&check.condition, table) else { continue };
            let condition = respelt(table, condition);
            let listed = said.choice.iter().flatten().chain(&said.constant).count();
            let mut row = vec![Value::Null; table.columns.len()];
            let gone = strike(said, &mut |text| {
                row[column] = match &definition.ty {
                    // Of an array, the plan file lists items.
                    Type::Array(item) if table.special.of_items.contains(&check.name) => {
                        Value::Array(vec![constant::literal(text, item).unwrap_or_default()])
                    }
                    ty => constant::literal(text, ty).unwrap_or_default(),
                };
                is_refused(&condition, &row)
            });
            match gone {
                0 => {}
                gone if gone == listed => return Err(refused(table, definition, check.words())),
                gone => notes.push(format!(
                    "{}: {gone} of {listed} values of its choice left out, as CHECK {} refuses them",
                    definition.name,
                    check.words()
                )),
            }
        }
    }
    Ok(notes)
}

/// Whether a condition is certainly false at some time.
fn is_refused(condition: &Expr, row: &[Value]) -> bool {
    NOW.iter().any(|now| fails(condition, row, *now))
}

/// Takes out the values that are refused, with their weights; how many there were.
fn strike(said: &mut ColumnConfig, is_refused: &mut dyn FnMut(&str) -> bool) -> usize {
    if let Some(constant) = &said.constant {
        return usize::from(is_refused(constant.as_str()));
    }
    let Some(choice) = &mut said.choice else { return 0 };
    let keep: Vec<bool> = choice.iter().map(|value| !is_refused(value.as_str())).collect();
    let gone = keep.iter().filter(|keep| !**keep).count();
    if gone < choice.len() {
        let mut kept = keep.iter();
        choice.retain(|_| kept.next().is_none_or(|keep| *keep));
        if let Some(weights) = &mut said.weights {
            let mut kept = keep.iter();
            weights.retain(|_| kept.next().is_none_or(|keep| *keep));
        }
    }
    gone
}

fn refused(table: &Table, column: &Column, condition: &str) -> CrudPlanError {
    let (table, name) = (&table.name, &column.name);
    let part = Part::Column { table: table.clone(), column: name.clone() };
    let why = format!(
        "column {table}.{name} cannot be filled: CHECK {condition} refuses what the plan lists; write values that \
         meet it"
    );
    CrudPlanError::Column { part, why }
}
