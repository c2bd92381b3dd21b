//! The parents of the rows of a wave.

use std::{collections::BTreeMap, sync::Arc};

use super::{agreement::Step, combined::Combined, parents::Parents, wave::NoRow};
use crate::{
    BulkSession, Failure, Rng, Type, Value,
    crud::{CrudPlan, Source, TablePlan, parent::Parent, reference::Part, source::names},
};

/// Which parents the rows of a wave have.
#[derive(Debug)]
pub(super) struct Parentage {
    /// Keys for each reference.
    keys: Vec<Arc<Parents>>,
    /// One for each reference, in the order in which they choose.
    steps: Vec<Step>,
    /// Combinations of parents, for a key that is made of nothing else.
    combined: Result<Option<Combined>, String>,
    /// A number that is unique beside the parent of a reference, and counts on within each parent.
    line: Option<Line>,
    /// Whether parents in the same circle are written together with the rows.
    joined: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) column: usize,
    pub(super) reference: usize,
}

/// A row without a parent.
pub(super) const NO_PARENT: u64 = u64::MAX;
/// How often parents are drawn again when the others cannot agree with them.
const AGREEMENT_TRIES: u32 = 32;

impl Parentage {
    /// Reads the keys that rows of a table can refer to.
    pub(super) async fn read(
        session: &mut impl BulkSession,
        plan: &CrudPlan,
        table: usize,
        salt: u64,
    ) -> Result<Self, Failure> {
        let planned = &plan.tables[table];
        let mut known: BTreeMap<(Parent, Vec<usize>, Option<usize>), Arc<Parents>> = BTreeMap::new();
        let mut keys = Vec::with_capacity(planned.references.len());
        for (at, reference) in planned.references.iter().enumerate() {
            let parent = match reference.parent {
                Parent::Lane(table) => &plan.tables[table].table,
                Parent::Pool(pool) => plan.pools[pool].table.as_ref().expect("a pool that is used was read"),
            };
            let columns: Vec<usize> =
                reference.parent_columns.iter().filter_map(|name| parent.column_index(name)).collect();
            let fitting = reference.fitting.as_deref();
            let key = (reference.parent, columns, fitting.map(|_| at));
            if !known.contains_key(&key) {
                let read = Parents::read(session, parent, &key.1, fitting).await?;
                known.insert(key.clone(), Arc::new(read));
            }
            keys.push(Arc::clone(&known[&key]));
        }
        let is_shared = planned.references.iter().any(|reference| !reference.shared.is_empty());
        let line = line(planned).filter(|line| !is_shared || Self::can_begin(planned, *line));
        let steps = Step::all(planned, &keys, line.filter(|_| is_shared).map(|line| line.reference));
        let combined = Combined::of(planned, &keys, &steps, (plan.seed, salt));
        Ok(Parentage { keys, steps, combined, line, joined: false })
    }

    /// Has rows do without the parents that are written together with them; those are new, and so is any combination with them.
    pub(super) fn join(&mut self) {
        (self.joined, self.combined) = (true, Ok(None));
    }

    /// Whether a parent is written together with the row.
    fn comes_along(&self, plan: &TablePlan, reference: usize) -> bool {
        self.joined && plan.references[reference].part != Part::None
    }

    /// Whether the parent beside which a number counts may be chosen before all others.
    fn can_begin(plan: &TablePlan, line: Line) -> bool {
        !plan.references[line.reference].optional && plan.layout.combining.references.is_empty()
    }

    /// Why not a single row can be written.
    pub(super) fn obstacle(&self, plan: &TablePlan) -> Option<String> {
        let is_needed = |at: usize| {
            let is_of_key = plan.layout.combining.references.contains(&at);
            (!plan.references[at].optional || is_of_key) && !self.comes_along(plan, at)
        };
        let name = |at: usize| &plan.references[at].parent_name;
        if let Some(empty) = (0..self.keys.len()).find(|at| self.keys[*at].len() == 0 && is_needed(*at)) {
            let remedy = match plan.references[empty].part {
                Part::None => "; fill it too",
                Part::Along | Part::Ahead => ", and its first needs one of this table; fill it too",
            };
            let row = match &plan.references[empty].fitting {
                Some(fitting) => format!("row that fits {}", fitting.words()),
                None => "row".to_owned(),
            };
            return Some(format!("{} has no {row} to refer to{remedy}", name(empty)));
        }
        let alone = self.steps.iter().find(|step| {
            step.shared.is_empty() && step.choice(&self.keys, &[]).len() == 0 && is_needed(step.reference)
        });
        let at_odds = |first: &Step| {
            let followers =
                self.steps.iter().filter(|step| step.follows(first.reference) && is_needed(step.reference));
            let (mut others, mut columns) = (Vec::new(), Vec::new());
            for step in followers {
                others.push(name(step.reference).to_string());
                let own = &plan.references[step.reference].columns;
                columns.extend(step.shared.iter().map(|shared| own[shared.position]));
            }
            columns.sort_unstable();
            columns.dedup();
            let (columns, others) = (names(&plan.table, &columns), others.join(" and "));
            format!(
                "no row of {} and of {others} has the same ({columns}); fill them with more rows",
                name(first.reference)
            )
        };
        alone.map(at_odds).or_else(|| self.combined.as_ref().err().cloned())
    }

    /// Draws the parents of row `number` of a wave that begins with `first`, with the combination of its number where a key
    /// is made of such and `is_combined` says so.
    pub(super) fn draw(
        &self,
        plan: &TablePlan,
        (number, first): (u64, u64),
        is_combined: bool,
        rng: &mut Rng,
        parents: &mut Vec<u64>,
    ) -> Result<(), NoRow> {
        parents.clear();
        parents.resize(self.keys.len(), NO_PARENT);
        let combined = self.combined.as_ref().ok().and_then(Option::as_ref).filter(|_| is_combined);
        if let Some(combined) = combined {
            combined.choose(number, &self.keys, &self.steps, parents).map_err(NoRow::Exhausted)?;
        }
        let is_combined = |at: usize| combined.is_some() && plan.layout.combining.references.contains(&at);
        for _ in 0..AGREEMENT_TRIES {
            let nth = number - first;
            if self
                .steps
                .iter()
                .all(|step| self.take(plan, step, nth, is_combined(step.reference), rng, parents))
            {
                return Ok(());
            }
        }
        Err(NoRow::Unfit)
    }

    /// Draws the parent of one reference; false if it cannot do without, and there is none.
    fn take(
        &self,
        plan: &TablePlan,
        step: &Step,
        nth: u64,
        is_there: bool,
        rng: &mut Rng,
        parents: &mut [u64],
    ) -> bool {
        if self.comes_along(plan, step.reference) {
            parents[step.reference] = NO_PARENT;
            return true;
        }
        let reference = &plan.references[step.reference];
        // Without a value in one of its columns, a foreign key holds whatever the others say.
        let is_open = step.shared.iter().any(|shared| parents[shared.from] == NO_PARENT);
        let choice = if is_open { super::groups::Choice::NONE } else { step.choice(&self.keys, parents) };
        let given = self.line.is_some_and(|line| line.reference == step.reference);
        let parent = match choice.len() {
            0 => NO_PARENT,
            all if given => choice.at(nth % all),
            _ if reference.optional && rng.chance(reference.orphans) => NO_PARENT,
            all => choice.at(rng.below(all)),
        };
        if !is_there {
            parents[step.reference] = parent;
        }
        is_there || is_open || parent != NO_PARENT || reference.optional
    }

    /// One column of the key of a parent.
    pub(super) fn key(&self, reference: usize, parent: u64, position: usize) -> Value {
        self.keys[reference].key(parent, position)
    }

    /// Where the number of a column counts on within each parent: the count of a row.
    pub(super) fn nth_of_parent(&self, column: usize, nth: u64, parents: &[u64]) -> Option<u64> {
        let line = self.line.filter(|line| line.column == column && parents[line.reference] != NO_PARENT)?;
        nth.checked_div(
            self.steps
                .iter()
                .find(|step| step.reference == line.reference)?
                .choice(&self.keys, parents)
                .len(),
        )
    }

    /// The line of a row among those of the same parents.
    pub(super) fn line_of(&self, number: u64) -> Option<u64> {
        match &self.combined {
            Ok(Some(combined)) => combined.line_of(number),
            _ => Some(0),
        }
    }
}

/// The first number that is unique only beside the whole of one reference, wherever it is part of a key.
pub(super) fn line(plan: &TablePlan) -> Option<Line> {
    let keys = || std::iter::once(&plan.table.primary_key).chain(&plan.table.uniques);
    let stands_beside = |column: usize, columns: &[usize]| {
        let mut around = keys().filter(|key| key.contains(&column)).peekable();
        around.peek().is_some() && around.all(|key| columns.iter().all(|c| key.contains(c)))
    };
    let numbers = (0..plan.sources.len()).filter(|column| {
        matches!(&plan.sources[*column], Source::Distinct(distinct) if distinct.is_alone())
            && matches!(plan.table.columns[*column].ty, Type::Int(_))
    });
    let of = |column: usize| {
        let found = plan.references.iter().enumerate().position(|(at, reference)| {
            !plan.layout.combining.references.contains(&at) && stands_beside(column, &reference.columns)
        });
        found.map(|reference| Line { column, reference })
    };
    numbers.into_iter().find_map(of)
}
