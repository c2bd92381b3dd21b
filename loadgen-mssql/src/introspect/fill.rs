//! Who fills a column: defaults and what they give.

use loadgen_core::Fill;
use sqlparser::{
    dialect::MsSqlDialect,
    tokenizer::{Token, Tokenizer},
};

use super::check::behind_as;

/// Functions that give the same for the same.
const STEADY: [&str; 31] = [
    "abs",
    "ascii",
    "cast",
    "ceiling",
    "char",
    "coalesce",
    "concat",
    "convert",
    "dateadd",
    "datefromparts",
    "datepart",
    "day",
    "floor",
    "isnull",
    "left",
    "len",
    "lower",
    "ltrim",
    "month",
    "nchar",
    "nullif",
    "power",
    "replace",
    "replicate",
    "right",
    "round",
    "rtrim",
    "space",
    "substring",
    "upper",
    "year",
];
/// Words that stand for what differs from call to call or from user to user.
const FLEETING: [&str; 5] = ["current_timestamp", "current_user", "session_user", "system_user", "user"];

/// Whether a default is the next number of a sequence.
pub(super) fn sequence_in(definition: &str) -> bool {
    matches!(words(definition), Words::Sequence)
}

/// Who fills a column with this default; that of a sequence is a constant as long as nobody has looked for the sequence.
pub(super) fn of_default(definition: &str) -> Fill {
    let text = match definition.trim_start().get(..6) {
        Some(begin) if begin.eq_ignore_ascii_case("create") => behind_as(definition).unwrap_or(definition),
        _ => definition,
    };
    let text = text.to_owned();
    match words(&text) {
        Words::Fleeting => Fill::Volatile(text),
        Words::Sequence | Words::Steady => Fill::Constant(text),
    }
}

enum Words {
    Sequence,
    Fleeting,
    Steady,
}

fn words(text: &str) -> Words {
    let Ok(tokens) = Tokenizer::new(&MsSqlDialect {}, text).tokenize() else { return Words::Fleeting };
    let tokens: Vec<Token> =
        tokens.into_iter().filter(|token| !matches!(token, Token::Whitespace(_))).collect();
    let mut found = Words::Steady;
    for (at, token) in tokens.iter().enumerate() {
        let Token::Word(word) = token else { continue };
        let name = word.value.to_lowercase();
        let is_call = tokens.get(at + 1) == Some(&Token::LParen);
        match name.as_str() {
            "next" if word.quote_style.is_none() => return Words::Sequence,
            "nextval" if is_call => return Words::Sequence,
            name if word.quote_style.is_none() && FLEETING.contains(&name) => found = Words::Fleeting,
            name if is_call && !STEADY.contains(&name) && !is_type(name) => found = Words::Fleeting,
            _ => {}
        }
    }
    found
}

/// Whether a name in front of a parenthesis is a type with its length.
fn is_type(name: &str) -> bool {
    [
        "char",
        "varchar",
        "nchar",
        "nvarchar",
        "binary",
        "varbinary",
        "decimal",
        "numeric",
        "float",
        "time",
        "datetime2",
        "datetimeoffset",
    ]
    .contains(&name)
}

/// How many numbers are left up to the last one, after the one that came last; none where the server says no more than a text
/// that is no number.
pub(super) fn left(step: &str, last: &str, end: i128) -> Option<u64> {
    let (step, last): (i128, i128) = (step.parse().ok()?, last.parse().ok()?);
    let left = end.checked_sub(last)?.checked_div(step)?;
    Some(u64::try_from(left.max(0)).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_constants_or_differ_from_call_to_call() {
        for constant in [
            "((0))",
            "('it''s getdate()')",
            "(CONVERT([date],'20200101'))",
            "((1)+(1))",
            "(CONVERT([decimal](10,2),'1'))",
            "create default d as 5",
        ] {
            assert!(matches!(of_default(constant), Fill::Constant(_)), "{constant}");
        }
        for volatile in [
            "(getdate())",
            "(newid())",
            "(sysutcdatetime())",
            "(CONVERT([date],getdate()))",
            "([dbo].[f]())",
            "(user_name())",
            "(CURRENT_TIMESTAMP)",
        ] {
            assert!(matches!(of_default(volatile), Fill::Volatile(_)), "{volatile}");
        }
        assert!(sequence_in("(NEXT VALUE FOR [dbo].[s])") && !sequence_in("('next')"));
        assert_eq!(of_default("create default d as 5"), Fill::Constant("5".to_owned()));
    }

    #[test]
    fn a_sequence_has_numbers_left_up_to_its_end() {
        assert_eq!(left("1", "250", 255), Some(5));
        assert_eq!(left("2", "250", 255), Some(2));
        assert_eq!(left("-1", "5", 0), Some(5));
        assert_eq!(left("1", "255", 255), Some(0));
        assert_eq!(left("x", "255", 255), None);
    }
}
