//! Columns and what they hold.

use std::sync::Arc;

/// One column.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name, unquoted.
    pub name: String,
    /// What values it takes.
    pub ty: Type,
    /// The backend's own type.
    pub native: NativeType,
    /// Whether NULL is allowed.
    pub nullable: bool,
    /// Who fills the column when a statement leaves it out.
    pub fill: Fill,
}

/// A type as the backend names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NativeType {
    /// The name that goes into SQL, quoted and qualified where needed, without a length.
    pub name: String,
    /// The type as people write it, with its length, precision and the like; empty where that is the name.
    pub words: String,
    /// The backend's number for it; 0 where it has none.
    pub id: u32,
    /// The backend's number for an array of it; 0 where it has none.
    pub array_id: u32,
    /// The operator that finds a row by a value of it, qualified; where there is none, the usual one does.
    pub equals: Option<String>,
    /// Whether texts of it have no letters beyond ASCII, or none that always come back.
    pub ascii: bool,
}

impl NativeType {
    /// The type as people write it.
    pub fn words(&self) -> &str {
        if self.words.is_empty() { &self.name } else { &self.words }
    }
}

/// Who fills a column that a statement leaves out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fill {
    /// Nobody: NULL or an error.
    None,
    /// A constant or a deterministic default.
    Constant(String),
    /// A sequence: identity or serial. `always` refuses a value from the client.
    Sequence {
        /// Whether the database refuses a value from the client.
        always: bool,
    },
    /// An expression that differs from call to call, such as the current time.
    Volatile(String),
    /// Computed from other columns; never written.
    Generated,
}

/// What values a column takes.
#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    /// True or false.
    Bool,
    /// A signed integer of this many bits; one of 8 has no sign and goes from 0 to 255.
    Int(u8),
    /// Exact decimals.
    Decimal {
        /// Digits in all; [`Type::UNBOUNDED`] where the database keeps as many as it gets.
        precision: u16,
        /// Digits after the point; those that are usual where there is no bound.
        scale: u8,
    },
    /// 32-bit float.
    Real,
    /// 64-bit float.
    Double,
    /// Text of at most `max` characters; `fixed` pads with blanks.
    Text {
        /// The most characters, if there is a bound.
        max: Option<u32>,
        /// Whether the database pads with blanks to `max`.
        fixed: bool,
    },
    /// Binary data of at most `max` bytes; `fixed` fills up to them with zeros.
    Bytes {
        /// The most bytes, if there is a bound.
        max: Option<u32>,
        /// Whether the database fills up to `max`.
        fixed: bool,
    },
    /// UUID.
    Uuid,
    /// A day.
    Date,
    /// A time of day with this many fractional digits.
    Time(u8),
    /// A date and a time with this many fractional digits, with or without a zone.
    Timestamp {
        /// Fractional digits of a second, 0 to 6.
        precision: u8,
        /// Whether it names an instant (with time zone).
        zoned: bool,
    },
    /// A span of time with this many fractional digits.
    Interval(u8),
    /// A JSON document.
    Json,
    /// One of the labels, in their order.
    Enum(Arc<[String]>),
    /// A one-dimensional array, with the backend's name of the element.
    Array(Box<Type>),
    /// Texts that the database makes values of, and gives back letter by letter: addresses, shapes, ranges, rows.
    ///
    /// Each entry is a template for some of them, the usual ones first, the odd ones and the ends of the type after them.
    /// What stands in braces is drawn: `{1-99}` a number, `{01-12}` one with zeros in front, `{#4}` digits, `{@2}`
    /// capitals, `{%8}` hexadecimal digits, `{first lower}` a word, `{=a|b}` one of some texts; `{open}` is a brace,
    /// `{nothing}` an empty text.
    Spelt(Arc<[String]>),
    /// None of these.
    Unsupported,
}

impl Type {
    /// The precision of decimals of any length.
    pub const UNBOUNDED: u16 = u16::MAX;
    /// The least and the greatest whole number of so many bits.
    pub(crate) fn whole_numbers(bits: u8) -> (i128, i128) {
        match bits {
            8 => (0, 255),
            bits => (-(1 << (bits.clamp(1, 64) - 1)), (1 << (bits.clamp(1, 64) - 1)) - 1),
        }
    }

    /// Binary data of any length.
    pub const BYTES: Type = Type::Bytes { max: None, fixed: false };
}
