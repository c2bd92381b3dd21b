//! Columns that the database computes from others of the row, in conditions: what they are computed from stands for them.

use crate::{
    Column, Fill, Table,
    check::{Expr, parse},
};

/// Puts what columns are computed from in their place.
///
/// # Errors
/// Why that cannot be had.
pub(super) fn write_out(table: &Table, condition: &mut Expr) -> Result<(), String> {
    for column in condition.columns() {
        let definition = &table.columns[column];
        if definition.fill == Fill::Generated {
            let text = table.special.computed.get(&column).ok_or_else(|| unknown(definition))?;
            let computed = parse(text, table).map_err(|error| format!("{}: {error}", unknown(definition)))?;
            condition.substitute(column, &computed);
        }
    }
    Ok(())
}

/// What is wrong with a computed column of which nobody says what it is computed from.
pub(super) fn unknown(column: &Column) -> String {
    format!("{:?} is computed by the database", column.name)
}

/// Conditions for computed columns that must not be NULL, where what they are computed from may be: the column's name and
/// the condition. One that is not understood is taken to hold.
pub(super) fn never_null(table: &Table) -> impl Iterator<Item = (&str, Expr)> {
    table.special.computed.iter().filter_map(|(column, text)| {
        let definition = &table.columns[*column];
        let expr = match parse(text, table).ok()? {
            // A cast makes no NULL of a value.
            Expr::Cast(inner, _) => *inner,
            other => other,
        };
        let may_be_null = expr.columns().into_iter().any(|column| table.columns[column].nullable);
        (may_be_null && !definition.nullable).then(|| (definition.name.as_str(), Expr::null(expr).not()))
    })
}
