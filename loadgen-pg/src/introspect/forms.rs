//! How the server spells values: from the list in `spellings.txt`, and for what is made of other types from theirs.

use super::{
    native,
    spelling::{Inside, arrays, literal, one_of, rows},
    types::{Domain, Kind, NativeRow, Part, Types},
};

/// One template a line.
const SPELLINGS: &str = include_str!("spellings.txt");

/// How the values of a type are spelt, and what is asked of them besides.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Forms {
    pub(super) templates: Vec<String>,
    /// Conditions of domains inside, which nobody looks at when values are made.
    pub(super) conditions: Vec<String>,
}

/// The forms of a type as a column of its own shows them; none for a type that is not known.
pub(super) fn of_column(types: &Types, part: Part) -> Option<Forms> {
    let row = types.get(part.id)?;
    match row.kind {
        Kind::Base => Some(base(row, part.modifier, false)?.into()),
        _ => inside(types, part),
    }
}

/// The forms of a type inside a row, an array or a range.
pub(super) fn inside(types: &Types, part: Part) -> Option<Forms> {
    let row = types.get(part.id)?;
    match &row.kind {
        Kind::Base => Some(base(row, part.modifier, true)?.into()),
        Kind::Enum(labels) => Some(labels.iter().map(|label| literal(label)).collect::<Vec<_>>().into()),
        Kind::Array(item) => {
            let items = inside(types, Part { id: *item, modifier: part.modifier, dimensions: 0 })?;
            let dimensions = usize::try_from(part.dimensions.clamp(1, 3)).unwrap_or(1);
            let may_be_null = !is_not_null(types, *item);
            Some(Forms { templates: arrays(&items.templates, dimensions, may_be_null), ..items })
        }
        Kind::Domain(_) if types.taken(row.id).is_some_and(|taken| !taken.texts.is_empty()) => {
            Some(one_of(&types.taken(row.id)?.texts).into())
        }
        Kind::Domain(Domain { base, checks, .. }) => {
            let mut forms = inside(types, *base)?;
            let checks =
                checks.iter().map(|(_, condition)| format!("CHECK {condition} of domain {}", row.name));
            forms.conditions.extend(checks);
            Some(forms)
        }
        Kind::Composite(parts) => composite(types, parts),
        Kind::Range(bound) => Some(range(types, *bound)?.into()),
        Kind::Multirange(range) => Some(multirange(types, *range)?.into()),
        Kind::Other => None,
    }
    .filter(|forms| !forms.templates.is_empty())
}

fn composite(types: &Types, parts: &[Part]) -> Option<Forms> {
    let mut conditions = Vec::new();
    let mut fields = Vec::new();
    for part in parts {
        let forms = inside(types, *part)?;
        conditions.extend(forms.conditions);
        fields.push((forms.templates, !is_not_null(types, part.id)));
    }
    Some(Forms { templates: rows(&fields), conditions })
}

fn is_not_null(types: &Types, id: u32) -> bool {
    match types.get(id).map(|row| &row.kind) {
        Some(Kind::Domain(domain)) => {
            domain.not_null
                || types.taken(id).is_some_and(|taken| !taken.null)
                || is_not_null(types, domain.base.id)
        }
        _ => false,
    }
}

/// Ranges over a type that is not in the list have the two values that every range has.
fn range(types: &Types, bound: u32) -> Option<Vec<String>> {
    let row = types.get(bound)?;
    let pair = |low: &str, high: &str| {
        let [low, high] = [low, high].map(|label| Inside::Range.quote(&literal(label)));
        format!("[{low},{high}]")
    };
    let mut templates: Vec<String> = match &row.kind {
        Kind::Enum(labels) => labels.windows(2).map(|pair_of| pair(&pair_of[0], &pair_of[1])).collect(),
        Kind::Base => listed(&format!("{} range", row.name)),
        _ => Vec::new(),
    };
    let of_any = listed("any range").into_iter().filter(|any| !templates.contains(any));
    templates.extend(of_any.collect::<Vec<_>>());
    Some(templates)
}

fn multirange(types: &Types, of: u32) -> Option<Vec<String>> {
    let Kind::Range(bound) = types.get(of)?.kind else { return None };
    let ranges = range(types, bound)?;
    let several = listed(&format!("{} ranges", types.get(bound)?.name));
    let some = ranges.iter().filter(|range| *range != "empty").chain(&several);
    let none = std::iter::once(String::new());
    Some(some.cloned().chain(none).map(|ranges| format!("{{open}}{ranges}}}")).collect())
}

/// The forms of a type that is made of nothing else.
fn base(row: &NativeRow, modifier: i32, is_inside: bool) -> Option<Vec<String>> {
    let name = row.name.as_str();
    if let Some(templates) = native::sized(name, modifier) {
        return Some(templates);
    }
    let mut keys = vec![name.to_owned()];
    match native::fields(modifier).filter(|_| name == "interval") {
        Some(fields) => keys = vec![format!("interval {fields}")],
        None if is_inside => keys.push(format!("{name} inside")),
        None => {}
    }
    if modifier >= 0 && keys[0] == name {
        keys.push(format!("{name}(n)"));
    }
    keys.iter().rev().map(|key| listed(key)).find(|templates| !templates.is_empty())
}

/// The templates of that name.
fn listed(name: &str) -> Vec<String> {
    let of_name = |line: &'static str| line.strip_prefix(name)?.strip_prefix(" : ");
    SPELLINGS.lines().filter_map(of_name).map(str::to_owned).collect()
}

impl From<Vec<String>> for Forms {
    fn from(templates: Vec<String>) -> Self {
        Forms { templates, conditions: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_has_a_name_and_a_template_without_blanks_at_its_ends() {
        for line in SPELLINGS.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (name, template) = line.split_once(" : ").expect(line);
            assert!(!name.is_empty() && !template.is_empty() && template.trim() == template, "{line}");
            assert!(listed(name).contains(&template.to_owned()), "{line}");
        }
    }
}
