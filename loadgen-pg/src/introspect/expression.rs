//! Expressions of unique indexes: which of them keep apart what differs.

/// Functions of which distinct texts that were constructed have distinct results.
const FAITHFUL: [&str; 7] = ["lower", "upper", "btrim", "md5", "reverse", "coalesce", "quote_ident"];
/// Types that any value can be cast to without becoming like another.
const FAITHFUL_TYPES: [&str; 4] = ["text", "character varying", "varchar", "citext"];
/// Types that integers can be cast to without becoming like another; a price would be rounded.
const WIDE_TYPES: [&str; 2] = ["bigint", "numeric"];

/// The column of an expression whose results differ whenever the column's values do: `lower((email)::text)`.
pub(super) fn column_in(expression: &str, is_integer: &dyn Fn(&str) -> bool) -> Option<String> {
    let column_in = |text: &str| column_in(text, is_integer);
    let text = expression.trim();
    if let Some(inner) = enclosed(text) {
        return column_in(inner);
    }
    if let Some((inner, ty)) = split_outside(text, "::").last() {
        let column = column_in(inner);
        return match ty.trim() {
            ty if FAITHFUL_TYPES.contains(&ty) => column,
            ty if WIDE_TYPES.contains(&ty) => column.filter(|column| is_integer(column)),
            _ => None,
        };
    }
    if let Some((function, rest)) = text.split_once('(').filter(|_| text.ends_with(')')) {
        let is_faithful = FAITHFUL.contains(&function.trim().to_lowercase().as_str());
        let arguments = rest.strip_suffix(')')?;
        let first = split_outside(arguments, ",").next().map_or(arguments, |(first, _)| first);
        return is_faithful.then(|| column_in(first)).flatten();
    }
    if let Some(quoted) = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        return Some(quoted.replace("\"\"", "\""));
    }
    text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '$').then(|| text.to_owned())
}

/// What is between the parentheses that hold all of a text.
fn enclosed(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('(')?.strip_suffix(')')?;
    let mut depth = 0;
    let closes_early = places(inner).any(|(_, c)| {
        depth += match c {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        depth < 0
    });
    (!closes_early).then_some(inner)
}

/// The two sides of each separator that stands outside of parentheses and quotes.
fn split_outside<'a>(text: &'a str, separator: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
    let mut depth = 0;
    let found = places(text).filter_map(move |(at, c)| {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        (depth == 0 && text[at..].starts_with(separator)).then_some(at)
    });
    found.map(move |at| (&text[..at], &text[at + separator.len()..]))
}

/// The characters outside of quotes.
fn places(text: &str) -> impl Iterator<Item = (usize, char)> + '_ {
    let mut quote = None;
    text.char_indices().filter(move |(_, c)| {
        let was = quote;
        match quote {
            None if *c == '\'' || *c == '"' => quote = Some(*c),
            Some(open) if open == *c => quote = None,
            _ => {}
        }
        was.is_none() && quote.is_none()
    })
}

#[cfg(test)]
mod tests {
    use super::column_in;

    #[test]
    fn what_keeps_values_apart_stands_for_its_column() {
        for (expression, column) in [
            ("lower(email)", "email"),
            ("lower((email)::text)", "email"),
            ("upper(btrim(\"E (mail\"))", "E (mail"),
            ("COALESCE(code, ''::text)", "code"),
            ("(id)::text", "id"),
            ("lower((a::character varying)::text)", "a"),
            ("((id)::bigint)::text", "id"),
        ] {
            assert_eq!(
                column_in(expression, &|column| column == "id").as_deref(),
                Some(column),
                "{expression}"
            );
        }
    }

    #[test]
    fn what_may_make_values_alike_stands_for_nothing() {
        for expression in [
            "(at)::date",
            "(price)::bigint",
            "(code)::numeric",
            "date_trunc('day'::text, at)",
            "(a || b)",
            "abs(a)",
            "left(a, 3)",
            "(data ->> 'id'::text)",
            "lower(a) || lower(b)",
        ] {
            assert_eq!(column_in(expression, &|column| column == "id"), None, "{expression}");
        }
    }
}
