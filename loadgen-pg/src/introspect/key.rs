//! Keys, references, and what cannot be honoured yet.

use loadgen_core::{Apart, Check, Collision, ForeignKey, Obstacle, Partial, TableName, Type};
use sqlx::{Row, postgres::PgRow};

use super::{Draft, expression::column_in, period};

/// Adds a row of `constraints.sql` to its table.
pub(super) fn constraint(draft: &mut Draft, row: &PgRow) -> sqlx::Result<()> {
    let name: String = row.try_get(2)?;
    let numbers = row.try_get::<Option<Vec<i16>>, _>(3)?.unwrap_or_default();
    let columns = draft.columns(&numbers);
    let (has_period, unenforced): (bool, bool) = (row.try_get(10)?, row.try_get(11)?);
    match row.try_get(1)? {
        kind @ ("p" | "u") => {
            if has_period {
                period::key(&mut draft.table, &name, &columns);
            }
            if kind == "p" {
                draft.table.primary_key = columns;
            }
        }
        "f" => {
            let parent = TableName::new(row.try_get::<String, _>(4)?, row.try_get::<String, _>(5)?);
            let parent_columns = row.try_get(6)?;
            // MATCH FULL: all of them are NULL or none, so one that must not be speaks for all.
            let is_full: bool = row.try_get(8)?;
            if is_full && columns.iter().any(|column| !draft.table.columns[*column].nullable) {
                columns.iter().for_each(|column| draft.table.columns[*column].nullable = false);
            }
            period::reference(&mut draft.table, &name, has_period, unenforced);
            draft.table.special.definitions.extend(said_of_reference(row.try_get(7)?, columns.len()));
            draft.table.foreign_keys.push(ForeignKey {
                name,
                columns,
                parent,
                parent_columns,
                deferrable: row.try_get(12)?,
                delete_waits: row.try_get(13)?,
            });
        }
        "c" => {
            if unenforced {
                draft.table.special.unenforced.push(name.clone());
            }
            draft.table.checks.push(Check::new(name, row.try_get::<String, _>(7)?, columns));
        }
        _ => exclusion(draft, &numbers, row)?,
    }
    Ok(())
}

/// Rows that differ where equality is looked at never exclude each other, and neither do those whose ranges lie apart.
fn exclusion(draft: &mut Draft, numbers: &[i16], row: &PgRow) -> sqlx::Result<()> {
    let (name, definition): (String, String) = (row.try_get(2)?, row.try_get(7)?);
    draft.table.special.definitions.push(definition.clone());
    let operators: Vec<String> = row.try_get(9)?;
    let with = |operator: &str| {
        let of_these = numbers.iter().zip(&operators).filter(|(_, own)| *own == operator);
        draft.columns(&of_these.map(|(number, _)| *number).collect::<Vec<_>>())
    };
    let (equal, overlapping) = (with("="), with("&&"));
    let apart =
        overlapping.iter().find_map(|column| draft.bounds.get(column).map(|bounds| (*column, bounds)));
    match apart {
        _ if !equal.is_empty() => draft.table.special.loose_keys.push(equal),
        Some((column, bounds)) => {
            let (bounds, text) = (bounds.clone(), span(bounds).to_owned());
            draft.table.special.apart.push(Apart { column, bounds, text });
            draft.table.special.loose_keys.push(vec![column]);
        }
        None => {
            let what = format!("{definition} of constraint {name} (of a choice each value fits one row)");
            draft.table.obstacles.push(Obstacle { what, columns: draft.columns(numbers) });
        }
    }
    Ok(())
}

/// How a range is written.
fn span(bounds: &Type) -> &'static str {
    match bounds {
        Type::Timestamp { zoned: true, .. } => "[\"{low}+00\",\"{high}+00\")",
        Type::Timestamp { .. } => "[\"{low}\",\"{high}\")",
        _ => "[{low},{high})",
    }
}

/// Adds a row of `indexes.sql` to its table. An expression that keeps values apart, such as `lower(email)`, stands for
/// its column, because the texts that are constructed differ in more than case.
pub(super) fn index(draft: &mut Draft, row: &PgRow) -> sqlx::Result<()> {
    let texts: Vec<String> = row.try_get(2)?;
    let names: Vec<Option<String>> = row.try_get(3)?;
    let (in_part, nulls_collide): (bool, bool) = (row.try_get(5)?, row.try_get(6)?);
    draft.table.special.definitions.extend(said_of_index(row, &texts, &names)?);
    let mut whole = names.iter().all(Option::is_some);
    let mut columns: Vec<usize> = Vec::with_capacity(names.len());
    for (text, name) in texts.iter().zip(&names) {
        let plain = name.as_ref().and_then(|name| draft.table.column_index(name));
        // What is computed from a column is as distinct as the column, if the computation is.
        let computed = plain.map_or(Some(text), |column| draft.generated.get(&column));
        let is_integer = |name: &str| {
            let column = draft.table.column_index(name).map(|index| &draft.table.columns[index]);
            column.is_some_and(|column| matches!(column.ty, Type::Int(_)))
        };
        let under = computed.and_then(|text| {
            let column = draft.table.column_index(&column_in(text, &is_integer)?)?;
            (!is_bound(text, &draft.table.columns[column].ty)).then_some(column)
        });
        whole &= under.is_none();
        draft.table.special.folded.extend(under);
        columns.extend(under.or(plain));
    }
    if columns.is_empty() {
        let name: String = row.try_get(1)?;
        let used: Vec<String> = row.try_get(4)?;
        let columns = used.iter().filter_map(|name| draft.table.column_index(name)).collect();
        let what =
            format!("unique index {name} on {} (of a choice each value fits one row)", texts.join(", "));
        draft.table.obstacles.push(Obstacle { what, columns });
        return Ok(());
    }
    if nulls_collide {
        // One row at most could have it, so nobody may, unless the others of the key keep rows apart.
        let table = &mut draft.table;
        let was_nullable = |column: &usize| {
            let before = table.special.colliding.iter().any(|other| other.nullable.contains(column));
            table.columns[*column].nullable || before
        };
        let nullable = columns.iter().copied().filter(was_nullable).collect();
        table.special.colliding.push(Collision { key: columns.clone(), nullable });
        columns.iter().for_each(|column| draft.table.columns[*column].nullable = false);
    }
    if whole && !in_part {
        draft.table.uniques.push(columns);
    } else {
        let condition: Option<String> = row.try_get(7)?;
        if let Some(condition) = condition.filter(|_| whole) {
            draft.table.special.partial.push(Partial { columns: columns.clone(), condition });
        }
        draft.table.special.loose_keys.push(columns);
    }
    Ok(())
}

/// What a reference does beside pointing at another table, which a list of columns says.
fn said_of_reference(definition: &str, columns: usize) -> Option<String> {
    // The columns of ON DELETE SET NULL stand in parentheses at the end as well.
    let is_plain = columns == 1 && definition.ends_with(')') && !definition.contains(" ON DELETE SET ");
    (!is_plain).then(|| definition.to_owned())
}

/// What a unique index is, unless it is one of a plain column.
fn said_of_index(row: &PgRow, texts: &[String], names: &[Option<String>]) -> sqlx::Result<Option<String>> {
    let (in_part, nulls_collide): (bool, bool) = (row.try_get(5)?, row.try_get(6)?);
    if let ([Some(_)], false, false) = (names, in_part, nulls_collide) {
        return Ok(None);
    }
    let condition: Option<&str> = row.try_get(7)?;
    let part = match condition {
        Some(condition) => format!(" WHERE {condition}"),
        None if in_part => " in one partition".to_owned(),
        None => String::new(),
    };
    let nulls = if nulls_collide { " NULLS NOT DISTINCT" } else { "" };
    Ok(Some(format!("UNIQUE{nulls} ({}){part}", texts.join(", "))))
}

/// Whether an expression may be one bound of a range, which many ranges share, rather than a text in small letters.
fn is_bound(expression: &str, ty: &Type) -> bool {
    matches!(ty, Type::Spelt(_))
        && ["lower(", "upper("].iter().any(|function| expression.to_lowercase().contains(function))
        && !expression.contains("::text")
}

#[cfg(test)]
mod tests {
    use super::said_of_reference;

    #[test]
    fn only_a_reference_that_says_no_more_than_its_columns_is_passed_over() {
        for (definition, columns, is_said) in [
            ("FOREIGN KEY (a) REFERENCES p(id)", 1, false),
            ("FOREIGN KEY (a, b) REFERENCES p(a, b)", 2, true),
            ("FOREIGN KEY (a) REFERENCES p(id) ON DELETE CASCADE", 1, true),
            ("FOREIGN KEY (a) REFERENCES p(id) ON DELETE SET NULL (a)", 1, true),
            ("FOREIGN KEY (a) REFERENCES p(id) DEFERRABLE", 1, true),
        ] {
            assert_eq!(said_of_reference(definition, columns).is_some(), is_said, "{definition}");
        }
    }
}
