//! Columns of a row that belong together: a person's names and addresses, a place, what happens one after the other,
//! amounts that are computed from each other.
//!
//! A relation writes over what its columns would hold by themselves. NULLs stay, whatever the plan file or a check says
//! of a column goes first, and where a value does not fit, the column keeps one of its own: relations make rows likely,
//! never impossible.

mod age;
mod amounts;
mod bond;
mod book;
mod chain;
mod chains;
mod facts;
mod find;
mod flags;
mod joint;
mod pen;
mod persons;
mod place;
mod saying;
mod sum;
mod told;

use std::fmt::Debug;

pub(crate) use chains::beside;
pub(crate) use find::{Ground, Origin};
pub(super) use place::of_country as places;
pub(super) use saying::fold;

use super::Generator;
use crate::{Rng, Value};
use bond::Bond;
use pen::Pen;

/// Columns that are drawn together.
trait Relation: Debug + Send + Sync {
    /// The columns, drawn or only read.
    fn columns(&self) -> Vec<usize>;

    /// Writes the columns; false when one of them had to do without the others.
    fn draw(&self, pen: &mut Pen<'_>) -> bool;

    /// What is written to a column; none when it is only read.
    fn describe(&self, column: usize) -> Option<String>;
}

/// The relations of a table.
#[derive(Debug)]
pub(crate) struct Relations {
    all: Vec<Bond>,
    /// For each column of the table, whether a check ties it to others.
    tied: Vec<bool>,
    /// Whether several relations have such columns: a check may read columns of more than one.
    is_joint: bool,
    /// For each column of the table, its own generator, if nothing else draws it.
    own: Vec<Option<Box<dyn Generator>>>,
}

impl Relations {
    /// The columns of which a relation is made, relation by relation.
    pub(crate) fn tied(&self) -> impl Iterator<Item = Vec<usize>> {
        self.all.iter().map(|bond| bond.relation.columns())
    }

    /// Has the relations draw a column by this generator where nothing says what its value is.
    pub(crate) fn adopt(&mut self, column: usize, own: Box<dyn Generator>) {
        self.own[column] = Some(own);
    }

    /// Gives back the generator of a column.
    pub(crate) fn release(&mut self, column: usize) -> Option<Box<dyn Generator>> {
        self.own[column].take()
    }

    /// Writes the wanted columns of a row whose other values are there. `holds` says whether the row still meets the
    /// checks that read any of some columns.
    pub(crate) fn draw(
        &self,
        row: &mut [Value],
        rng: &mut Rng,
        wanted: &dyn Fn(usize) -> bool,
        holds: &dyn Fn(&[Value], &[usize]) -> bool,
    ) {
        let pen = &mut Pen { row, rng, own: &self.own, drawn: &[], tied: &self.tied, wanted, holds };
        if self.is_joint && self.draw_jointly(pen) {
            return;
        }
        for bond in &self.all {
            bond.draw(&mut pen.after(&bond.drawn));
        }
    }

    /// Drops the relations that too few of some rows allow. `example` fills a row.
    pub(crate) fn keep_those_that_fit(
        &mut self,
        example: &dyn Fn(&mut [Value], u64),
        holds: &dyn Fn(&[Value], &[usize]) -> bool,
    ) {
        let fits = |own: &Relations, draw: &dyn Fn(&mut Pen<'_>) -> bool| {
            let mut row = vec![Value::Null; own.own.len()];
            let fitting = (0..SAMPLES).filter(|sample| {
                let rng = &mut Rng::keyed(crate::Seed(0), [*sample, 4, 0]);
                example(&mut row, *sample);
                let (row, wanted) = (&mut *row, &|_| true);
                draw(&mut Pen { row, rng, own: &own.own, drawn: &[], tied: &own.tied, wanted, holds })
            });
            fitting.count() >= ENOUGH
        };
        self.settle();
        if self.is_joint && fits(self, &|pen| self.draw_jointly(pen)) {
            return;
        }
        let all = std::mem::take(&mut self.all);
        let kept = all.into_iter().filter(|bond| fits(self, &|pen| bond.draw(pen)));
        let kept: Vec<Bond> = kept.collect();
        self.all = kept;
        self.settle();
    }

    /// Finds out which columns are drawn before each relation, and whether checks tie several relations together.
    fn settle(&mut self) {
        let columns: Vec<Vec<usize>> = self.tied().collect();
        for (at, bond) in self.all.iter_mut().enumerate() {
            bond.drawn = columns[..at].concat();
        }
        self.is_joint = self.all.iter().filter(|bond| !bond.tied.is_empty()).count() > 1;
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// What is written to a column; none when no relation writes it.
    pub(crate) fn describe(&self, column: usize) -> Option<String> {
        self.all.iter().find_map(|bond| bond.relation.describe(column))
    }
}

/// Rows that are drawn before the run, and how many of them a relation has to fit.
const SAMPLES: u64 = 64;
const ENOUGH: usize = 58;
