//! A database schema as loadgen sees it, the same for every backend.

use std::{collections::BTreeSet, fmt, sync::Arc};

use crate::{
    pattern::{is_called, is_pattern},
    special::{Other, Special, Storage},
};

/// The tables of one or more schemas, and which schemas there are.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    /// The names of all schemas that could be asked for, in order, whether or not they were.
    pub schemas: Vec<String>,
    /// In order of their names.
    pub tables: Vec<Arc<Table>>,
    /// What else there is in the schemas that were asked for, in order of their names.
    pub others: Vec<Other>,
    /// Where there is no table in the schemas that were asked for: the others that have some, and how many.
    pub elsewhere: Vec<(String, u64)>,
}

/// The name of a table with its schema.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableName {
    /// The schema that holds it.
    pub schema: String,
    /// Its own name.
    pub table: String,
}

impl TableName {
    /// `schema.table`.
    pub fn new(schema: impl Into<String>, table: impl Into<String>) -> Self {
        TableName { schema: schema.into(), table: table.into() }
    }

    /// The name that is written like this: what [`Display`](fmt::Display) makes of it, read back.
    pub fn read(written: &str) -> Option<Self> {
        let (schema, rest) = read_part(written)?;
        let (table, rest) = read_part(rest.strip_prefix('.')?)?;
        // One table, one spelling: quotes that need not be would make it another text wherever names are compared.
        Some(TableName { schema, table }).filter(|name| rest.is_empty() && name.to_string() == written)
    }

    /// Whether a name, with or without its schema, is this one. What reads as a schema and a table is never a table alone.
    pub fn is_called(&self, name: &str) -> bool {
        if self.table == name { TableName::read(name).is_none() } else { self.is_written(name) }
    }

    /// Whether this is how it is written with its schema. Nothing is put on the heap where nothing needs quotes.
    fn is_written(&self, name: &str) -> bool {
        if needs_quotes(&self.schema) || needs_quotes(&self.table) {
            return self.to_string() == name;
        }
        let table = name.strip_prefix(&self.schema).and_then(|rest| rest.strip_prefix('.'));
        table == Some(self.table.as_str())
    }

    /// Whether a pattern, with or without a schema, is about this one. A name without wildcards is no pattern.
    pub fn fits(&self, pattern: &str) -> bool {
        is_pattern(pattern) && (is_called(&self.table, pattern) || is_called(&self.to_string(), pattern))
    }
}

/// `schema.table`; a part with a dot in it, or a quote in front, stands in quotes, so that no two tables are written alike.
impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", Part(&self.schema), Part(&self.table))
    }
}

/// One part of a name, as it stands beside the other.
struct Part<'a>(&'a str);

impl fmt::Display for Part<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if needs_quotes(self.0) {
            write!(f, "\"{}\"", self.0.replace('"', "\"\""))
        } else {
            f.write_str(self.0)
        }
    }
}

fn needs_quotes(part: &str) -> bool {
    part.contains('.') || part.starts_with('"')
}

/// The part that stands in front, and what is behind it.
fn read_part(written: &str) -> Option<(String, &str)> {
    let Some(quoted) = written.strip_prefix('"') else {
        let (part, rest) = written.split_at(written.find('.').unwrap_or(written.len()));
        return Some((part.to_owned(), rest));
    };
    let mut part = String::new();
    let mut rest = quoted;
    loop {
        let end = rest.find('"')?;
        part.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('"') {
            Some(after) => (part.push('"'), rest = after),
            None => return Some((part, rest)),
        };
    }
}

/// One base table.
#[derive(Clone, Debug)]
pub struct Table {
    /// Schema and name.
    pub name: TableName,
    /// In the order of the table.
    pub columns: Vec<Column>,
    /// Indexes into `columns`, in the order of the key; empty without a primary key.
    pub primary_key: Vec<usize>,
    /// Unique constraints and indexes other than the primary key, each as indexes into `columns`.
    pub uniques: Vec<Vec<usize>>,
    /// What the table refers to.
    pub foreign_keys: Vec<ForeignKey>,
    /// Conditions that every row has to meet.
    pub checks: Vec<Check>,
    /// What the backend saw and cannot honour yet (an exclusion, a partition); each with the columns that
    /// would have to be overridden to make the table writable, none if nothing helps.
    pub obstacles: Vec<Obstacle>,
    /// What is out of the ordinary.
    pub special: Special,
}

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

/// A foreign key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignKey {
    /// The constraint's name.
    pub name: String,
    /// Indexes into the columns of the table that refers.
    pub columns: Vec<usize>,
    /// The table referred to.
    pub parent: TableName,
    /// The names of the columns referred to, in the order of `columns`.
    pub parent_columns: Vec<String>,
    /// Whether it may be checked as late as at the end of a transaction, where that is asked for.
    pub deferrable: bool,
    /// Whether, deferred, it lets a parent be deleted before the rows that refer to it: not if it does something then.
    pub delete_waits: bool,
}

/// A condition that every row of a table has to meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// The constraint's name.
    pub name: String,
    /// The condition in SQL that is understood, if any is: `((price > 0) AND (price < max_price))`.
    pub condition: String,
    /// The same in the database's own SQL, where that is another.
    pub original: Option<String>,
    /// Indexes of the columns that it reads.
    pub columns: Vec<usize>,
}

impl Check {
    /// One whose condition is in the database's own SQL.
    pub fn new(name: impl Into<String>, condition: impl Into<String>, columns: Vec<usize>) -> Self {
        Check { name: name.into(), condition: condition.into(), original: None, columns }
    }

    /// The condition in the database's own SQL.
    pub fn words(&self) -> &str {
        self.original.as_deref().unwrap_or(&self.condition)
    }
}

/// Something in a table that loadgen cannot honour by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// What it is, for people: "CHECK (price > 0)".
    pub what: String,
    /// Indexes of the columns which have to be overridden to take responsibility; empty when nothing helps.
    pub columns: Vec<usize>,
}

impl Schema {
    /// These tables, in the schemas that they name.
    pub fn of(tables: impl IntoIterator<Item = impl Into<Arc<Table>>>) -> Self {
        let mut tables: Vec<Arc<Table>> = tables.into_iter().map(Into::into).collect();
        tables.sort_by(|a, b| a.name.cmp(&b.name));
        let schemas: BTreeSet<&String> = tables.iter().map(|table| &table.name.schema).collect();
        Schema { schemas: schemas.into_iter().cloned().collect(), tables, ..Schema::default() }
    }

    /// The table of that name.
    pub fn table(&self, name: &TableName) -> Option<&Arc<Table>> {
        self.tables.iter().find(|table| table.name == *name)
    }
}

impl Table {
    /// A table without columns.
    pub fn new(name: TableName) -> Self {
        Table {
            name,
            columns: Vec::new(),
            primary_key: Vec::new(),
            uniques: Vec::new(),
            foreign_keys: Vec::new(),
            checks: Vec::new(),
            obstacles: Vec::new(),
            special: Special::default(),
        }
    }

    /// What stands for a row's address among the indexes of columns, in a [`Shape`](crate::Shape)'s key and in what it
    /// returns: a text that the database gives, and another one after each update.
    pub fn address(&self) -> usize {
        self.columns.len()
    }

    /// The index of the column of that name.
    pub fn column_index(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// The indexes of columns by their names; none when one is not there.
    pub(crate) fn indexes_of(&self, names: &[String]) -> Option<Vec<usize>> {
        names.iter().map(|name| self.column_index(name)).collect()
    }

    /// The columns that tell rows apart: the primary key, else the first unique key without nullable columns.
    pub fn key(&self) -> Option<&[usize]> {
        self.key_of(|column| !self.columns[column].nullable)
    }

    /// The first key that can be read and of whose columns none is ever NULL.
    pub(crate) fn key_of(&self, never_null: impl Fn(usize) -> bool) -> Option<&[usize]> {
        let finds = |key: &&Vec<usize>| {
            let usable = |column: &usize| never_null(*column) && !self.special.denied.select.contains(column);
            !key.is_empty() && key.iter().all(usable)
        };
        std::iter::once(&self.primary_key).chain(&self.uniques).find(finds).map(Vec::as_slice)
    }

    /// Every set of columns of which one has to differ from row to row: the primary key first, and the unique keys.
    pub fn unique_rules(&self) -> impl Iterator<Item = &Vec<usize>> + Clone {
        let primary = Some(&self.primary_key).filter(|key| !key.is_empty());
        primary.into_iter().chain(&self.uniques).chain(&self.special.loose_keys)
    }

    /// Columns that decide in which partition a row is; none where there are no partitions.
    pub fn partitioned_by(&self) -> &[usize] {
        match &self.special.storage {
            Storage::Partitioned { by } => by,
            Storage::Plain | Storage::Inherited => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_names_are_written_alike_and_each_is_read_back() {
        let parts = ["a", "b c", "a.b", "\"", "\".\"", "a\".", ".", "%s 🐘"];
        let mut written = BTreeSet::new();
        for name in parts.iter().flat_map(|schema| parts.map(|table| TableName::new(*schema, table))) {
            assert_eq!(TableName::read(&name.to_string()), Some(name.clone()));
            assert!(written.insert(name.to_string()), "{name}");
        }
        assert_eq!(TableName::new("public", "orders").to_string(), "public.orders");
        assert_eq!(TableName::new("public", "a.t").to_string(), "public.\"a.t\"");
        for other in ["orders", "a.b.c", "\"a.b", "\"a\"b.c", "a.\"b\"c", "\"a\".b", "a.\"b\""] {
            assert_eq!(TableName::read(other), None, "{other}");
        }
    }
}
