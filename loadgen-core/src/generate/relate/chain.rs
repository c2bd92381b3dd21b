//! Dates and times that come one after the other.

use super::{Relation, pen::Pen};
use crate::{Rng, Type, Value, generate::form::Form};

/// Columns in the order in which they happen.
#[derive(Debug)]
pub(super) struct Chain {
    links: Vec<Link>,
    gaps: Gaps,
}

#[derive(Debug)]
pub(super) struct Link {
    pub(super) column: usize,
    pub(super) form: Form,
    pub(super) stage: usize,
    /// Whether it is written; else it is only read.
    pub(super) open: bool,
    /// The name of the column, for people.
    pub(super) name: String,
}

/// How long it takes from one to the next: each doubling alike.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gaps {
    /// The shortest, in microseconds.
    pub(super) least: i64,
    /// How often it may double.
    pub(super) doublings: u64,
    /// Whether what happens is of the past: not after the end of what is usual.
    pub(super) past: bool,
}

const DAY: i64 = 86_400_000_000;

impl Chain {
    /// The stages in their order; `None` when there is only one.
    pub(super) fn new(mut links: Vec<Link>, gaps: Gaps) -> Option<Self> {
        links.sort_by_key(|link| link.stage);
        let several = links.first().zip(links.last()).is_some_and(|(first, last)| first.stage < last.stage);
        several.then_some(Chain { links, gaps })
    }
}

impl Link {
    pub(super) fn form(ty: &Type) -> Option<Form> {
        let form = Form::of(ty, 0)?;
        matches!(form, Form::Date | Form::Timestamp { .. } | Form::Time { .. }).then_some(form)
    }

    fn value(&self, after: i64, rng: &mut Rng, gaps: Gaps) -> Option<Value> {
        let low = i128::from(gaps.least) << rng.below(gaps.doublings);
        let mut at = i128::from(after) + low + i128::from(rng.below(low as u64));
        let end = match self.form {
            Form::Time { .. } => self.form.limits().1,
            Form::Date => self.form.usual().1 * i128::from(DAY),
            form => form.usual().1,
        };
        let spare = end - i128::from(after);
        if at > end && spare >= 0 && (gaps.past || matches!(self.form, Form::Time { .. })) {
            at = i128::from(after) + i128::from(rng.below(spare as u64 + 1));
        }
        // Rounded up: never before what it follows.
        let step = if self.form == Form::Date { i128::from(DAY) } else { self.form.step() };
        let at = (at + step - 1).div_euclid(step) * step;
        let number = if self.form == Form::Date { at / i128::from(DAY) } else { at };
        let (least, most) = self.form.limits();
        (least..=most).contains(&number).then(|| self.form.value(number))
    }
}

/// Microseconds since 1970, or since midnight.
fn micros(value: &Value) -> Option<i64> {
    match value {
        Value::Date(days) => i64::from(*days).checked_mul(DAY),
        Value::Timestamp(micros) | Value::Time(micros) => Some(*micros),
        _ => None,
    }
}

impl Relation for Chain {
    fn columns(&self) -> Vec<usize> {
        self.links.iter().map(|link| link.column).collect()
    }

    fn draw(&self, pen: &mut Pen<'_>) -> bool {
        // The latest of the stages before this one, and of this one so far.
        let (mut before, mut latest): (Option<i64>, Option<i64>) = (None, None);
        let (mut stage, mut fits) = (self.links[0].stage, true);
        for link in &self.links {
            if link.stage != stage {
                (before, stage) = (latest, link.stage);
            }
            match before {
                _ if !link.open => pen.start(link.column),
                Some(after) => fits &= pen.set(link.column, |rng, _| link.value(after, rng, self.gaps)),
                None => pen.start(link.column),
            }
            latest = latest.max(micros(&pen.row[link.column]));
        }
        fits
    }

    fn describe(&self, column: usize) -> Option<String> {
        let at = self.links.iter().position(|link| link.column == column)?;
        let before = self.links[..at].iter().rfind(|link| link.stage < self.links[at].stage)?;
        Some(format!("after {}", before.name))
    }
}

/// From a beginning to an end within a day.
pub(super) const CLOCK: Gaps = Gaps { least: 900_000_000, doublings: 5, past: false };
