//! Values that never repeat.

use serde_json::json;

use super::{
    ColumnConfig,
    apart::Blocks,
    asked,
    binary::uuid_of,
    by_meaning::{self, Either},
    by_type::{self, Lengths},
    choice::Choice,
    chosen,
    days::Days,
    digit::Digit,
    form::Form,
    ladder::Ladder,
    meaning::find,
    permutation::Permutation,
    plain,
    sequence::Steps,
    spelling::{self, Spelling},
    spelt,
    template::Template,
    unfillable::{Refusal, Unfillable},
};
use crate::{Column, Rng, Seed, TableName, Type, Value, column_salt, turn::turn};

/// The values of a unique column, constructed to be unique: an injective function of an index into the column's domain.
///
/// Integers come in order, as keys do. Everything else that counts (floats, decimals, times, codes, UUIDs) comes scrambled by
/// a permutation of the whole domain, a different one for each seed and column name; days those of some decades first. Texts whose names mean something
/// look like it and contain a code that differs. No value is NULL.
#[derive(Clone, Debug)]
pub struct Distinct {
    pub(super) domain: Domain,
    /// How many values the domain has.
    pub(super) values: u128,
    pub(super) scramble: Permutation,
    pub(super) seed: Seed,
    pub(super) salt: u64,
    /// Where several columns are distinct together.
    pub(super) digit: Option<Digit>,
    /// What comes after the last value.
    pub(super) after: After,
    /// Where nothing but the name says what a text is: whether it is padded, and its lengths.
    pub(super) by_name: Option<(bool, Lengths)>,
    /// The type that the values are turned into.
    pub(super) turned: Option<Type>,
    /// Whether texts are in the letters of ASCII.
    pub(super) is_plain: bool,
}

/// What comes after the last of the distinct values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum After {
    /// Nothing.
    #[default]
    Nothing,
    /// NULL, which collides with nothing.
    Null,
    /// The same again: another column of the key is NULL.
    Again,
}

#[derive(Clone, Debug)]
pub(super) enum Domain {
    Listed(Vec<Value>),
    /// As a plan file says.
    Steps(Steps),
    /// In order.
    Rising(Ladder),
    /// Scrambled.
    Scattered(Ladder),
    Days(Days),
    Uuid,
    /// Texts with a code in them.
    Text(Template),
    /// Texts that differ wherever the template draws.
    Spelt(Template),
    /// Texts of a pattern: the characters to choose from at each place.
    Pattern(Vec<Box<[char]>>),
    /// The same where blanks at the end do not count.
    Padded(Vec<Box<[char]>>),
    /// So many bytes.
    Bytes(u32),
    /// Objects with an `id` from this one on.
    Json(i64),
    /// Arrays of one element.
    Array(Box<Distinct>),
    /// Spans, none of which reaches into another.
    Apart(Blocks),
}

impl Distinct {
    /// The distinct values of a column. Integers start at `start`, or at `min` where the plan file has a greater one.
    ///
    /// # Errors
    /// As for [`for_column`](super::for_column).
    pub fn new(
        column: &Column,
        config: Option<&ColumnConfig>,
        seed: Seed,
        start: i64,
    ) -> Result<Self, Unfillable> {
        let default = ColumnConfig::default();
        let config = config.unwrap_or(&default);
        let chosen = Self::choose(&column.name, &column.ty, config, seed, start);
        let is_plain = plain::is_plain(column, config);
        chosen.map(|own| Distinct { is_plain, ..own }).map_err(|refusal| refusal.of(&column.name))
    }

    /// The values of a table's column, others than those of columns that are called the same in other tables. Numbers
    /// that come in order do so in each.
    #[must_use]
    pub fn in_table(mut self, table: &TableName, column: &str) -> Self {
        self.salt = column_salt(&format!("{table}.{column}"));
        if let Some((fixed, lengths)) = self.by_name.filter(|(_, lengths)| lengths.min.is_none()) {
            self.domain = match by_meaning::unique_in(&table.table, column, fixed, lengths.max) {
                Some(Either::Codes(template)) => Domain::Text(template),
                Some(Either::Items(items)) => Domain::Listed(items.into_iter().map(Value::Text).collect()),
                None => self.domain,
            };
            self.values = self.domain.capacity();
        }
        self.scramble = Permutation::new(self.values, self.seed, self.salt);
        if let Domain::Array(element) = self.domain {
            self.domain = Domain::Array(Box::new(element.in_table(table, column)));
        }
        self
    }

    fn choose(name: &str, ty: &Type, config: &ColumnConfig, seed: Seed, start: i64) -> Result<Self, Refusal> {
        config.check()?;
        let domain = match ty {
            Type::Array(element) if !matches!(**element, Type::Array(_)) => {
                Domain::Array(Box::new(Self::choose(name, element, config, seed, start)?))
            }
            _ => Domain::choose(name, ty, config, start)?,
        };
        let (values, salt) = (domain.capacity(), column_salt(name));
        let scramble = Permutation::new(values, seed, salt);
        let is_named = matches!((&domain, &config.meaning), (Domain::Text(_), None));
        let fixed = matches!(ty, Type::Text { fixed: true, .. });
        let by_name =
            is_named.then(|| by_type::lengths(ty, config)).transpose()?.map(|lengths| (fixed, lengths));
        Ok(Distinct {
            scramble,
            domain,
            values,
            seed,
            salt,
            digit: None,
            after: After::Nothing,
            by_name,
            turned: None,
            is_plain: false,
        })
    }

    /// How many values there are, or of several columns that are distinct together how many combinations; indexes reach at most 2^64 of them.
    pub fn capacity(&self) -> u128 {
        self.digit.as_ref().map_or(self.values, |digit| digit.total)
    }

    /// Whether the values are those of a plan file's sequence.
    pub fn is_sequence(&self) -> bool {
        matches!(self.domain, Domain::Steps(_))
    }

    /// The values in words.
    pub fn describe(&self) -> String {
        match &self.domain {
            Domain::Steps(steps) => steps.describe(),
            _ => "distinct values".to_owned(),
        }
    }

    /// The same values, and after the last of them these.
    pub(crate) fn then(self, after: After) -> Self {
        Distinct { after, ..self }
    }

    /// Has nothing come after the last value.
    pub(crate) fn end(&mut self) {
        self.after = After::Nothing;
    }

    /// The first index from which on no value is this one; `None` where that would take long to find out.
    pub(crate) fn index_after(&self, value: &Value) -> Option<u64> {
        let is_it = |index: &u64| self.value(*index).as_ref() == Some(value);
        if let (Domain::Rising(_), None, Value::Int(number), Some(Value::Int(first))) =
            (&self.domain, &self.digit, value, self.value(0))
        {
            let index = u64::try_from(number.checked_sub(first)?).ok().filter(is_it);
            return Some(index.map_or(0, |index| index + 1));
        }
        if self.capacity() > FEW {
            return None;
        }
        Some((0..self.capacity() as u64).find(is_it).map_or(0, |index| index + 1))
    }

    /// What comes after the last value.
    pub(crate) fn after(&self) -> After {
        self.after
    }

    /// The value of an index, another one for each; `None` when the domain has no more.
    pub fn value(&self, index: u64) -> Option<Value> {
        if u128::from(index) >= self.capacity() {
            return match self.after {
                After::Nothing => None,
                After::Null => Some(Value::Null),
                After::Again if self.capacity() == 0 => None,
                After::Again => self.value((u128::from(index) % self.capacity()) as u64),
            };
        }
        let index = match &self.digit {
            Some(digit) => (u128::from(index) / digit.weight % self.values) as u64,
            None => index,
        };
        let made = self.made(index)?;
        let value = if self.is_plain { plain::plain(made) } else { made };
        match &self.turned {
            None => Some(value),
            Some(ty) => turn(&value, ty),
        }
    }

    /// The value of an index of its own domain.
    fn made(&self, index: u64) -> Option<Value> {
        let scattered = || self.scramble.apply(index);
        Some(match &self.domain {
            Domain::Listed(values) => values.get(index as usize)?.clone(),
            Domain::Steps(steps) => steps.value(index),
            Domain::Rising(ladder) => ladder.value(index.into()),
            Domain::Scattered(ladder) => ladder.value(scattered()),
            Domain::Days(days) => days.value(index, self.seed.0 ^ self.salt),
            Domain::Uuid => Value::Uuid(uuid_of(scattered())),
            Domain::Text(template) => {
                let mut rng = Rng::keyed(self.seed, [self.salt, 1, index]);
                Value::Text(template.write(&mut rng, scattered() as u64))
            }
            Domain::Spelt(template) => Value::Text(template.write_nth(scattered())),
            Domain::Pattern(places) => Value::Text(spelling::spelt(places, scattered())),
            Domain::Padded(places) => {
                let text = spelling::spelt(places, scattered());
                Value::Text(text.trim_end_matches(' ').to_owned())
            }
            Domain::Bytes(width) => {
                let (width, code) = (*width as usize, scattered().to_be_bytes());
                let mut bytes = vec![0; width.saturating_sub(code.len())];
                bytes.extend_from_slice(&code[code.len().saturating_sub(width)..]);
                Value::Bytes(bytes)
            }
            Domain::Json(start) => Value::Json(json!({ "id": start.wrapping_add_unsigned(index) })),
            Domain::Array(element) => Value::Array(vec![element.value(index)?]),
            Domain::Apart(blocks) => blocks.value(scattered()),
        })
    }
}

/// Among so many values one is looked for.
const FEW: u128 = 64;
/// Codes are this long where the column allows: 36^8 of them last for any run.
const CODE: u32 = 8;
/// Unique binary data is this long where the column allows.
const BYTES: u32 = 8;

impl Domain {
    fn choose(name: &str, ty: &Type, config: &ColumnConfig, start: i64) -> Result<Self, Refusal> {
        if config.distribution.is_some() {
            return Err(Refusal::new("it is unique: each value comes once", "no distribution"));
        }
        if let Some(sequence) = &config.sequence {
            return Steps::new(ty, sequence, Some(start).filter(|start| *start > 1)).map(Domain::Steps);
        }
        let lengths = by_type::lengths(ty, config)?;
        if let Some(meaning) = &config.meaning {
            let template = matches!(ty, Type::Text { .. })
                .then(|| find(None, meaning, |rule| by_meaning::unique(rule, lengths.max)))
                .flatten();
            return template.map(Domain::Text).ok_or_else(|| {
                let why =
                    format!("it is unique, and no values that differ are known for the meaning {meaning:?}");
                Refusal::new(why, "no meaning, or one like email, user name or phone")
            });
        }
        if let Some(choice) = chosen(ty, config)? {
            return Ok(Domain::Listed(choice.distinct()));
        }
        Ok(match ty {
            _ if config.bounded() => Self::ordered(ty, config, start)?,
            Type::Bool => Domain::Listed(vec![Value::Bool(false), Value::Bool(true)]),
            Type::Enum(labels) => Domain::Listed(Choice::labels(labels)?.distinct()),
            Type::Text { fixed, .. } => match &config.pattern {
                Some(pattern) => {
                    let length = (lengths.min.unwrap_or(0), lengths.max);
                    let places = Spelling::new(pattern, length)?.places()?;
                    if *fixed { Domain::Padded(places) } else { Domain::Pattern(places) }
                }
                None => Domain::Text(text(name, *fixed, lengths)),
            },
            Type::Bytes { fixed: true, .. } => Domain::Bytes(lengths.max),
            Type::Bytes { .. } => Domain::Bytes(lengths.min.unwrap_or(BYTES.min(lengths.max))),
            Type::Uuid => Domain::Uuid,
            Type::Json => Domain::Json(start),
            Type::Spelt(templates) => Domain::Spelt(spelt::roomiest(templates)?),
            Type::Array(_) => return Err(by_type::refuse("arrays of arrays are not known to loadgen")),
            Type::Date => Days::new().map_or(Domain::Listed(Vec::new()), Domain::Days),
            _ => Self::ordered(ty, config, start)?,
        })
    }

    /// The whole numbers of a type, or those between the bounds of the plan file. Floats stay within the digits that
    /// they keep apart.
    fn ordered(ty: &Type, config: &ColumnConfig, start: i64) -> Result<Self, Refusal> {
        let (form, ladder) = match asked(ty, config)? {
            Some(ladder) => (ladder.form(), Some(ladder)),
            None => {
                let form =
                    Form::of(ty, 0).ok_or_else(|| by_type::refuse("its type is not known to loadgen"))?;
                let (low, high) = whole(form);
                (form, Ladder::between(form, low, high))
            }
        };
        let cut = |low: i128, high: i128| ladder.and_then(|ladder| ladder.cut(low, high));
        let start = i128::from(start);
        let domain = match form {
            Form::Int { .. } | Form::Decimal { scale: 0, .. } => cut(start, i128::MAX).map(Domain::Rising),
            Form::Real { scale: 0 } => cut(-1 << 24, 1 << 24).map(Domain::Scattered),
            Form::Double { scale: 0 } => cut(-1 << 53, 1 << 53).map(Domain::Scattered),
            Form::Real { .. } => cut(-999_999, 999_999).map(Domain::Scattered),
            Form::Double { .. } => cut(-999_999_999_999_999, 999_999_999_999_999).map(Domain::Scattered),
            _ => ladder.map(Domain::Scattered),
        };
        Ok(domain.unwrap_or(Domain::Listed(Vec::new())))
    }

    pub(super) fn capacity(&self) -> u128 {
        match self {
            Domain::Listed(values) => values.len() as u128,
            Domain::Steps(steps) => steps.capacity(),
            Domain::Rising(ladder) | Domain::Scattered(ladder) => ladder.last() + 1,
            Domain::Days(days) => days.count(),
            Domain::Uuid => 1 << 122,
            Domain::Text(template) => template.capacity(),
            // More than any run needs, and within what can be scrambled.
            Domain::Spelt(template) => template.variety().min(1 << 120),
            Domain::Pattern(places) | Domain::Padded(places) => spelling::capacity(places),
            Domain::Bytes(width) => 1 << (8 * width.min(&BYTES)),
            Domain::Json(start) => i64::MAX.abs_diff(*start).into(),
            Domain::Array(element) => element.capacity(),
            Domain::Apart(blocks) => blocks.count(),
        }
    }
}

/// What unique numbers are taken from where the plan file gives no bounds.
fn whole(form: Form) -> (i128, i128) {
    /// Enough decimals for any run, and still short.
    const PLENTY: i128 = 999_999_999_999;
    match form {
        Form::Decimal { scale, .. } if scale > 0 => (0, form.usual().1.max(PLENTY).min(form.limits().1)),
        Form::Time { .. } | Form::Timestamp { .. } | Form::Interval { .. } => form.usual(),
        _ => form.limits(),
    }
}

/// A text that means something with a code in it, else nothing but a code.
fn text(name: &str, fixed: bool, lengths: Lengths) -> Template {
    let usual = if fixed { by_type::USUAL } else { CODE };
    let plain = || Template::code(lengths.min.unwrap_or(usual.min(lengths.max)));
    if lengths.min.is_some() {
        return plain();
    }
    find(None, name, |rule| by_meaning::unique(rule, lengths.max)).unwrap_or_else(plain)
}
