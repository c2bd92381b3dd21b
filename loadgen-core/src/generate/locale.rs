//! Where people and places are from.

use std::{borrow::Cow, fmt};

use fake::locales::{
    AR_SA, CY_GB, DE_DE, Data, EN, FA_IR, FR_FR, IT_IT, JA_JP, NL_NL, PT_BR, PT_PT, TR_TR, ZH_CN, ZH_TW,
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{list::List, relate::places};

/// The names that people have, and the country that places are in: `de_DE`.
#[derive(Clone, Copy)]
pub struct Locale {
    name: &'static str,
    firsts: &'static [&'static str],
    lasts: &'static [&'static str],
    country: Option<&'static str>,
    /// Whether the last name comes first, and nothing between them.
    last_first: bool,
}

/// All that a plan file may ask for.
const ALL: [Locale; 15] = [
    Locale::of::<AR_SA>("ar_SA", "SA"),
    Locale::of::<CY_GB>("cy_GB", "GB"),
    Locale::of::<DE_DE>("de_DE", "DE"),
    Locale::of::<EN>("en_GB", "GB"),
    Locale::of::<EN>("en_US", "US"),
    Locale::of::<FA_IR>("fa_IR", "IR"),
    Locale::of::<FR_FR>("fr_FR", "FR"),
    Locale::of::<IT_IT>("it_IT", "IT"),
    Locale::of::<JA_JP>("ja_JP", "JP").last_first(),
    Locale::of::<NL_NL>("nl_NL", "NL"),
    Locale::of::<PT_BR>("pt_BR", "BR"),
    Locale::of::<PT_PT>("pt_PT", "PT"),
    Locale::of::<TR_TR>("tr_TR", "TR"),
    Locale::of::<ZH_CN>("zh_CN", "CN").last_first(),
    Locale::of::<ZH_TW>("zh_TW", "TW").last_first(),
];

impl Locale {
    /// English names, and places anywhere: what is written where nothing is asked for.
    pub const ANYWHERE: Locale = Locale { country: None, ..Locale::of::<EN>("en", "") };

    const fn of<D: Data>(name: &'static str, country: &'static str) -> Self {
        let (firsts, lasts) = (D::NAME_FIRST_NAME, D::NAME_LAST_NAME);
        Locale { name, firsts, lasts, country: Some(country), last_first: false }
    }

    const fn last_first(self) -> Self {
        Locale { last_first: true, ..self }
    }

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

    /// A template with the names in their order.
    pub(super) fn ordered(self, template: &str) -> Cow<'_, str> {
        match self.last_first {
            true => Cow::Owned(template.replace("{first} {last}", "{last}{first}")),
            false => Cow::Owned(template.to_owned()),
        }
    }

    /// The list of that name, where it is another one than anywhere.
    pub(super) fn list(self, name: &str) -> Option<List> {
        match name {
            "first" => Some(self.firsts()),
            "last" => Some(self.lasts()),
            _ => places(self.country?, name).map(Cow::Owned),
        }
    }
}

impl PartialEq for Locale {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl fmt::Debug for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl Serialize for Locale {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name)
    }
}

impl<'de> Deserialize<'de> for Locale {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Named)
    }
}

struct Named;

impl de::Visitor<'_> for Named {
    type Value = Locale;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "one of {}", ALL.map(|locale| locale.name).join(", "))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Locale, E> {
        let name = text.replace('-', "_");
        let found = ALL.into_iter().find(|locale| locale.name == name);
        found.ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
    }
}

impl JsonSchema for Locale {
    fn schema_name() -> Cow<'static, str> {
        "Locale".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "enum": ALL.map(|locale| locale.name)})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_locale_has_names_and_places() {
        for locale in ALL {
            assert!(locale.firsts().len() >= 8 && locale.lasts().len() >= 8, "{locale:?}");
            assert!(locale.list("city").is_some_and(|cities| !cities.is_empty()), "{locale:?}");
        }
        assert_eq!(Locale::ANYWHERE.list("city"), None);
    }

    #[test]
    fn one_that_is_not_known_is_refused_with_those_that_are() {
        let read = |text: &str| serde_json::from_str::<Locale>(text);
        assert_eq!(read("\"de-DE\"").unwrap(), read("\"de_DE\"").unwrap());
        let error = read("\"de_AT\"").unwrap_err().to_string();
        assert!(error.contains("expected one of ar_SA, cy_GB, de_DE"), "{error}");
    }
}
