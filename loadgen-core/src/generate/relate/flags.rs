//! Flags that say the same as others, or the opposite.

use super::{Relation, book::pairs, find::Ground, pen::Pen};
use crate::{Type, Value, generate::words::words};

/// Columns of one truth.
#[derive(Debug)]
struct Flags(Vec<Flag>);

#[derive(Debug)]
struct Flag {
    column: usize,
    is_number: bool,
    opposite: bool,
}

pub(super) fn find(ground: &Ground<'_>, all: &mut Vec<Box<dyn Relation>>) {
    for [same, opposite] in pairs("flag") {
        let mut flags = Vec::new();
        for (column, definition, origin) in ground.columns(all) {
            let is_number = matches!(definition.ty, Type::Int(_));
            if !is_number && definition.ty != Type::Bool || !origin.is_known() {
                continue;
            }
            let name = words(&definition.name).join("_");
            let is_one = |names: &str| names.split_whitespace().any(|own| own == name);
            // What is given comes first: the others follow it.
            let rank = usize::from(origin.is_open());
            if is_one(same) || is_one(opposite) {
                flags.push((rank, Flag { column, is_number, opposite: is_one(opposite) }));
            }
        }
        flags.sort_by_key(|(rank, _)| *rank);
        let is_useful = flags.len() > 1 && flags.iter().skip(1).all(|(rank, _)| *rank == 1);
        if is_useful {
            all.push(Box::new(Flags(flags.into_iter().map(|(_, flag)| flag).collect())));
        }
    }
}

impl Flag {
    fn read(&self, value: &Value) -> Option<bool> {
        let is_set = match value {
            Value::Bool(is_set) => *is_set,
            Value::Int(number) => *number != 0,
            _ => return None,
        };
        Some(is_set != self.opposite)
    }

    fn value(&self, truth: bool) -> Value {
        let is_set = truth != self.opposite;
        if self.is_number { Value::Int(is_set.into()) } else { Value::Bool(is_set) }
    }
}

impl Relation for Flags {
    fn columns(&self) -> Vec<usize> {
        self.0.iter().map(|flag| flag.column).collect()
    }

    fn draw(&self, pen: &mut Pen<'_>) -> bool {
        let (mut truth, mut fits) = (None, true);
        for flag in &self.0 {
            match truth {
                Some(truth) => fits &= pen.set(flag.column, |_, _| Some(flag.value(truth))),
                None => {
                    pen.start(flag.column);
                    truth = flag.read(&pen.row[flag.column]);
                }
            }
        }
        fits
    }

    fn describe(&self, column: usize) -> Option<String> {
        let at = self.0.iter().position(|flag| flag.column == column).filter(|at| *at > 0)?;
        let same = self.0[0].opposite == self.0[at].opposite;
        Some(if same { "as the other flag says" } else { "the opposite of the other flag" }.to_owned())
    }
}
