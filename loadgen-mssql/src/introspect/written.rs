//! Which tables the source of a trigger writes.

use sqlparser::{
    dialect::MsSqlDialect,
    tokenizer::{Token, Tokenizer},
};

/// A table as the source names it, perhaps with its schema.
type Named = (Option<String>, String);

/// The tables that a source inserts into, updates or deletes from. Other names of them count as well as their own.
pub(super) fn targets(source: &str) -> Vec<Named> {
    let mut targets = within(source);
    // What is in texts may be run.
    if source.to_lowercase().contains("exec") {
        let texts = Tokenizer::new(&MsSqlDialect {}, source).tokenize().unwrap_or_default();
        for token in texts {
            if let Token::SingleQuotedString(text) | Token::NationalStringLiteral(text) = token {
                targets.extend(within(&text));
            }
        }
    }
    targets
}

fn within(source: &str) -> Vec<Named> {
    let tokens = Tokenizer::new(&MsSqlDialect {}, source).tokenize().unwrap_or_default();
    let tokens: Vec<Token> =
        tokens.into_iter().filter(|token| !matches!(token, Token::Whitespace(_))).collect();
    let word = |at: usize| match tokens.get(at) {
        Some(Token::Word(word)) if word.quote_style.is_none() => word.value.to_lowercase(),
        _ => String::new(),
    };
    let (mut targets, mut aliases) = (Vec::new(), Vec::new());
    for at in 0..tokens.len() {
        let next = match word(at).as_str() {
            "insert" | "merge" if word(at + 1) == "into" => at + 2,
            "insert" | "merge" | "update" | "truncate" => at + 1,
            "delete" if word(at + 1) == "from" => at + 2,
            "delete" => at + 1,
            "from" | "join" => {
                if let Some((table, end)) = named(&tokens, at + 1) {
                    let end = if word(end) == "as" { end + 1 } else { end };
                    aliases.extend(named(&tokens, end).map(|(alias, _)| (alias.1.to_lowercase(), table)));
                }
                continue;
            }
            _ => continue,
        };
        let next = if word(next) == "table" { next + 1 } else { next };
        targets.extend(named(&tokens, next).map(|(table, _)| table));
    }
    let resolved = |target: Named| match target {
        (None, name) => {
            let meant = aliases.iter().find(|(alias, _)| *alias == name.to_lowercase());
            meant.map_or((None, name), |(_, table)| table.clone())
        }
        named => named,
    };
    targets.into_iter().map(resolved).collect()
}

/// The name that stands at a place, and where it ends. Of more than two parts the last two count.
fn named(tokens: &[Token], mut at: usize) -> Option<(Named, usize)> {
    let mut parts = Vec::new();
    while let Some(Token::Word(word)) = tokens.get(at) {
        parts.push(word.value.clone());
        at += 1;
        match tokens.get(at) {
            Some(Token::Period) => at += 1,
            _ => break,
        }
    }
    let name = parts.pop()?;
    Some(((parts.pop(), name), at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, expected: &[&str]) {
        let said = targets(source).into_iter().map(|(schema, name)| match schema {
            Some(schema) => format!("{schema}.{name}"),
            None => name,
        });
        let said: Vec<String> = said.filter(|name| !["as", "set"].contains(&name.as_str())).collect();
        assert_eq!(said, expected, "{source}");
    }

    #[test]
    fn tables_that_are_written_are_found_under_their_own_names() {
        check("create trigger t on x after insert as insert into [dbo].[My log] select 1", &["dbo.My log"]);
        check(
            "update c set at = getdate() from dbo.Customers c join inserted i on i.id = c.id",
            &["dbo.Customers"],
        );
        check("UPDATE Customers SET at = 1 WHERE id IN (SELECT id FROM inserted)", &["Customers"]);
        check("delete o from Orders as o join deleted d on d.id = o.id", &["Orders"]);
        check("delete from shop.dbo.log where 1 = 1; merge into t using u on 1 = 1", &["dbo.log", "t"]);
        check("exec('insert into audit values (1)')", &["audit"]);
    }

    #[test]
    fn what_is_only_read_is_not() {
        check("if update(status) select 1 from x join y on 1 = 1 -- insert into z", &[]);
        check("print 'delete from t'", &[]);
    }
}
