//! What a database has found out about the values of a column.

/// How often the values of a column come, as far as the database keeps count. Values are written as the database
/// does.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Statistics {
    /// The share of NULLs, from 0.0 to 1.0.
    pub null_ratio: f64,
    /// The most common values, each with its share of all rows.
    pub common: Vec<(String, f64)>,
    /// Values that part all others into slices of as many rows each, in order.
    pub bounds: Vec<String>,
}
