//! Columns that hold something in few rows, by the last words of their names.

use std::sync::LazyLock;

use super::meaning::Name;
use crate::{Column, Type};

/// The shares and the phrases; the file says how they are written.
const TEXT: &str = include_str!("data/seldom.txt");

/// Its lines, read once: many columns ask.
static LINES: LazyLock<Vec<(f64, Vec<&str>)>> = LazyLock::new(|| {
    let lines = TEXT.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(" : "));
    lines.filter_map(|(share, phrases)| Some((share.parse().ok()?, phrases.split(',').collect()))).collect()
});

/// The share of NULLs in a column that holds something in few rows, as `deleted_at` does. A flag says what it says in every row.
pub(super) fn share(column: &Column) -> Option<f64> {
    if !column.nullable || column.ty == Type::Bool {
        return None;
    }
    let name = Name::new(None, &column.name);
    let is_called = |phrases: &[&str]| phrases.iter().any(|phrase| name.start_of(phrase).is_some());
    LINES.iter().find(|(_, phrases)| is_called(phrases)).map(|(share, _)| *share)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::tests::column;

    #[test]
    fn what_ends_the_life_of_a_row_is_seldom_there() {
        let check = |name: &str, ty: Type, expected: Option<f64>| {
            assert_eq!(share(&Column { nullable: true, ..column(name, ty) }), expected, "{name}");
        };
        let moment = || Type::Timestamp { precision: 6, zoned: true };
        check("deleted_at", moment(), Some(0.9));
        check("accountLockedUntil", moment(), Some(0.9));
        check("cancellation_reason", Type::Text { max: None, fixed: false }, Some(0.9));
        check("created_at", moment(), None);
        check("banned_at", Type::Bool, None);
        assert_eq!(share(&Column { nullable: false, ..column("deleted_at", moment()) }), None);
    }

    #[test]
    fn every_line_is_a_share() {
        for line in TEXT.lines().filter(|line| !line.starts_with('#')) {
            let share = line.split_once(" : ").map(|(share, _)| share.parse::<f64>());
            assert!(
                share.is_some_and(|share| share.is_ok_and(|share| (0.0..=1.0).contains(&share))),
                "{line}"
            );
        }
    }
}
