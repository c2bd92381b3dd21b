//! The checks of a table: which of them are solved, and by whom.

use std::collections::BTreeSet;

use super::{
    computed,
    draft::Draft,
    source::{FIRST, Source},
    spell::respelt,
};
use crate::{
    Check, Column, Fill, Type, Value,
    check::{Condition, Expr, Ground, Item, NOW, Rules, holds, parse, restrictions},
    generate::{self, ColumnConfig, Distinct, Scalar},
};

impl Draft<'_> {
    /// The checks that rows are drawn for. Those on nothing but what the database fills in are left to it, and those of
    /// which the plan file gives all columns to the plan file, if they are not understood.
    ///
    /// # Errors
    /// The checks that are not understood and that nobody takes responsibility for, and what to write.
    pub(super) fn conditions(&self, sources: &[Source]) -> Result<Vec<Condition>, String> {
        let (mut conditions, mut reasons, mut wanted) = (Vec::new(), Vec::new(), BTreeSet::new());
        let mut is_shared = false;
        for check in self.table.checks.iter().filter(|check| !self.gives_way(check)) {
            if self.is_left_to_the_database(check, sources) {
                if self.outgrows(check) {
                    let why = "a sequence does not stay within it";
                    reasons.push(format!("CHECK {}: {why}", one_line(check.words())));
                }
                if self.is_hidden(check, sources) {
                    let why = "what the database fills in does not meet it";
                    reasons.push(format!("CHECK {}: {why}", one_line(check.words())));
                }
                continue;
            }
            match self.condition(check, sources) {
                Ok(condition) => conditions.push(condition),
                Err(why) => {
                    let open = check.columns.iter().filter(|c| self.config_of(**c).is_none());
                    let is_open = |c: &usize| {
                        sources[*c].is_written() && self.table.columns[*c].fill != Fill::Generated
                    };
                    let open: Vec<usize> = open.filter(|c| is_open(c)).copied().collect();
                    if !open.is_empty() || check.columns.iter().all(|c| self.config_of(*c).is_none()) {
                        reasons.push(format!("CHECK {}: {why}", one_line(check.words())));
                        is_shared |= open.len() > 1;
                        wanted.extend(open);
                    }
                }
            }
        }
        for column in self.computed_references(sources) {
            match self.computed_reference(column, sources) {
                Ok(condition) => conditions.push(condition),
                Err(why) => {
                    let name = &self.table.columns[column].name;
                    return Err(format!("a foreign key of {name:?}, and {why}; exclude the table"));
                }
            }
        }
        for (name, mut expr) in computed::never_null(self.table) {
            if self.fill_in(&mut expr, sources).is_ok() && !expr.columns().is_empty() {
                conditions.push(Condition { text: format!("({name} IS NOT NULL)"), expr });
            }
        }
        let wanted: Vec<&Column> =
            wanted.into_iter().map(|column: usize| &self.table.columns[column]).collect();
        let is_array = |column: &&Column| matches!(column.ty, Type::Array(_));
        let remedy = if is_shared || wanted.iter().any(is_array) {
            generate::remedy_for_check(&wanted)
        } else {
            generate::remedies(wanted.into_iter())
        };
        let reasons = reasons.join("; ");
        if reasons.is_empty() { Ok(conditions) } else { Err(format!("{reasons}; {remedy}")) }
    }

    /// The columns that the database computes and that refer to other rows.
    fn computed_references(&self, sources: &[Source]) -> impl Iterator<Item = usize> {
        let refers = |column: &usize| {
            self.table.columns[*column].fill == Fill::Generated
                && matches!(sources[*column], Source::Parent { .. })
        };
        (0..sources.len()).filter(refers)
    }

    /// That a column that the database computes is what its parent has.
    fn computed_reference(&self, column: usize, sources: &[Source]) -> Result<Condition, String> {
        let mut expr = Expr::Column(column);
        computed::write_out(self.table, &mut expr)?;
        if let Expr::Cast(inner, _) = &expr
            && let Expr::Column(from) = **inner
            && self.table.columns[from].ty == self.table.columns[column].ty
        {
            expr = Expr::Column(from);
        }
        self.fill_in(&mut expr, sources)?;
        let mut keys = self.table.foreign_keys.iter().filter(|key| key.columns.contains(&column));
        // Without a parent one of the columns is NULL: this one, if no other can be.
        let is_computed = |column: &usize| self.table.columns[*column].fill == Fill::Generated;
        let alone = keys.any(|key| key.columns.iter().all(is_computed));
        let text = self.table.special.computed.get(&column).map_or("", String::as_str);
        let text = format!("({} = {})", self.table.columns[column].name, one_line(text));
        Ok(Condition::equal(text, column, expr, alone))
    }

    /// Whether the plan file says otherwise than a check that the database holds nobody to.
    fn gives_way(&self, check: &Check) -> bool {
        self.table.special.unenforced.contains(&check.name)
            && check.columns.iter().any(|column| self.config_of(*column).is_some())
    }

    /// Whether it reads nothing but identities and defaults, which whoever wrote them made fit.
    fn is_left_to_the_database(&self, check: &Check, sources: &[Source]) -> bool {
        let filled = |column: &usize| {
            matches!(sources[*column], Source::Server(_))
                && self.table.columns[*column].fill != Fill::Generated
        };
        !check.columns.is_empty() && check.columns.iter().all(filled)
    }

    /// Whether rows are not found for some change with what the database fills in, as far as that is known.
    fn is_hidden(&self, check: &Check, sources: &[Source]) -> bool {
        let fails = |condition: Condition| NOW.iter().any(|now| !holds(&condition.expr, &[], *now));
        self.table.special.hiding.contains_key(&check.name) && self.condition(check, sources).is_ok_and(fails)
    }

    /// A check with what the database fills in put into it.
    fn condition(&self, check: &Check, sources: &[Source]) -> Result<Condition, String> {
        let expr = parse(&check.condition, self.table).map_err(|error| error.to_string())?;
        let is_said = check.columns.iter().all(|column| self.config_of(*column).is_some());
        if is_said && expr.is_opaque() {
            return Err("the database alone computes it".to_owned());
        }
        let mut expr = respelt(self.table, expr);
        computed::write_out(self.table, &mut expr)?;
        self.fill_in(&mut expr, sources)?;
        Ok(Condition { text: one_line(check.words()), expr })
    }

    /// Puts what the database fills in into a condition.
    fn fill_in(&self, expr: &mut Expr, sources: &[Source]) -> Result<(), String> {
        for column in expr.columns() {
            if matches!(sources.get(column), Some(Source::Server(_))) {
                expr.substitute(column, &self.filled_in(column)?);
            }
        }
        Ok(())
    }

    fn filled_in(&self, column: usize) -> Result<Expr, String> {
        let definition = &self.table.columns[column];
        match &definition.fill {
            Fill::None => Ok(Expr::Const(Item::Null)),
            Fill::Sequence { .. } => Ok(Expr::Const(Item::Fresh)),
            Fill::Constant(default) | Fill::Volatile(default) => parse(default, self.table)
                .map_err(|error| format!("the default of {:?}: {error}", definition.name)),
            Fill::Generated => Err(computed::unknown(definition)),
        }
    }

    /// Whether values are drawn for a column that meet its checks, and distinct ones where a key asks for such.
    pub(super) fn is_solved(&self, column: usize, checks: &[&Check]) -> bool {
        let found = checks.iter().map(|check| self.condition(check, &[]));
        let Ok(conditions) = found.collect::<Result<Vec<Condition>, String>>() else { return false };
        let drawn = BTreeSet::from([column]);
        let (table, configs) = (self.table, &self.config.columns);
        let ground = Ground { table, drawn: &drawn, configs, example: &|_, _| () };
        let is_key = table.unique_rules().any(|key| key.contains(&column));
        let is_met = |rules: Option<Rules>| rules.is_none_or(|rules| rules.empty().next().is_none());
        Rules::new(&conditions, &ground).is_ok_and(is_met)
            && (!is_key
                || self.distinct(column, &conditions).is_ok_and(|(_, distinct, _)| {
                    self.all_meet(&distinct, column, &conditions.iter().collect::<Vec<_>>())
                }))
    }

    /// Whether distinct values of a column meet conditions on it alone.
    fn all_meet(&self, distinct: &Distinct, column: usize, own: &[&Condition]) -> bool {
        let mut row = vec![Value::Null; self.table.columns.len()];
        distinct.capacity() > 0
            && tried(distinct.capacity()).map_while(|index| distinct.value(index)).all(|value| {
                row[column] = value;
                own.iter().all(|condition| holds(&condition.expr, &row, NOW[0]))
            })
    }

    /// Distinct values of a column, within what the checks say of it.
    pub(super) fn distinct(
        &self,
        column: usize,
        conditions: &[Condition],
    ) -> Result<(usize, Distinct, ColumnConfig), String> {
        let definition = &self.table.columns[column];
        let apart = self.table.special.apart.iter().find(|apart| apart.column == column);
        if let (Some(apart), None) = (apart, self.config_of(column)) {
            let distinct = Distinct::apart(&definition.name, apart, self.seed);
            let spans = distinct
                .ok_or_else(|| format!("{:?}: no spans that keep apart are known", definition.name))?;
            let spans = spans.in_table(&self.table.name, &definition.name);
            return Ok((column, spans, ColumnConfig::default()));
        }
        let folds = self.table.special.folded.contains(&column);
        let narrow = self.narrowed(column).filter(|narrow| !matches!(narrow.ty, Type::Int(_)));
        let make = |config: &ColumnConfig| {
            let drawn = narrow.as_ref().unwrap_or(definition);
            let made = Distinct::new(drawn, Some(config), self.seed, FIRST).map(|made| match narrow {
                Some(_) => made.turned(definition.ty.clone()),
                None => made,
            });
            made.map(|made| made.in_table(&self.table.name, &definition.name))
                .map(|made| if folds { made.folded() } else { made })
                .map_err(|unfillable| unfillable.to_string())
        };
        let said = self.config_of(column).cloned().unwrap_or_default();
        let own: Vec<&Condition> =
            conditions.iter().filter(|condition| condition.expr.columns() == [column]).collect();
        let fits = |distinct: &Distinct| self.all_meet(distinct, column, &own);
        let plain = make(&said)?;
        if own.is_empty() || fits(&plain) {
            return Ok((column, plain, said));
        }
        let mut within = restrictions(conditions, column, self.table, &self.config.columns);
        within.extend(hull(&within));
        let made = within.into_iter().filter_map(|config| Some((make(&config).ok()?, config)));
        let roomiest =
            made.filter(|(distinct, _)| fits(distinct)).max_by_key(|(distinct, _)| distinct.capacity());
        let (distinct, config) = roomiest.unwrap_or((plain, said));
        Ok((column, distinct, config))
    }
}

/// A condition for people.
pub(super) fn one_line(condition: &str) -> String {
    condition.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The whole numbers from the least to the greatest of several ranges, as partitions that adjoin make one.
fn hull(ranges: &[ColumnConfig]) -> Option<ColumnConfig> {
    let end = |text: &Option<Scalar>| text.as_ref().and_then(|text| text.as_str().parse::<i128>().ok());
    let ends: Option<Vec<(i128, i128)>> =
        ranges.iter().map(|range| Some((end(&range.min)?, end(&range.max)?))).collect();
    let ends = ends.filter(|ends| ends.len() > 1)?;
    let (low, high) = (ends.iter().map(|(low, _)| low).min()?, ends.iter().map(|(_, high)| high).max()?);
    let bound = |number: &i128| Some(Scalar(number.to_string()));
    Some(ColumnConfig { min: bound(low), max: bound(high), ..ranges.first()?.clone() })
}

/// The first of so many values, and some from there to the last.
fn tried(capacity: u128) -> impl Iterator<Item = u64> {
    let last = u64::try_from(capacity.saturating_sub(1)).unwrap_or(u64::MAX);
    let spread =
        (1..=SAMPLES).map(move |part| (u128::from(last) * u128::from(part) / u128::from(SAMPLES)) as u64);
    (0..SAMPLES.min(last)).chain(spread)
}

/// How many distinct values are tried on a check.
const SAMPLES: u64 = 64;
