//! Conditions that rows have to meet, bound rules among them.

use loadgen_core::{Check, Obstacle, Type};

use super::{Cells, Drafts, Result};
use crate::{
    quote::quote,
    translate::{documents, translate},
};

/// Adds a row of `checks.sql` to its table, whose columns are all known.
pub(super) fn add(drafts: &mut Drafts, cells: &Cells<'_>) -> Result<()> {
    let Some(draft) = drafts.get_mut(&cells.number(0)?) else { return Ok(()) };
    let name = cells.text(1)?;
    let Some(definition) = cells.maybe(2)? else {
        let what = format!("CHECK {name}, which this user may not see (GRANT VIEW DEFINITION shows it)");
        draft.table.obstacles.push(Obstacle { what, columns: Vec::new() });
        return Ok(());
    };
    let bound_to = draft.column(cells.number(4)?);
    let rule = match (bound_to, cells.flag(5)?) {
        (Some(column), true) => rule(definition, &draft.table.columns[column].name),
        _ => None,
    };
    let said = rule.unwrap_or_else(|| definition.to_owned());
    let original = cells.maybe(6)?.map_or_else(|| said.clone(), str::to_owned);
    let is_in_force = !cells.flag(3)?;
    // Rows that were there before may hold anything where nobody has looked.
    let is_met = is_in_force && !cells.flag(7)?;
    if let Some(column) = documents(&said, &draft.table).filter(|_| is_met) {
        draft.table.columns[column].ty = Type::Json;
    }
    let found = translate(&said, &draft.table);
    let columns = if found.columns.is_empty() { bound_to.into_iter().collect() } else { found.columns };
    if !is_in_force {
        draft.table.special.unenforced.push(name.clone());
    }
    draft.table.checks.push(Check { name, condition: found.sql, original: Some(original), columns });
    Ok(())
}

/// The condition of `create rule r as @value > 0`, about a column.
pub(super) fn rule(definition: &str, column: &str) -> Option<String> {
    let condition = behind_as(definition)?;
    let mut said = String::new();
    let mut rest = condition;
    while let Some(at) = rest.find('@') {
        let (before, from) = rest.split_at(at);
        let is_name = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '@' | '#' | '$');
        let end = from.find(|letter| !is_name(letter)).unwrap_or(from.len());
        said.push_str(before);
        // A text may have such a sign in it.
        let is_text = said.matches('\'').count() % 2 == 1;
        said.push_str(&if is_text { from[..end].to_owned() } else { quote(column) });
        rest = &from[end..];
    }
    Some(said + rest)
}

/// What stands behind the first AS of a definition.
pub(super) fn behind_as(definition: &str) -> Option<&str> {
    let lower = definition.to_ascii_lowercase();
    let at = lower.match_indices("as").find(|(at, _)| {
        let blank =
            |letter: Option<char>| letter.is_some_and(|letter| letter.is_whitespace() || letter == '(');
        blank(lower[..*at].chars().next_back())
            && (blank(lower[at + 2..].chars().next()) || lower[at + 2..].starts_with('@'))
    })?;
    Some(definition[at.0 + 2..].trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_speaks_of_its_column() {
        let check = |definition: &str, expected: &str| {
            assert_eq!(rule(definition, "My x").as_deref(), Some(expected), "{definition}");
        };
        check("CREATE RULE r AS @value > 0 and @value<10", "[My x] > 0 and [My x]<10");
        check("create rule dbo.r\nas\n@v like '%@v%'", "[My x] like '%@v%'");
        assert_eq!(behind_as("create default d as 5"), Some("5"));
        assert_eq!(behind_as("nothing"), None);
    }
}
