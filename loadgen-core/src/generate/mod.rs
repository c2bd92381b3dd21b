//! Values for columns: realistic where a name says what a column means, valid for its type everywhere.
//!
//! A generator is chosen for each column once, by [`for_column`], in this order: what the plan file says, the labels of
//! an enum, the meaning of the column's name, its type. Columns whose values must not repeat get a [`Distinct`] instead.
//!
//! ```
//! use loadgen_core::{Column, Fill, NativeType, Rng, Seed, TableName, Type, Value, generate};
//!
//! let column = Column {
//!     name: "first_name".into(),
//!     ty: Type::Text { max: Some(20), fixed: false },
//!     native: NativeType::default(),
//!     nullable: false,
//!     fill: Fill::None,
//! };
//! let names = generate::for_column(&TableName::new("public", "customers"), &column, None)?;
//! assert_eq!(names.describe(), "first name");
//! let value = names.generate(&mut Rng::keyed(Seed(42), [0, 0, 0]));
//! assert!(matches!(value, Value::Text(name) if name.len() > 1));
//! # Ok::<(), generate::Unfillable>(())
//! ```

mod alphabet;
mod apart;
mod array;
mod binary;
mod by_meaning;
mod by_type;
pub(crate) mod calendar;
mod choice;
mod config;
pub(crate) mod constant;
mod days;
mod digit;
mod distinct;
mod distribution;
mod document;
mod exact;
mod flag;
mod fold;
mod form;
mod ladder;
mod list;
mod literal;
mod locale;
mod meaning;
mod nullable;
mod observed;
mod permutation;
mod piece;
mod plain;
mod prose;
mod range;
pub(crate) mod relate;
mod remedy;
mod scalar;
mod seldom;
mod sequence;
mod spelling;
mod spelt;
mod template;
#[cfg(test)]
mod tests;
mod text;
mod turned;
mod unfillable;
mod words;

use std::fmt::Debug;

pub use config::ColumnConfig;
pub(crate) use config::NULL_RATIO;
pub(crate) use distinct::After;
pub use distinct::Distinct;
pub use distribution::Distribution;
pub(crate) use form::{FLOAT_SCALE, Form};
pub(crate) use ladder::Ladder;
pub use locale::Locale;
pub use observed::Basis;
pub(crate) use observed::observed;
pub use scalar::Scalar;
pub use sequence::Sequence;
pub(crate) use turned::Turned;
pub use unfillable::Unfillable;

pub(crate) use permutation::Permutation;
pub(crate) use remedy::{remedies, remedy_for_check};

use array::Array;
use choice::Choice;
use ladder::Bounds;
use nullable::Nullable;
pub(crate) use range::Range;
use spelling::Spelling;
use spelt::Spelt;
use unfillable::Refusal;

use crate::{Column, Fill, Rng, TableName, Type, Value};

/// Makes the values of one column.
///
/// For workloads. `generate` is pure: what it draws comes from `rng` alone, and how much it draws may depend on what
/// was drawn. The values of one stream are the same on every machine.
pub trait Generator: Debug + Send + Sync {
    /// A value that fits the column.
    fn generate(&self, rng: &mut Rng) -> Value;

    /// What the values are, for people: "first name", "decimal 0.00 to 99999.99", "one of new, paid, shipped".
    fn describe(&self) -> String;

    /// Draws whether the next value is NULL, for whoever has a value of his own otherwise.
    fn draws_null(&self, _: &mut Rng) -> bool {
        false
    }

    /// The meaning that all values have, and the template that they are written by, where there are such.
    fn meaning(&self) -> Option<(&'static str, &'static str)> {
        None
    }
}

/// The generator of a column. It does not look at `leave_out`, [`Column::fill`], keys and constraints: whether a column
/// is written at all is for the caller to say.
///
/// # Errors
/// When nothing is known that fits the column, or when `config` contradicts the column or itself.
pub fn for_column(
    table: &TableName,
    column: &Column,
    config: Option<&ColumnConfig>,
) -> Result<Box<dyn Generator>, Unfillable> {
    for_column_in(Locale::ANYWHERE, table, column, config)
}

/// Like [`for_column`], with people and places of a locale where the plan file asks for no other.
///
/// # Errors
/// Those of [`for_column`].
pub fn for_column_in(
    locale: Locale,
    table: &TableName,
    column: &Column,
    config: Option<&ColumnConfig>,
) -> Result<Box<dyn Generator>, Unfillable> {
    choose(locale, table, column, config).map_err(|refusal| refusal.of(&column.name).in_table(table))
}

fn choose(
    locale: Locale,
    table: &TableName,
    column: &Column,
    config: Option<&ColumnConfig>,
) -> Result<Box<dyn Generator>, Refusal> {
    let default = ColumnConfig::default();
    let config = config.unwrap_or(&default);
    config.check()?;
    let ratio = config.nulls(column)?;
    let values = match &column.ty {
        Type::Array(element) => {
            let items = values(locale, table, (&column.name, None), element, config);
            Box::new(Array(items.map_err(|refusal| refusal.of_items(config.names_values()))?))
        }
        ty => values(locale, table, (&column.name, standing(column)), ty, config)?,
    };
    let values = if plain::is_plain(column, config) { Box::new(plain::Plain(values)) } else { values };
    Ok(if ratio > 0.0 { Box::new(Nullable { ratio, values }) } else { values })
}

fn values(
    locale: Locale,
    table: &TableName,
    (name, default): (&str, Option<f64>),
    ty: &Type,
    config: &ColumnConfig,
) -> Result<Box<dyn Generator>, Refusal> {
    let locale = config.locale.unwrap_or(locale);
    if config.locale.is_some() && !matches!(ty, Type::Text { .. }) {
        return Err(Refusal::new("it is no text that could have a locale", "no locale"));
    }
    let distribution = config.distribution.unwrap_or_default();
    if let Some(choice) = chosen(ty, config)? {
        return Ok(Box::new(choice.spread(distribution)));
    }
    if let (Type::Enum(labels), false) = (ty, config.bounded() || config.pattern.is_some()) {
        return Ok(Box::new(Choice::labels(labels)?.spread(distribution)));
    }
    if let Some(ladder) = asked(ty, config)? {
        return Ok(Box::new(Range::spread(ladder, distribution)));
    }
    let lengths = by_type::lengths(ty, config)?;
    if let Some(wanted) = &config.meaning {
        return by_meaning::named(wanted, ty, lengths, locale);
    }
    if let (Some(pattern), Type::Text { fixed, .. }) = (&config.pattern, ty) {
        let spelling = Spelling::new(pattern, (lengths.min.unwrap_or(0), lengths.max))?;
        return Ok(Box::new(spelling.padded(*fixed)));
    }
    if let Type::Spelt(templates) = ty {
        // No meaning of a name knows how such a type is spelt; but what means something holds nothing odd.
        let means = !meaning::ranked(Some(&table.table), name).is_empty();
        return Ok(Box::new(if means { Spelt::usual(templates)? } else { Spelt::new(templates)? }));
    }
    let meant = || {
        let make = |rule: &meaning::Meaning| by_meaning::generator(rule, ty, lengths, locale);
        let suiting = |rule: &meaning::Meaning| by_meaning::suits(rule, ty, default).then(|| make(rule))?;
        let ranked = meaning::ranked(Some(&table.table), name);
        let rules = || ranked.iter().map(|(_, rule)| rule);
        rules().find_map(suiting).or_else(|| rules().find_map(make))
    };
    match if config.min_length.is_none() { meant() } else { None } {
        Some(found) => Ok(found),
        None => by_type::generator(ty, lengths),
    }
}

/// The number that a column has by default.
fn standing(column: &Column) -> Option<f64> {
    let Fill::Constant(text) = &column.fill else { return None };
    let text = text.split("::").next()?;
    text.trim_matches(['(', ')', '\'', ' ']).parse().ok()
}

/// The values that the plan file lists.
fn chosen(ty: &Type, config: &ColumnConfig) -> Result<Option<Choice>, Refusal> {
    let constant = config.constant.as_ref().map(std::slice::from_ref);
    let Some(listed) = config.choice.as_deref().or(constant) else { return Ok(None) };
    Choice::listed(ty, listed, config.weights.as_deref()).map(Some)
}

/// The range that the plan file gives.
fn asked(ty: &Type, config: &ColumnConfig) -> Result<Option<Ladder>, Refusal> {
    if !config.bounded() && config.distribution.is_none() {
        return Ok(None);
    }
    let text = |bound: &'_ Option<Scalar>| bound.as_ref().map(|scalar| scalar.0.clone());
    let (min, max) = (text(&config.min), text(&config.max));
    match Ladder::asked(ty, Bounds { min: min.as_deref(), max: max.as_deref() }) {
        Some(ladder) => ladder.map(Some),
        None => {
            Err(Refusal::new("its type has no order for min, max and distribution", "choice: [..] instead"))
        }
    }
}
