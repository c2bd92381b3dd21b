//! Columns in SQL: their types, how a parameter becomes a value of them, and how one is read.

use loadgen_core::{Column, Type};

use crate::quote::quote;

/// The type to cast to, with the lengths that matter; never that of an alias, to which nothing can be cast.
pub(crate) fn base(column: &Column) -> String {
    let name = column.native.name.as_str();
    match (&column.ty, name) {
        (Type::Decimal { .. }, "money" | "smallmoney") => name.to_owned(),
        (Type::Decimal { precision, scale }, _) => format!("decimal({precision},{scale})"),
        (_, "text") => "varchar(max)".to_owned(),
        (_, "ntext") => "nvarchar(max)".to_owned(),
        (_, "image") => "varbinary(max)".to_owned(),
        (_, "timestamp" | "rowversion") => "binary(8)".to_owned(),
        (Type::Text { max: Some(max), .. }, _) => format!("{name}({max})"),
        (Type::Text { max: None, .. }, _) => format!("{name}(max)"),
        (Type::Bytes { max: Some(max), .. }, _) => format!("{name}({max})"),
        (Type::Bytes { max: None, .. }, _) => format!("{name}(max)"),
        (Type::Json, "varchar" | "nvarchar") => format!("{name}(max)"),
        (Type::Spelt(_), "vector") => column.native.words().to_owned(),
        (_, "time" | "datetime2" | "datetimeoffset") => {
            scale(column).map_or(name.to_owned(), |scale| format!("{name}({scale})"))
        }
        _ => name.to_owned(),
    }
}

/// Digits of a second that a column keeps, where its type says so.
pub(crate) fn scale(column: &Column) -> Option<u8> {
    let begin = format!("{}(", column.native.name);
    let (_, rest) = column.native.words().rsplit_once(&begin)?;
    rest.split(')').next()?.parse().ok()
}

/// What stands behind the words of a type that has another collation than the database.
pub(crate) const COLLATE: &str = " collate ";

/// The collation of texts that are kept in a code page, for what would have that of the database otherwise.
pub(crate) fn collated(column: &Column) -> String {
    let is_narrow = matches!(column.native.name.as_str(), "char" | "varchar" | "text");
    let known = column.native.words().rsplit_once(COLLATE).filter(|_| is_narrow);
    known.map(|(_, name)| format!("{COLLATE}{name}")).unwrap_or_default()
}

/// A parameter as a value to write. Texts and binary data are not cast, which would cut them to the length in silence.
pub(crate) fn written(column: &Column, parameter: &str) -> String {
    let name = column.native.name.as_str();
    match (&column.ty, name) {
        (_, "geometry") => format!("geometry::STGeomFromText({parameter}, 0)"),
        (_, "geography") => format!("geography::STGeomFromText({parameter}, {EARTH})"),
        (_, "smalldatetime") => format!("convert(smalldatetime, {parameter}, 120)"),
        // A value of any type is no longer than 8,000 bytes.
        (_, "sql_variant") => format!("cast(cast({parameter} as nvarchar(4000)) as sql_variant)"),
        (Type::Decimal { .. } | Type::Time(_) | Type::Spelt(_), _) | (Type::Json, "json") => {
            format!("cast({parameter} as {})", base(column))
        }
        _ => parameter.to_owned(),
    }
}

/// The system of coordinates of the earth.
const EARTH: u32 = 4326;

/// A parameter as a value to find a row by. It has the column's own type, as otherwise the server would convert the column, row by
/// row, and use no index.
pub(crate) fn sought(column: &Column, parameter: &str) -> String {
    match column.ty {
        Type::Bool | Type::Int(_) | Type::Real | Type::Double | Type::Uuid | Type::Date => {
            parameter.to_owned()
        }
        Type::Spelt(_) => written(column, parameter),
        // A cast keeps the collation of what it is given, and with it the code page.
        _ => format!("cast({parameter}{} as {})", collated(column), base(column)),
    }
}

/// A column as the driver can read it without loss. The driver takes texts of one byte a character for texts of the code page of a
/// language, and money for a binary fraction.
pub(crate) fn readable(prefix: &str, column: &Column) -> String {
    let name = format!("{prefix}{}", quote(&column.name));
    match (&column.ty, column.native.name.as_str()) {
        (Type::Text { max: Some(max), .. }, "char" | "varchar") if *max <= 4000 => {
            format!("cast({name} as nvarchar({max}))")
        }
        (_, "char" | "varchar" | "text" | "ntext" | "xml" | "json" | "vector") => {
            format!("cast({name} as nvarchar(max))")
        }
        (_, "money") => format!("cast({name} as decimal(19,4))"),
        (_, "smallmoney") => format!("cast({name} as decimal(10,4))"),
        (_, "datetime") => format!("cast({name} as datetime2(3))"),
        (_, "smalldatetime") => format!("convert(nvarchar(19), {name}, 120)"),
        (_, "hierarchyid") => format!("{name}.ToString()"),
        (_, "geometry" | "geography") => format!("{name}.STAsText()"),
        (_, "sql_variant") => format!("cast({name} as nvarchar(4000))"),
        (_, "image") => format!("cast({name} as varbinary(max))"),
        (_, "timestamp" | "rowversion") => format!("cast({name} as binary(8))"),
        _ => name,
    }
}
