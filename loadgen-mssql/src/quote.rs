//! Names as they go into SQL.

use loadgen_core::TableName;

/// `[name]`; `"name"` where there is a bracket in it, which not every server reads twice. Sessions have QUOTED_IDENTIFIER on.
pub(crate) fn quote(name: &str) -> String {
    if name.contains(']') { format!("\"{}\"", name.replace('"', "\"\"")) } else { format!("[{name}]") }
}

/// `[schema].[table]`.
pub(crate) fn quote_table(name: &TableName) -> String {
    format!("{}.{}", quote(&name.schema), quote(&name.table))
}

/// A constant text: `N'it''s'`.
pub(crate) fn literal(text: &str) -> String {
    format!("N'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_in_a_name_or_a_text_stays_in_it() {
        let check = |name: &str, expected: &str| assert_eq!(quote(name), expected);
        check("orders", "[orders]");
        check("a b' \" [ 🦀", "[a b' \" [ 🦀]");
        check("a]b", "\"a]b\"");
        check("]; drop table t --\"", "\"]; drop table t --\"\"\"");
        assert_eq!(quote_table(&TableName::new("dbo", "t]")), "[dbo].\"t]\"");
        assert_eq!(literal("it's"), "N'it''s'");
    }
}
