//! Columns of one table that are not drawn each for itself: checks to meet, relations to keep.

use std::iter::repeat_with;

use super::{config::TableConfig, source::Source};
use crate::{
    Rng, Seed, Table, Value,
    check::Rules,
    generate::{
        Locale,
        relate::{Ground, Origin, Relations},
    },
};

/// How the columns of a table are drawn that depend on each other.
#[derive(Debug)]
pub(crate) struct Ties {
    pub(crate) rules: Option<Rules>,
    pub(crate) relations: Option<Relations>,
    /// Some rows, as far as they are drawn.
    examples: Vec<Vec<Value>>,
}

impl Ties {
    /// What ties the columns of a table, whose sources are settled; `None` when each is drawn for itself.
    pub(super) fn find(
        (table, config): (&Table, &TableConfig),
        sources: &mut [Source],
        rules: Option<Rules>,
        locale: Locale,
    ) -> Option<Self> {
        let mut origins: Vec<Origin> = (0..sources.len())
            .map(|column| origin(table, config, column, &sources[column], rules.as_ref()))
            .collect();
        let mut ties = Ties { rules, relations: None, examples: Vec::new() };
        for round in 1..=ROUNDS {
            let ground = Ground { table, origins: &origins, locale, configs: &config.columns };
            let Some(relations) = Relations::find(&ground) else { break };
            let found: Vec<Vec<usize>> = relations.tied().collect();
            ties.relate(relations, sources);
            let kept: Vec<Vec<usize>> = ties.relations.iter().flat_map(Relations::tied).collect();
            let dropped = || found.iter().filter(|tied| !kept.contains(tied)).flatten().copied();
            // Some checks leave no room: once more without their columns, those first that checks tie to others.
            let of = |kind| dropped().filter(|column| origins[*column] == kind).collect::<Vec<usize>>();
            let stuck = Some(of(Origin::Tied)).filter(|tied| !tied.is_empty());
            let stuck = stuck.unwrap_or_else(|| of(Origin::Checked));
            if stuck.is_empty() || round == ROUNDS {
                break;
            }
            ties.part(sources);
            stuck.into_iter().for_each(|column| origins[column] = Origin::Given);
        }
        ties.show(sources);
        (ties.rules.is_some() || ties.relations.is_some()).then_some(ties)
    }

    /// Takes over the generators of related columns, and leaves alone those that do not fit together.
    fn relate(&mut self, mut relations: Relations, sources: &mut [Source]) {
        for column in relations.tied().flatten().collect::<Vec<_>>() {
            if let Source::Generated(own) = &mut sources[column] {
                let words = relations.describe(column).unwrap_or_else(|| own.describe());
                if let Source::Generated(own) =
                    std::mem::replace(&mut sources[column], Source::Related(words))
                {
                    relations.adopt(column, own);
                }
            }
        }
        let rules = self.rules.as_ref();
        let example = |row: &mut [Value], number: u64| example(row, number, sources, rules);
        relations.keep_those_that_fit(&example, &|row, columns| holds(rules, row, columns));
        self.relations = Some(relations);
        let kept: Vec<usize> = self.relations.iter().flat_map(Relations::tied).flatten().collect();
        for column in (0..sources.len()).filter(|column| !kept.contains(column)) {
            self.let_go(column, sources);
        }
        self.relations.take_if(|relations| relations.is_empty());
    }

    fn let_go(&mut self, column: usize, sources: &mut [Source]) {
        if let Some(own) = self.relations.as_mut().and_then(|relations| relations.release(column)) {
            sources[column] = Source::Generated(own);
        }
    }

    /// Undoes all relations.
    fn part(&mut self, sources: &mut [Source]) {
        (0..sources.len()).for_each(|column| self.let_go(column, sources));
        self.relations = None;
    }

    /// Says of related columns what they hold, and draws some rows.
    fn show(&mut self, sources: &mut [Source]) {
        for number in 0..SHOWN {
            let mut row = vec![Value::Null; sources.len()];
            begin(&mut row, number, sources);
            if self.draw(&mut row, &mut Rng::keyed(Seed(0), [number, 6, 0])) {
                self.examples.push(row);
            }
        }
        let Some(relations) = &self.relations else { return };
        for (column, source) in sources.iter_mut().enumerate() {
            if let (Source::Checked(words), Some(related)) = (source, relations.describe(column)) {
                *words = format!("{related}; else {words}");
            }
        }
    }

    /// Some values of a column that is drawn with others, row by row the same as those of the others.
    pub(crate) fn samples(&self, column: usize) -> Option<impl Iterator<Item = &Value>> {
        let is_related = self.relations.iter().flat_map(Relations::tied).any(|tied| tied.contains(&column));
        let is_drawn = is_related || self.rules.as_ref().is_some_and(|rules| rules.covers(column));
        is_drawn.then(|| self.examples.iter().map(move |row| &row[column]))
    }

    /// Draws the columns of a row whose other values are there; false when no values meet the checks.
    pub(crate) fn draw(&self, row: &mut [Value], rng: &mut Rng) -> bool {
        if self.rules.as_ref().is_some_and(|rules| !rules.draw(row, rng)) {
            return false;
        }
        if let Some(relations) = &self.relations {
            relations.draw(row, rng, &|_| true, &|row, columns| holds(self.rules.as_ref(), row, columns));
        }
        true
    }

    /// Like [`Ties::draw`] for those columns that are `wanted`.
    pub(crate) fn redraw(&self, row: &mut [Value], rng: &mut Rng, wanted: &dyn Fn(usize) -> bool) -> bool {
        if self.rules.as_ref().is_some_and(|rules| !rules.redraw(row, rng, wanted)) {
            return false;
        }
        if let Some(relations) = &self.relations {
            relations.draw(row, rng, wanted, &|row, columns| holds(self.rules.as_ref(), row, columns));
        }
        true
    }
}

/// A row before anything of it is drawn. Faster than clones of a value that might own something.
pub(crate) fn nulls(columns: usize) -> Vec<Value> {
    repeat_with(Value::default).take(columns).collect()
}

/// How often relations are looked for, each time with fewer columns that checks read.
const ROUNDS: u32 = 6;
/// How many examples of related columns are shown.
const SHOWN: u64 = 8;

fn holds(rules: Option<&Rules>, row: &[Value], columns: &[usize]) -> bool {
    rules.is_none_or(|rules| rules.hold(row, columns))
}

/// Fills a row with what its columns get but for relations.
fn example(row: &mut [Value], number: u64, sources: &[Source], rules: Option<&Rules>) {
    begin(row, number, sources);
    if let Some(rules) = rules {
        rules.draw(row, &mut Rng::keyed(Seed(0), [number, 5, 0]));
    }
}

/// Fills a row with what is constructed for it.
fn begin(row: &mut [Value], number: u64, sources: &[Source]) {
    for (value, source) in row.iter_mut().zip(sources) {
        *value = match source {
            Source::Distinct(distinct) | Source::Line(distinct) => distinct.value(number).unwrap_or_default(),
            _ => Value::Null,
        };
    }
}

fn origin(
    table: &Table,
    config: &TableConfig,
    column: usize,
    source: &Source,
    rules: Option<&Rules>,
) -> Origin {
    let said = config.columns.get(&table.columns[column].name).filter(|said| said.names_values());
    let only_means = said.is_some_and(|said| said.meaning.is_some());
    match source {
        Source::Generated(_) if table.special.statistics.contains_key(&column) => Origin::Given,
        Source::Generated(own) if said.is_none() || only_means => Origin::Drawn(own.meaning()),
        Source::Generated(_) => Origin::Given,
        Source::Checked(_) if said.is_some() => Origin::Given,
        Source::Checked(_) if rules.is_some_and(|rules| rules.ties(column)) => Origin::Tied,
        Source::Checked(_) => Origin::Checked,
        Source::Distinct(own) if own.is_sequence() => Origin::Given,
        Source::Distinct(_) if said.is_none() => Origin::Distinct,
        _ => Origin::Elsewhere,
    }
}
