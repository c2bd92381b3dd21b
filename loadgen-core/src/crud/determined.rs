//! Unique columns that follow from another column of the row: where that one differs from row to row, so do they.

use super::{
    draft::Draft,
    room::SMALL,
    source::{FIRST, Source, TableSources},
};
use crate::{
    Fill, Type, Value,
    check::{Condition, Expr, Kept, NOW, equated, holds, kept_apart, parse, starts},
    generate::{ColumnConfig, Distinct, Scalar},
};

/// The length of codes.
const CODE: u32 = 8;
/// How many rows are held against conditions on distinct columns alone.
const ROWS: u64 = 64;

impl Draft<'_> {
    /// Has a column differ from row to row that a column of a key is computed from, if that makes the key do so.
    pub(super) fn tell_apart_by_another(&self, key: &[usize], sources: &mut TableSources) -> bool {
        if self.table.special.colliding.iter().any(|collision| collision.key == key) {
            return false;
        }
        let computed = |column: &usize| {
            let found = self.computations(*column, sources).into_iter();
            found.filter_map(|expr| if let [from] = expr.columns()[..] { Some((from, expr)) } else { None })
        };
        let computed: Vec<(usize, Expr)> = key.iter().flat_map(computed).collect();
        computed.iter().any(|(from, expr)| !key.contains(from) && self.differ(*from, expr, sources))
    }

    /// What a column is computed from: by the database, or because a check says so.
    fn computations(&self, column: usize, sources: &TableSources) -> Vec<Expr> {
        match &sources.columns[column] {
            Source::Server(_) if self.table.columns[column].fill == Fill::Generated => {
                let text = self.table.special.computed.get(&column);
                text.and_then(|text| parse(text, self.table).ok()).into_iter().collect()
            }
            Source::Generated(_) => {
                sources.conditions.iter().flat_map(|condition| equated(&condition.expr, column)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Makes a column distinct so that what is computed from it differs, too; whether that is so now.
    fn differ(&self, from: usize, computed: &Expr, sources: &mut TableSources) -> bool {
        let definition = &self.table.columns[from];
        let whole = matches!(definition.ty, Type::Int(_) | Type::Decimal { .. });
        let is_text = matches!(definition.ty, Type::Text { .. });
        let Some(kept) = kept_apart(computed).filter(|kept| whole || is_text && !kept.counts) else {
            return false;
        };
        let (distinct, config) = match &sources.columns[from] {
            Source::Distinct(distinct) if distinct.is_alone() => (distinct.clone(), None),
            Source::Generated(_) => match self.distinct(from, &sources.conditions) {
                Ok((_, distinct, config)) => (distinct, Some(config)),
                Err(_) => return false,
            },
            _ => return false,
        };
        let Some((distinct, config)) = self.suited(from, kept, distinct, config) else { return false };
        if distinct.capacity() <= SMALL {
            return false;
        }
        sources.columns[from] = Source::Distinct(distinct);
        sources.within.extend(config.map(|config| (definition.name.clone(), config)));
        true
    }

    /// Distinct values that stay so: letters of one case, and a code of letters and digits at the end of texts.
    fn suited(
        &self,
        from: usize,
        kept: Kept,
        distinct: Distinct,
        config: Option<ColumnConfig>,
    ) -> Option<(Distinct, Option<ColumnConfig>)> {
        let distinct = if kept.folds { distinct.folded() } else { distinct };
        if !kept.cuts || distinct.ends_in_code() {
            return Some((distinct, config));
        }
        let definition = &self.table.columns[from];
        let Type::Text { max, .. } = definition.ty else { return None };
        if self.config_of(from).is_some() || config.as_ref() != Some(&ColumnConfig::default()) {
            return None;
        }
        let pattern = format!("^[0-9a-z]{{{}}}$", max.unwrap_or(CODE).min(CODE));
        let config = ColumnConfig { pattern: Some(pattern), ..ColumnConfig::default() };
        let made = Distinct::new(definition, Some(&config), self.seed, FIRST).ok()?;
        Some((made.in_table(&self.table.name, &definition.name), Some(config)))
    }

    /// Has distinct numbers that conditions compare begin where these hold, as they rise together.
    pub(super) fn stagger(&self, sources: &mut TableSources) {
        let is_alone =
            |column: &usize| matches!(&sources.columns[*column], Source::Distinct(own) if own.is_alone());
        let of_such = |condition: &&Condition| {
            let columns = condition.expr.columns();
            columns.len() > 1 && columns.iter().all(is_alone)
        };
        let conditions: Vec<Expr> =
            sources.conditions.iter().filter(of_such).map(|condition| condition.expr.clone()).collect();
        for count in 1..=conditions.len() {
            let (known, own) = (&conditions[..count], &conditions[count - 1]);
            if self.hold(known, sources) {
                continue;
            }
            let mut columns = own.columns();
            columns.sort_unstable();
            for column in columns.into_iter().rev() {
                if self.begins_elsewhere(column, known, sources) {
                    break;
                }
            }
        }
    }

    /// Has a column begin at another number, if there is one with which the last of some conditions holds beside the others.
    fn begins_elsewhere(&self, column: usize, known: &[Expr], sources: &mut TableSources) -> bool {
        let definition = &self.table.columns[column];
        let (Type::Int(bits), None) = (&definition.ty, self.config_of(column)) else { return false };
        let (_, most) = Type::whole_numbers(*bits);
        let row = self.row(0, sources);
        for least in known.iter().rev().flat_map(|condition| starts(condition, column, &row)) {
            let mut config = sources.within.get(&definition.name).cloned().unwrap_or_default();
            config.min = Some(Scalar(least.to_string()));
            config.max.get_or_insert_with(|| Scalar(most.to_string()));
            let Ok(made) = Distinct::new(definition, Some(&config), self.seed, FIRST) else { continue };
            let made = made.in_table(&self.table.name, &definition.name);
            let before = std::mem::replace(&mut sources.columns[column], Source::Distinct(made));
            if self.hold(known, sources) {
                sources.within.insert(definition.name.clone(), config);
                return true;
            }
            sources.columns[column] = before;
        }
        false
    }

    fn hold(&self, conditions: &[Expr], sources: &TableSources) -> bool {
        let holds = |row: &[Value]| conditions.iter().all(|condition| holds(condition, row, NOW[0]));
        (0..ROWS).all(|number| holds(&self.row(number, sources)))
    }

    /// A row of distinct values.
    fn row(&self, number: u64, sources: &TableSources) -> Vec<Value> {
        let value = |source: &Source| match source {
            Source::Distinct(distinct) => distinct.value(number).unwrap_or_default(),
            _ => Value::Null,
        };
        sources.columns.iter().map(value).collect()
    }
}
