//! How old somebody is who was born on a day that the row knows.

use super::{Relation, book::phrases, find::Ground, pen::Pen};
use crate::{
    Type, Value,
    generate::{calendar, form::Form, words::words},
};

#[derive(Debug)]
struct Age {
    born: usize,
    age: usize,
}

pub(super) fn find(ground: &Ground<'_>, all: &mut Vec<Box<dyn Relation>>) {
    let columns = ground.columns(all);
    let find = |kind: &str, fits: &dyn Fn(&Type) -> bool, has_to_be_open: bool| {
        let is_one = |name: &str| {
            let name = words(name).join("_");
            phrases(kind).any(|line| line.split_whitespace().any(|own| own == name))
        };
        let mut found = columns.iter().filter(|(_, column, origin)| {
            origin.is_known()
                && (origin.is_open() || !has_to_be_open)
                && fits(&column.ty)
                && is_one(&column.name)
        });
        found.next().map(|(at, ..)| *at)
    };
    let born = find("birth", &|ty| matches!(ty, Type::Date | Type::Timestamp { .. }), false);
    let age = find("age", &|ty| matches!(ty, Type::Int(_)), true);
    if let (Some(born), Some(age)) = (born, age) {
        all.push(Box::new(Age { born, age }));
    }
}

impl Relation for Age {
    fn columns(&self) -> Vec<usize> {
        vec![self.born, self.age]
    }

    fn draw(&self, pen: &mut Pen<'_>) -> bool {
        pen.start(self.born);
        let day = match pen.row[self.born] {
            Value::Date(day) => i64::from(day),
            Value::Timestamp(micros) => micros.div_euclid(86_400_000_000),
            _ => {
                pen.start(self.age);
                return true;
            }
        };
        pen.set(self.age, |_, _| calendar::years(day, Form::Date.usual().1 as i64).map(Value::Int))
    }

    fn describe(&self, column: usize) -> Option<String> {
        (column == self.age).then(|| "years from the day of birth to the end of 2025".to_owned())
    }
}
