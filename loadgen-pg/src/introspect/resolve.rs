//! What a column's type comes down to.

use std::collections::HashMap;

use loadgen_core::Type;

use super::{
    forms::{self, Forms},
    native,
    types::{Kind, NativeRow, Part, Types},
};
use crate::codec::oid;

/// A type that values can be made for, and what its domains ask for.
#[derive(Clone, Debug)]
pub(super) struct Resolved {
    pub(super) ty: Type,
    /// The numbers of the type without its domains and of its arrays, which values travel as.
    pub(super) id: u32,
    pub(super) array_id: u32,
    /// The operator that compares its values, where `=` alone may not be found.
    pub(super) equals: Option<String>,
    /// Whether a domain refuses NULL.
    pub(super) not_null: bool,
    /// Names and conditions of the domains' checks, in which the column is called VALUE.
    pub(super) checks: Vec<(String, String)>,
    /// The same of the items of an array, each of which is called VALUE.
    pub(super) items: Vec<(String, String)>,
    /// Conditions on what is inside the values, which nobody looks at.
    pub(super) conditions: Vec<String>,
}

impl Resolved {
    fn new(ty: Type, id: u32, array_id: u32) -> Self {
        Resolved {
            ty,
            id,
            array_id,
            equals: None,
            not_null: false,
            checks: Vec::new(),
            items: Vec::new(),
            conditions: Vec::new(),
        }
    }

    fn spelt(forms: Option<Forms>, row: &NativeRow) -> Self {
        let (ty, conditions) = match forms {
            Some(forms) => (Type::Spelt(forms.templates.into()), forms.conditions),
            None => (Type::Unsupported, Vec::new()),
        };
        Resolved { conditions, ..Resolved::new(ty, row.id, row.array_id) }
    }
}

/// Looks at each type once, however many columns have it.
pub(super) struct Resolver<'a> {
    types: &'a Types,
    known: HashMap<Part, Resolved>,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(types: &'a Types) -> Self {
        Resolver { types, known: HashMap::new() }
    }

    /// The type of a column.
    pub(super) fn resolve(&mut self, part: Part) -> Resolved {
        self.known.entry(part).or_insert_with(|| resolve(self.types, part)).clone()
    }
}

pub(super) fn resolve(types: &Types, part: Part) -> Resolved {
    let Some(row) = types.get(part.id) else { return Resolved::new(Type::Unsupported, part.id, 0) };
    match &row.kind {
        Kind::Domain(domain) => {
            let mut inner = resolve(types, domain.base);
            inner.not_null |= domain.not_null;
            inner.checks.extend_from_slice(&domain.checks);
            inner
        }
        Kind::Enum(labels) => Resolved::new(Type::Enum(labels.as_slice().into()), row.id, row.array_id),
        Kind::Array(item) => array(types, row, Part { id: *item, ..part }, part.dimensions),
        Kind::Base => Resolved { equals: row.equals.clone(), ..base(types, row, part) },
        Kind::Composite(_) | Kind::Range(_) | Kind::Multirange(_) | Kind::Other => {
            Resolved::spelt(forms::of_column(types, part), row)
        }
    }
}

fn base(types: &Types, row: &NativeRow, part: Part) -> Resolved {
    if row.name == "citext" {
        return Resolved::new(Type::Text { max: None, fixed: false }, oid::TEXT, oid::TEXT_ARRAY);
    }
    match native::ty(row.id, part.modifier) {
        Type::Unsupported => Resolved::spelt(forms::of_column(types, part), row),
        ty => Resolved::new(ty, row.id, row.array_id),
    }
}

/// An array of one dimension is made of its items. One of more goes as a text, and so does one of arrays, which only a
/// domain makes possible.
fn array(types: &Types, row: &NativeRow, item: Part, dimensions: i32) -> Resolved {
    let items = resolve(types, Part { dimensions: 1, ..item });
    if dimensions > 1 || matches!(items.ty, Type::Array(_)) {
        return Resolved::spelt(
            forms::of_column(types, Part { id: row.id, modifier: item.modifier, dimensions }),
            row,
        );
    }
    let ty = match items.ty {
        Type::Unsupported => Type::Unsupported,
        ty => Type::Array(Box::new(ty)),
    };
    Resolved { items: items.checks, conditions: items.conditions, ..Resolved::new(ty, items.array_id, 0) }
}

/// What an item of an array is called in conditions.
const VALUE: &str = "value";

/// The condition of a check on the items of a column's arrays, which are called VALUE.
pub(super) fn condition_of_items(column: &str, condition: &str) -> String {
    let (column, item) = (crate::quote::quote(column), crate::quote::quote(VALUE));
    let holds = condition_of(VALUE, condition);
    format!("(NOT (EXISTS ( SELECT 1 FROM unnest({column}) AS {item} WHERE (NOT {holds}))))")
}

/// The condition of a domain's check for a column: VALUE becomes its quoted name.
pub(super) fn condition_of(column: &str, condition: &str) -> String {
    let quoted = crate::quote::quote(column);
    let mut text = String::with_capacity(condition.len());
    let mut rest = condition;
    while let Some(first) = rest.chars().next() {
        let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
        let width = match first {
            // A quote inside is doubled, which makes two texts of one: nothing between them is a word.
            '\'' | '"' => rest[1..].find(first).map_or(rest.len(), |end| end + 2),
            first if is_word(first) => rest.find(|letter| !is_word(letter)).unwrap_or(rest.len()),
            first => first.len_utf8(),
        };
        let (token, tail) = rest.split_at(width);
        text.push_str(if token == "VALUE" { &quoted } else { token });
        rest = tail;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_of_a_domain_speaks_of_the_column() {
        let check = |condition: &str, expected: &str| assert_eq!(condition_of("My x", condition), expected);
        check("((VALUE > 0) AND (VALUE < 10))", r#"(("My x" > 0) AND ("My x" < 10))"#);
        check("(VALUE <> 'VALUE it''s VALUE'::text)", r#"("My x" <> 'VALUE it''s VALUE'::text)"#);
        let items = condition_of_items("My x", "(VALUE > 0)");
        let expected =
            r#"(NOT (EXISTS ( SELECT 1 FROM unnest("My x") AS "value" WHERE (NOT ("value" > 0)))))"#;
        assert_eq!(items, expected);
        check(r#"("VALUE"(VALUES, VALUE) > 'x"#, r#"("VALUE"(VALUES, "My x") > 'x"#);
    }
}
