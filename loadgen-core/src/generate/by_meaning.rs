//! Generators for what columns mean.

use super::{
    Generator, Locale,
    by_type::Lengths,
    flag::Flag,
    ladder::{Bounds, Ladder},
    meaning::{Kind, Meaning, find, ranked},
    prose::Prose,
    range::Range,
    template::{OR, Template},
    text::Named,
    unfillable::Refusal,
};
use crate::Type;

/// The shortest texts that prose is written into; below it words are cut too much to look like any.
const SHORTEST_PROSE: u32 = 12;

/// What a rule makes for a column of the type; `None` when its values do not fit.
pub(super) fn generator(
    rule: &Meaning,
    ty: &Type,
    lengths: Lengths,
    locale: Locale,
) -> Option<Box<dyn Generator>> {
    match (rule.kind, ty) {
        (Kind::Text, Type::Text { .. }) => {
            let template = Template::parse_in(rule.spec, locale)?.fit(lengths.max)?;
            Some(Box::new(Named { name: rule.name, spec: rule.spec, template }))
        }
        (Kind::Prose, Type::Text { .. }) if lengths.max >= SHORTEST_PROSE => {
            let (low, high) = rule.spec.split_once(' ')?;
            let count = (low.parse().ok()?, high.parse().ok()?);
            Some(Box::new(Prose::new(rule.name, count, (0, lengths.max))))
        }
        (Kind::Number, Type::Int(_) | Type::Decimal { .. } | Type::Real | Type::Double) => {
            let (spread, range) = rule.spec.split_once(' ')?;
            let ladder = clipped(range, ty)?;
            Some(Box::new(if spread == "log" { Range::octaves(ladder) } else { Range::even(ladder) }))
        }
        (Kind::Date, Type::Date | Type::Timestamp { .. }) => {
            Some(Box::new(Range::even(clipped(rule.spec, ty)?)))
        }
        (Kind::Bool, Type::Bool) => Some(Box::new(Flag(rule.spec.parse().ok()?))),
        _ => None,
    }
}

/// Whether a rule may speak of a column with this default: a number that is greater than all of the rule's is none of them, and
/// nothing but 0 and 1 is no rate in whole numbers.
pub(super) fn suits(rule: &Meaning, ty: &Type, default: Option<f64>) -> bool {
    let most = rule.spec.rsplit(' ').next().and_then(|most| most.parse::<f64>().ok());
    let (Kind::Number, Some(most)) = (rule.kind, most) else { return true };
    let is_share = most <= 1.0 && rule.spec.contains('.');
    default.is_none_or(|default| default <= most) && !(is_share && matches!(ty, Type::Int(_)))
}

/// What the plan file says that a column means.
pub(super) fn named(
    wanted: &str,
    ty: &Type,
    lengths: Lengths,
    locale: Locale,
) -> Result<Box<dyn Generator>, Refusal> {
    let mut is_known = false;
    let fit = |rule: &Meaning| {
        is_known = true;
        generator(rule, ty, lengths, locale)
    };
    if let Some(generator) = find(None, wanted, fit) {
        return Ok(generator);
    }
    let example = "a meaning like email, first name, city, price or created at";
    Err(match is_known {
        true => Refusal::new(format!("no {wanted:?} is known that fits its type and length"), example),
        false => Refusal::new(format!("the meaning {wanted:?} is not known"), example),
    })
}

fn clipped(range: &str, ty: &Type) -> Option<Ladder> {
    let (min, max) = range.split_once(' ')?;
    Ladder::clipped(ty, Bounds { min: Some(min), max: Some(max) })
}

/// What a rule writes into a text column that must not repeat; `None` when it does not fit.
pub(super) fn unique(rule: &Meaning, max: u32) -> Option<Template> {
    if matches!(rule.kind, Kind::Unique | Kind::Thing) { Template::parse(rule.spec)?.fit(max) } else { None }
}

/// What a unique column of a table holds: its rule for such columns, else, where the table gives it a meaning (`cities.name`),
/// texts of that meaning with a code; the list itself where it is one of codes (`countries.code`).
pub(super) fn unique_in(table: &str, column: &str, fixed: bool, max: u32) -> Option<Either> {
    let ranked = ranked(Some(table), column);
    let is_whole = |spec: &str, meaning: &Meaning| meaning.kind == Kind::Text && spec.ends_with("code}");
    ranked.chunk_by(|one, other| one.0 == other.0).find_map(|alike| {
        let of = |kind: Kind| alike.iter().map(|(_, rule)| rule).filter(move |rule| rule.kind == kind);
        let special = of(Kind::Thing).chain(of(Kind::Unique));
        let special = special.filter_map(|rule| unique(rule, max)).map(Either::Codes).next();
        special.or_else(|| {
            of(Kind::Text).filter(|_| alike[0].0 == 0).find_map(|rule| {
                if is_whole(rule.spec, rule) {
                    let items = Template::parse(rule.spec)?.items()?;
                    let fits = |item: &String| {
                        let chars = item.chars().count() as u32;
                        chars == max || chars < max && !fixed
                    };
                    return items.iter().all(fits).then_some(Either::Items(items));
                }
                let spec = rule.spec.split(OR).next()?;
                let coded = Template::parse(&format!("{spec} {{code 7}}"))?.fit(max)?;
                Some(Either::Codes(coded))
            })
        })
    })
}

/// What unique texts are made of.
pub(super) enum Either {
    Codes(Template),
    Items(Vec<String>),
}

/// All rules can be read, and each makes values of some type.
#[cfg(test)]
pub(super) fn check(rule: &Meaning) -> Option<crate::Value> {
    let types = [Type::Text { max: None, fixed: false }, Type::Double, Type::Date, Type::Bool];
    let rng = &mut crate::Rng::keyed(crate::Seed(1), [0; 3]);
    if matches!(rule.kind, Kind::Unique | Kind::Thing) {
        let template = unique(rule, u32::MAX)?;
        return template.tells_codes_apart().then(|| crate::Value::Text(template.write(rng, 1)));
    }
    let lengths = Lengths { min: None, max: u32::MAX, spread: false };
    types.iter().find_map(|ty| Some(generator(rule, ty, lengths, Locale::ANYWHERE)?.generate(rng)))
}
