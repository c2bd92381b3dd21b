//! Numbers that several columns write together, a digit each.

use std::sync::Arc;

use super::Distinct;

/// The place of one column among those that are distinct together.
#[derive(Clone, Debug)]
pub(super) struct Digit {
    /// How many numbers have the same digit here and the same ones further on.
    pub(super) weight: u128,
    /// How many numbers there are in all.
    pub(super) total: u128,
    /// The columns, for people.
    pub(super) columns: Arc<str>,
}

impl Distinct {
    /// Has several columns be distinct together instead of each by itself; `names` are theirs.
    pub(crate) fn together(columns: Vec<Distinct>, names: &str) -> Vec<Distinct> {
        let total = columns.iter().map(|distinct| distinct.values).product();
        let (names, mut weight) = (Arc::from(names), 1);
        let digit = |mut distinct: Distinct| {
            distinct.digit = Some(Digit { weight, total, columns: Arc::clone(&names) });
            weight *= distinct.values;
            distinct
        };
        columns.into_iter().map(digit).collect()
    }

    /// Whether its values differ whatever other columns hold.
    pub(crate) fn is_alone(&self) -> bool {
        self.digit.is_none()
    }

    /// The columns that are distinct together, if this is the first of them.
    pub(crate) fn begins(&self) -> Option<&str> {
        self.digit.as_ref().filter(|digit| digit.weight == 1).map(|digit| &*digit.columns)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::{Column, Fill, NativeType, Seed, Type};

    use super::*;

    #[test]
    fn columns_with_few_values_have_as_many_combinations_as_there_are() {
        let column = |name: &str, ty| {
            let (native, fill) = (NativeType::default(), Fill::None);
            let column = Column { name: name.to_owned(), ty, native, nullable: false, fill };
            Distinct::new(&column, None, Seed(1), 1).unwrap()
        };
        let decimals = Type::Decimal { precision: 2, scale: 0 };
        let columns = vec![column("a", Type::Bool), column("n", decimals), column("b", Type::Bool)];
        let all = columns.iter().map(|distinct| distinct.values as u64).product::<u64>();
        let columns = Distinct::together(columns, "a, n, b");
        let row = |index| columns.iter().map(move |distinct| format!("{:?}", distinct.value(index).unwrap()));
        let rows: BTreeSet<Vec<String>> = (0..all).map(|index| row(index).collect()).collect();
        assert_eq!(rows.len() as u64, all);
        assert!(
            columns.iter().all(|distinct| distinct.value(all).is_none() && distinct.capacity() == all.into())
        );
        assert_eq!((columns[0].begins(), columns[1].begins()), (Some("a, n, b"), None));
    }
}
