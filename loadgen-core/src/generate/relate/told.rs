//! A column that tells facts of a person or place.

use super::{pen::Pen, saying::Saying};
use crate::{
    Type, Value,
    generate::{
        form::{FLOAT_SCALE, Form},
        plain::plain,
    },
};

#[derive(Debug)]
pub(super) struct Told {
    pub(super) column: usize,
    pub(super) ty: Type,
    /// Whether it has no letters beyond ASCII.
    pub(super) is_plain: bool,
    /// What the column means.
    pub(super) meaning: &'static str,
    pub(super) saying: Saying,
    /// Of a unique column, what makes its values differ and stays as it is.
    pub(super) tail: Option<Tail>,
}

/// The end of a text, from a code on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tail {
    /// The characters of the code.
    pub(super) width: usize,
    /// Whether an `@` follows.
    pub(super) at: bool,
    /// The most characters of the whole.
    pub(super) chars: usize,
}

impl Tail {
    fn of(self, text: &str) -> Option<&str> {
        let end = if self.at { text.rfind('@')? } else { text.len() };
        text.get(end.checked_sub(self.width)?..)
    }
}

impl Told {
    /// The most characters that the column takes.
    pub(super) fn most(&self) -> usize {
        match self.ty {
            Type::Text { max: Some(max), .. } => max as usize,
            _ => usize::MAX,
        }
    }

    /// The most characters of a text, when facts have so many at most.
    pub(super) fn chars(&self, fact: impl Fn(usize, bool) -> usize) -> usize {
        self.saying.chars(fact) + self.tail.map_or(0, |tail| tail.chars)
    }

    pub(super) fn write(&self, facts: &[&str], pen: &mut Pen<'_>) -> bool {
        pen.set(self.column, |rng, before| {
            let mut text = self.saying.write(facts, rng);
            if let Some(tail) = self.tail {
                let Value::Text(before) = before else { return None };
                text.push_str(tail.of(before)?);
            }
            self.value(text)
        })
    }

    /// The text as a value of the column, if it is one.
    pub(super) fn value(&self, text: String) -> Option<Value> {
        if matches!(self.ty, Type::Text { .. }) {
            let fits = self.most() == usize::MAX || text.chars().count() <= self.most();
            let value = Value::Text(text);
            return fits.then(|| if self.is_plain { plain(value) } else { value });
        }
        let form = Form::of(&self.ty, FLOAT_SCALE.min(6))?;
        let (number, _) = form.read(&text)?;
        let (low, high) = form.limits();
        (low..=high).contains(&number).then(|| form.value(number))
    }
}
