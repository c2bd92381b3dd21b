//! Lists of words, by name.

use std::borrow::Cow;

use fake::locales::{Data, EN};

/// Items to pick from.
pub(super) type List = Cow<'static, [&'static str]>;

/// The lists of our own, one a line.
const OWN: &str = include_str!("data/lists.txt");

/// The list of that name: one of our own, or one of the lists (not the samplers) of the `fake` crate.
pub(super) fn list(name: &str) -> Option<List> {
    let shared = match name {
        "first" => EN::NAME_FIRST_NAME,
        "last" => EN::NAME_LAST_NAME,
        "country" => EN::ADDRESS_COUNTRY,
        "country code" => EN::ADDRESS_COUNTRY_CODE,
        "state" => EN::ADDRESS_STATE,
        "state code" => EN::ADDRESS_STATE_ABBR,
        "street suffix" => EN::ADDRESS_STREET_SUFFIX,
        "time zone" => EN::ADDRESS_TIME_ZONE,
        "company suffix" => EN::COMPANY_SUFFIX,
        "industry" => EN::COMPANY_INDUSTRY,
        "seniority" => EN::JOB_SENIORITY,
        "field" => EN::JOB_FIELD,
        "position" => EN::JOB_POSITION,
        "user agent" => EN::INTERNET_USER_AGENT,
        _ => return own(name).map(|items| Cow::Owned(items.split('|').collect())),
    };
    Some(Cow::Borrowed(shared))
}

fn own(name: &str) -> Option<&'static str> {
    OWN.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_not_listed_twice() {
        for name in ["first", "last"] {
            let items = list(name).unwrap();
            let lower: std::collections::HashSet<String> =
                items.iter().map(|item| item.to_lowercase()).collect();
            assert_eq!(lower.len(), items.len(), "{name}");
        }
    }

    #[test]
    fn every_list_of_our_own_has_items_without_blanks_around_them() {
        for line in OWN.lines().filter(|line| !line.starts_with('#')) {
            let (name, _) = line.split_once(": ").unwrap();
            let items = list(name).unwrap();
            assert!(items.len() > 1, "{name}");
            assert!(items.iter().all(|item| !item.is_empty() && item.trim() == *item), "{name}");
        }
    }
}
