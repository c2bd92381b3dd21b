//! Columns that conditions tie together, and are drawn together.

use super::{
    condition::Condition,
    eval::holds,
    expr::Expr,
    limits::NOW,
    rules::Ground,
    way::Way,
    ways::{product, ways as ways_of},
};
use crate::{
    Column, Rng, Seed, Table, Value,
    generate::{remedies, remedy_for_check},
};

/// Columns with the conditions that they meet.
#[derive(Debug)]
pub(super) struct Bundle {
    drawn: Vec<usize>,
    reads: Vec<usize>,
    conditions: Vec<Expr>,
    texts: Vec<String>,
    timed: bool,
    ways: Vec<Way>,
    /// How many of [`SAMPLES`] rows were right at once.
    hits: u32,
    /// Drawn columns that have been NULL in all of those, though values are drawn for them.
    empty: Vec<usize>,
    /// Whether no rows without NULL have been right.
    is_bare: bool,
}

/// How often values are drawn until they fit.
const TRIES: u32 = 64;
/// Rows that are drawn before the run, and how many of them have to be right at once.
const SAMPLES: u32 = 192;
const ENOUGH: u32 = SAMPLES / 16;
/// A way that is never right in so many rows is none.
const CHANCES: u64 = 32;

impl Bundle {
    /// `None` when the plan file has taken responsibility for what cannot be met.
    pub(super) fn new(conditions: &[&Condition], ground: &Ground<'_>) -> Result<Option<Self>, String> {
        let read = conditions.iter().flat_map(|condition| condition.expr.columns());
        let mut reads: Vec<usize> = read.collect();
        reads.sort_unstable();
        reads.dedup();
        let drawn: Vec<usize> = reads.iter().copied().filter(|c| ground.drawn.contains(c)).collect();
        let texts: Vec<String> = conditions.iter().map(|condition| condition.text.clone()).collect();
        let given = |column: &usize| ground.configs.contains_key(&ground.table.columns[*column].name);
        let responsible = !drawn.is_empty() && drawn.iter().all(given);
        let refused = |why: String| {
            let open = drawn.iter().filter(|column| !given(column));
            let open: Vec<&Column> = open.map(|column| &ground.table.columns[*column]).collect();
            // What differs from row to row is not met by a few values.
            let is_beside_a_key =
                reads.iter().any(|column| !drawn.contains(column) && ground.is_key(*column));
            let remedy = if is_beside_a_key {
                "exclude the table".to_owned()
            } else if open.len() > 1 {
                remedy_for_check(&open)
            } else {
                remedies(open.into_iter())
            };
            if responsible { Ok(None) } else { Err(format!("CHECK {} {why}; {remedy}", texts.join(" and "))) }
        };
        let conditions: Vec<Expr> = conditions.iter().map(|condition| condition.expr.clone()).collect();
        let timed = conditions.iter().any(Expr::is_timed);
        let (drawn, reads, texts) = (drawn.clone(), reads.clone(), texts.clone());
        let (ways, hits, empty) = Default::default();
        let mut bundle = Bundle { drawn, reads, conditions, texts, timed, ways, hits, empty, is_bare: false };
        // Values that the plan file names may be right less often.
        let enough = if responsible { 1 } else { ENOUGH };
        let all = product(bundle.conditions.iter().map(|condition| ways_of(condition, true)));
        match bundle.follow(all, enough, ground) {
            Ok(()) => Ok(Some(bundle)),
            Err(_) if bundle.does_without(enough, ground) => Ok(Some(bundle)),
            Err(why) => refused(why),
        }
    }

    /// Takes these ways, if there are any to take.
    fn follow(&mut self, all: Vec<Vec<Expr>>, enough: u32, ground: &Ground<'_>) -> Result<(), String> {
        let (mut found, mut wrong) = (Vec::new(), None);
        for atoms in all {
            match Way::new(&atoms, &self.drawn, ground.table, ground.configs) {
                Ok(way) => found.push(way),
                Err(why) => wrong = Some(why),
            }
        }
        if let (true, Some(why)) = (found.is_empty(), wrong) {
            return Err(format!("leaves no values: {why}"));
        }
        (self.ways, self.hits) = (found, 0);
        self.try_out(ground);
        if self.hits < enough {
            return Err(format!("holds for {} of {SAMPLES} rows that were tried", self.hits));
        }
        Ok(())
    }

    /// Takes ways with NULL in one of several columns, or else in all, as a condition that is NULL holds: whether there are such.
    fn does_without(&mut self, enough: u32, ground: &Ground<'_>) -> bool {
        let is_free = |column: &usize| {
            let definition = &ground.table.columns[*column];
            definition.nullable && !ground.configs.contains_key(&definition.name)
        };
        let free: Vec<usize> = self.drawn.iter().copied().filter(is_free).collect();
        if self.drawn.len() < 2 || free.is_empty() {
            return false;
        }
        let without = |gone: &[usize]| {
            let nulls = vec![gone.iter().map(|column| Expr::Column(*column).null()).collect()];
            let is_left = |condition: &&Expr| !condition.columns().iter().any(|column| gone.contains(column));
            let left = self.conditions.iter().filter(is_left).map(|condition| ways_of(condition, true));
            product(std::iter::once(nulls).chain(left))
        };
        let each = free.iter().flat_map(|column| without(&[*column])).collect();
        let all = without(&free);
        self.is_bare = true;
        [each, all].into_iter().any(|ways| self.follow(ways, enough, ground).is_ok())
    }

    /// Drops the ways that lead nowhere, and counts how often the others are right at once.
    fn try_out(&mut self, ground: &Ground<'_>) {
        let mut row = vec![Value::Null; ground.table.columns.len()];
        let mut ways = std::mem::take(&mut self.ways);
        let mut number = 0;
        ways.retain(|way| {
            (0..CHANCES).any(|_| {
                number += 1;
                let rng = &mut Rng::keyed(Seed(0), [number, 1, 0]);
                (ground.example)(&mut row, number);
                way.fill(&mut row, rng) && self.is_met(&row)
            })
        });
        self.ways = ways;
        if self.ways.is_empty() {
            return;
        }
        let mut empty: Vec<usize> = self
            .drawn
            .iter()
            .copied()
            .filter(|column| self.ways.iter().any(|way| way.draws(*column)))
            .collect();
        for sample in 0..u64::from(SAMPLES) {
            let rng = &mut Rng::keyed(Seed(0), [sample, 2, 0]);
            (ground.example)(&mut row, sample);
            if self.draw_once(&mut row, rng) {
                self.hits += 1;
                empty.retain(|column| row[*column].is_null());
            }
        }
        self.empty = empty;
    }

    /// Whether a condition reads the column and another one.
    pub(super) fn ties(&self, column: usize) -> bool {
        let both = |columns: Vec<usize>| columns.len() > 1 && columns.contains(&column);
        self.conditions.iter().any(|condition| both(condition.columns()))
    }

    /// The only column that is read, if no other value of it than NULL has been right.
    pub(super) fn empty(&self) -> &[usize] {
        if self.reads.len() == 1 && self.hits > 0 { &self.empty } else { &[] }
    }

    pub(super) fn is_met(&self, row: &[Value]) -> bool {
        let times = if self.timed { &NOW[..] } else { &NOW[..1] };
        self.conditions.iter().all(|condition| times.iter().all(|now| holds(condition, row, *now)))
    }

    fn draw_once(&self, row: &mut [Value], rng: &mut Rng) -> bool {
        let way = if self.ways.len() == 1 { &self.ways[0] } else { rng.pick(&self.ways) };
        way.fill(row, rng) && self.is_met(row)
    }

    /// Draws the columns anew until they fit.
    pub(super) fn draw(&self, row: &mut [Value], rng: &mut Rng) -> bool {
        let tries = if self.drawn.is_empty() { 1 } else { TRIES };
        (0..tries).any(|_| self.draw_once(row, rng))
    }

    pub(super) fn drawn(&self) -> &[usize] {
        &self.drawn
    }

    pub(super) fn reads(&self) -> &[usize] {
        &self.reads
    }

    /// The values of a column, way by way.
    pub(super) fn describe(&self, column: usize) -> String {
        let mut words: Vec<String> = Vec::new();
        for (_, way) in self.ways.iter().flat_map(Way::describe).filter(|(own, _)| *own == column) {
            if !words.contains(&way) {
                words.push(way);
            }
        }
        let more = words.len().saturating_sub(SHOWN);
        words.truncate(SHOWN);
        let words = words.join(", or ");
        if more > 0 { format!("{words}, or {more} more") } else { words }
    }

    /// What is worth a line: columns that depend on each other, and rows that are often drawn again.
    pub(super) fn note(&self, table: &Table) -> Option<String> {
        let checks = self.texts.join(" and ");
        let names: Vec<&str> = self.drawn.iter().map(|column| table.columns[*column].name.as_str()).collect();
        if !self.empty.is_empty() && self.hits > 0 {
            let columns = || self.empty.iter().map(|column| &table.columns[*column]);
            let empty: Vec<&str> = columns().map(|column| column.name.as_str()).collect();
            return Some(format!(
                "{} stays NULL, as no other value that was tried meets CHECK {checks}; {}",
                empty.join(", "),
                remedies(columns())
            ));
        }
        if self.is_bare {
            let names = names.join(", ");
            return Some(format!(
                "a NULL among {names} in each row, as no other values that were tried meet CHECK {checks}"
            ));
        }
        let redrawn = if self.hits * 10 < SAMPLES * 9 {
            format!(", again until it holds: {} of {SAMPLES} rows are right at once", self.hits)
        } else {
            String::new()
        };
        if names.is_empty() && !redrawn.is_empty() {
            let hits = self.hits;
            return Some(format!(
                "no row is written for a key that does not meet CHECK {checks}: of {SAMPLES} keys tried {hits} do"
            ));
        }
        (names.len() > 1 || !redrawn.is_empty())
            .then(|| format!("{} drawn to meet CHECK {checks}{redrawn}", names.join(", ")))
    }
}

/// Descriptions that differ from way to way are cut after so many.
const SHOWN: usize = 3;
