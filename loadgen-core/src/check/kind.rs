//! Casts.

use super::{
    item::{DAY, Item, Unknown, exact},
    number::fitting,
};
use crate::{Decimal, Type, generate::constant};

/// What a value is cast to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    Bool,
    Int(u8),
    Decimal(Option<(u8, u8)>),
    Real,
    Double,
    /// At most so many characters, the rest is cut.
    Text(Option<u32>),
    Bytes,
    Uuid,
    Date,
    Time,
    Moment,
    Span,
    Json,
    /// A type of which nothing is known but that a text is one of its values.
    Named,
    List(Box<Kind>),
}

impl Kind {
    /// The kind that SQL calls so; a name that is not known counts as one of the schema's own.
    pub(super) fn parse(name: &str) -> Self {
        let name = name.trim().to_ascii_lowercase();
        if let Some(element) = name.strip_suffix("[]") {
            return Kind::List(Box::new(Kind::parse(element)));
        }
        let (word, sizes) = match name.split_once('(') {
            Some((word, rest)) => (word.trim(), rest.split(')').next().unwrap_or_default()),
            None => (name.as_str(), ""),
        };
        let size = |at: usize| sizes.split(',').nth(at).and_then(|size| size.trim().parse::<u32>().ok());
        match word {
            "boolean" | "bool" => Kind::Bool,
            "smallint" | "int2" => Kind::Int(16),
            "integer" | "int" | "int4" => Kind::Int(32),
            "bigint" | "int8" => Kind::Int(64),
            "numeric" | "decimal" => Kind::Decimal(
                size(0).map(|digits| (digits.min(255) as u8, size(1).unwrap_or(0).min(38) as u8)),
            ),
            "real" | "float4" => Kind::Real,
            "double precision" | "float8" | "double" => Kind::Double,
            "text" | "character varying" | "varchar" => Kind::Text(size(0)),
            "character" | "char" | "bpchar" => Kind::Text(size(0)),
            "bytea" => Kind::Bytes,
            "uuid" => Kind::Uuid,
            "date" => Kind::Date,
            "json" | "jsonb" => Kind::Json,
            "interval" => Kind::Span,
            word if word.starts_with("timestamp") => Kind::Moment,
            word if word.starts_with("time") && !name.contains("with time zone") => Kind::Time,
            _ => Kind::Named,
        }
    }

    /// The number of bits of an integer.
    pub(super) fn bits(&self) -> Option<u8> {
        if let Kind::Int(bits) = self { Some(*bits) } else { None }
    }
}

/// Casts an item that is not NULL.
pub(super) fn cast(item: Item, kind: &Kind) -> Result<Item, Unknown> {
    use Item::{Bool, Bytes, Date, Exact, Float, Int, Json, List, Moment, Span, Text, Time, Uuid};
    Ok(match (item, kind) {
        (Text(text), Kind::Text(most)) => Text(cut(text, *most)),
        (Text(text), Kind::Named) => Text(text),
        (Text(text), kind) => read(&text, kind)?,
        (Int(x), Kind::Text(most)) => Text(cut(x.to_string(), *most)),
        (item @ Bool(_), Kind::Bool) => item,
        (Bool(x), Kind::Int(32)) => Int(i128::from(x)),
        (Bool(x), Kind::Text(None)) => Text(x.to_string()),
        (Json(x), Kind::Text(None)) => Text(super::document::text(&x)?),
        (Int(x), Kind::Bool) => Bool(x != 0),
        (item @ (Int(_) | Exact(_) | Float(_) | Item::Fresh), kind) => number(item, kind)?,
        (item @ Bytes(_), Kind::Bytes)
        | (item @ Uuid(_), Kind::Uuid)
        | (item @ Date(_), Kind::Date)
        | (item @ Time(_), Kind::Time)
        | (item @ Moment(_), Kind::Moment)
        | (item @ Span { .. }, Kind::Span)
        | (item @ Json(_), Kind::Json) => item,
        (Date(days), Kind::Moment) => Moment(Date(days).micros()?),
        (Moment(micros), Kind::Date) => Date(micros.div_euclid(DAY)),
        (Moment(micros), Kind::Time) => Time(micros.rem_euclid(DAY)),
        (Uuid(x), Kind::Text(None)) => {
            let hex = format!("{x:032x}");
            let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
            Text(parts.join("-"))
        }
        (List(items), Kind::List(kind)) => {
            let each = |item: Item| if item.is_null() { Ok(item) } else { cast(item, kind) };
            List(items.into_iter().map(each).collect::<Result<_, _>>()?)
        }
        _ => return Err(Unknown),
    })
}

fn cut(text: String, most: Option<u32>) -> String {
    match most {
        Some(most) => text.chars().take(most as usize).collect(),
        None => text,
    }
}

fn number(item: Item, kind: &Kind) -> Result<Item, Unknown> {
    Ok(match (item, kind) {
        (Item::Fresh, Kind::Int(_) | Kind::Decimal(_)) => Item::Fresh,
        (Item::Float(x), Kind::Int(bits)) => {
            let whole = Some(x.round_ties_even()).filter(|x| x.is_finite()).ok_or(Unknown)?;
            Item::Int(fitting(whole as i128, Some(*bits))?)
        }
        (Item::Float(x), Kind::Decimal(size)) => {
            let text = format!("{x:e}");
            sized(read(&text, &Kind::Decimal(None))?, *size)?
        }
        (item, Kind::Int(bits)) => Item::Int(fitting(exact(&item)?.rounded(0)?.unscaled, Some(*bits))?),
        (item, Kind::Decimal(size)) => sized(Item::Exact(exact(&item)?), *size)?,
        (item, Kind::Double) => Item::Float(item.float()?),
        (item, Kind::Real) => {
            let (wide, narrow) = (item.float()?, item.float()? as f32);
            Item::Float(
                Some(f64::from(narrow)).filter(|x| x.is_finite() || !wide.is_finite()).ok_or(Unknown)?,
            )
        }
        _ => return Err(Unknown),
    })
}

fn sized(item: Item, size: Option<(u8, u8)>) -> Result<Item, Unknown> {
    match size {
        Some((digits, scale)) => {
            let rounded = exact(&item)?.rounded(scale)?;
            // Whatever is longer than 38 digits was refused before.
            let fits = digits > Decimal::MAX_DIGITS
                || rounded.unscaled.unsigned_abs() <= Decimal::max_unscaled(digits).unsigned_abs();
            if fits { Ok(Item::Exact(rounded)) } else { Err(Unknown) }
        }
        None => Ok(item),
    }
}

/// A constant that is written as a text.
fn read(text: &str, kind: &Kind) -> Result<Item, Unknown> {
    if let Some(end) = endless(text, kind) {
        return Ok(end);
    }
    let ty = match kind {
        Kind::Bool => {
            return match text.trim().to_ascii_lowercase().as_str() {
                "t" | "true" | "y" | "yes" | "on" | "1" => Ok(Item::Bool(true)),
                "f" | "false" | "n" | "no" | "off" | "0" => Ok(Item::Bool(false)),
                _ => Err(Unknown),
            };
        }
        Kind::Int(bits) => Type::Int(*bits),
        Kind::Decimal(size) => {
            let found = constant::decimal(text).ok_or(Unknown)?;
            return sized(Item::Exact(found), *size);
        }
        Kind::Real => Type::Real,
        Kind::Double => Type::Double,
        Kind::Bytes => Type::BYTES,
        Kind::Uuid => Type::Uuid,
        Kind::Date => Type::Date,
        Kind::Time => Type::Time(6),
        Kind::Moment => return constant::moment(text).map(Item::Moment).ok_or(Unknown),
        Kind::Span => return constant::span(text).map(|value| Item::from(&value)).ok_or(Unknown),
        Kind::Json => Type::Json,
        Kind::List(kind) => return list(text, kind),
        Kind::Text(_) | Kind::Named => return Ok(Item::Text(text.to_owned())),
    };
    constant::literal(text, &ty).map(|value| Item::from(&value)).ok_or(Unknown)
}

/// What is beyond all numbers, or beyond all days.
fn endless(text: &str, kind: &Kind) -> Option<Item> {
    let text = text.trim().to_ascii_lowercase();
    let number = match text.trim_start_matches('+') {
        "infinity" | "inf" => f64::INFINITY,
        "-infinity" | "-inf" => f64::NEG_INFINITY,
        "nan" => f64::NAN,
        _ => return None,
    };
    match kind {
        Kind::Real | Kind::Double | Kind::Decimal(_) => Some(Item::Float(number)),
        Kind::Moment | Kind::Date if number.is_nan() => None,
        Kind::Moment => Some(Item::Moment(if number > 0.0 { i64::MAX } else { i64::MIN })),
        Kind::Date => Some(Item::Date(if number > 0.0 { LAST_DAY } else { -LAST_DAY })),
        _ => None,
    }
}

/// Later than any date, and still a point in time.
const LAST_DAY: i64 = i64::MAX / DAY;

/// `{a,"b c"}`; quotes inside of quotes are more than constants of conditions have.
fn list(text: &str, kind: &Kind) -> Result<Item, Unknown> {
    let inner = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).ok_or(Unknown)?;
    if inner.contains(['\\', '{']) {
        return Err(Unknown);
    }
    if inner.is_empty() {
        return Ok(Item::List(Vec::new()));
    }
    let (mut items, mut quoted) = (vec![String::new()], false);
    for letter in inner.chars() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => items.push(String::new()),
            _ => items.iter_mut().last().into_iter().for_each(|item| item.push(letter)),
        }
    }
    Ok(Item::List(items.iter().map(|item| read(item, kind)).collect::<Result<_, _>>()?))
}
