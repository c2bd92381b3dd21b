//! Texts that differ in more than case.

use std::collections::BTreeSet;

use super::{Distinct, distinct::Domain, permutation::Permutation};
use crate::Value;

impl Distinct {
    /// Leaves out what differs from another value in nothing but case. Texts that are made of codes never do.
    #[must_use]
    pub(crate) fn folded(mut self) -> Self {
        match &mut self.domain {
            Domain::Listed(values) => {
                let mut seen = BTreeSet::new();
                values.retain(|value| match value {
                    Value::Text(text) => seen.insert(text.to_lowercase()),
                    _ => true,
                });
            }
            Domain::Pattern(places) | Domain::Padded(places) => places.iter_mut().for_each(|place| {
                let mut seen = BTreeSet::new();
                let is_new = |letter: &char| seen.insert(letter.to_lowercase().to_string());
                *place = place.iter().copied().filter(is_new).collect();
            }),
            _ => return self,
        }
        self.values = self.domain.capacity();
        self.scramble = Permutation::new(self.values, self.seed, self.salt);
        self
    }
}

impl Distinct {
    /// Whether the values are texts that differ in a code of letters and digits at their end, however they begin.
    pub(crate) fn ends_in_code(&self) -> bool {
        matches!(&self.domain, Domain::Text(template) if template.ends_in_code())
    }
}

#[cfg(test)]
mod tests {
    use crate::{Column, Fill, NativeType, Seed, Type, generate::ColumnConfig};

    use super::*;

    #[test]
    fn texts_differ_in_more_than_case() {
        let (ty, native, fill) = (Type::Text { max: None, fixed: false }, NativeType::default(), Fill::None);
        let column = Column { name: "code".to_owned(), ty, native, nullable: false, fill };
        for config in [r#"{"pattern": "[A-Za-z][a-c]"}"#, r#"{"choice": ["A", "b", "a", "B"]}"#] {
            let config: ColumnConfig = serde_json::from_str(config).unwrap();
            let distinct = Distinct::new(&column, Some(&config), Seed(1), 1).unwrap().folded();
            let values = (0..distinct.capacity() as u64).filter_map(|index| match distinct.value(index) {
                Some(Value::Text(text)) => Some(text.to_lowercase()),
                _ => None,
            });
            let different: BTreeSet<String> = values.collect();
            assert_eq!(different.len() as u128, distinct.capacity());
            assert!([26 * 3, 2].contains(&different.len()), "{different:?}");
        }
    }
}
