//! Where people and places are from.

use std::borrow::Cow;

use fake::locales::{Data, EN};

use super::list::List;

/// The names that people have, and the country that places are in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Locale {
    firsts: &'static [&'static str],
    lasts: &'static [&'static str],
    country: Option<&'static str>,
}

impl Locale {
    /// English names, and places anywhere.
    pub(crate) const ANYWHERE: Locale =
        Locale { firsts: EN::NAME_FIRST_NAME, lasts: EN::NAME_LAST_NAME, country: None };

    /// First names.
    pub(super) fn firsts(self) -> List {
        Cow::Borrowed(self.firsts)
    }

    /// Last names.
    pub(super) fn lasts(self) -> List {
        Cow::Borrowed(self.lasts)
    }

    /// The code of the country, if there is one.
    pub(super) fn country(self) -> Option<&'static str> {
        self.country
    }
}
