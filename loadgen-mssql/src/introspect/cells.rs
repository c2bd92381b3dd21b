//! One row of an answer of the catalog.

use tiberius::{FromSql, Row};

use super::Result;

/// The cells of a row, by their places. What the questions ask for is cast there, so that only four types come.
pub(super) struct Cells<'a>(pub(super) &'a Row);

impl<'a> Cells<'a> {
    /// A number; 0 for NULL.
    pub(super) fn number(&self, place: usize) -> Result<i32> {
        Ok(self.get(place)?.unwrap_or_default())
    }

    /// True or false; NULL is false.
    pub(super) fn flag(&self, place: usize) -> Result<bool> {
        Ok(self.get(place)?.unwrap_or_default())
    }

    /// A text; an empty one for NULL.
    pub(super) fn text(&self, place: usize) -> Result<String> {
        Ok(self.maybe(place)?.unwrap_or_default().to_owned())
    }

    /// A text, unless it is NULL.
    pub(super) fn maybe(&self, place: usize) -> Result<Option<&'a str>> {
        self.get(place)
    }

    fn get<T: FromSql<'a>>(&self, place: usize) -> Result<Option<T>> {
        self.0.try_get(place)
    }
}
