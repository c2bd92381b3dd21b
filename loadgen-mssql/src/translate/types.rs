//! Types in casts.

use super::sort::Sort;

/// A type as it is understood, and its sort.
pub(super) fn target(name: &str) -> Option<(String, Sort)> {
    let name = name.to_lowercase().replace(['[', ']', '"', ' '], "");
    let (word, size) = match name.split_once('(') {
        Some((word, size)) => (word, size.trim_end_matches(')')),
        None => (name.as_str(), ""),
    };
    let word = word.rsplit('.').next().unwrap_or(word);
    let plain = |name: &str, sort| Some((name.to_owned(), sort));
    match word {
        "bit" => plain("boolean", Sort::Bool),
        "tinyint" | "smallint" => plain("smallint", Sort::Whole),
        "int" | "integer" => plain("integer", Sort::Whole),
        "bigint" => plain("bigint", Sort::Whole),
        // A server that is another database inside casts to these without a size, and changes nothing.
        "decimal" | "numeric" | "fixeddecimal" if size.is_empty() => plain("numeric", Sort::Number),
        "decimal" | "numeric" => Some((format!("numeric({size})"), Sort::Number)),
        "money" => plain("numeric(19,4)", Sort::Number),
        "smallmoney" => plain("numeric(10,4)", Sort::Number),
        "float" | "doubleprecision" => plain("double precision", Sort::Number),
        "real" => plain("real", Sort::Number),
        "date" => plain("date", Sort::Date),
        "time" => plain("time", Sort::Time),
        "datetime" | "datetime2" | "smalldatetime" => plain("timestamp", Sort::Moment),
        "datetimeoffset" => plain("timestamptz", Sort::Moment),
        "uniqueidentifier" | "uuid" => plain("uuid", Sort::Uuid),
        "varchar" | "charactervarying" | "nvarchar" | "char" | "nchar" | "sysname" | "text" => match size {
            "" | "max" => plain("text", Sort::Text),
            size => Some((format!("varchar({size})"), Sort::Text)),
        },
        _ => None,
    }
}
