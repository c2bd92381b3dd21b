//! Values that are likely to meet conditions, for whoever can ask the database which of them do.

use std::collections::{BTreeMap, BTreeSet};

use super::tries::Tries;
use crate::{
    Column, Rng, Seed, Value,
    check::{Condition, Ground, Rules, parse},
    generate::{self, Locale},
    memory::table,
};

/// So many are drawn.
const DRAWN: u64 = 64;
/// Tells the stream of these values from others.
const CANDIDATES: u64 = 0xca4d;

/// Values of a column, the same at each call, that may meet conditions in the database's own SQL which read nothing else: drawn to
/// meet them as far as those are understood, and others that are worth a try where one is not.
///
/// ```
/// use loadgen_core::{Type, Value, crud::candidates, memory::table};
///
/// let counted = table("t").column("n", Type::Int(32));
/// let few = candidates(&counted.columns[0], &["(n > 0)".to_owned(), "(n < 5)".to_owned()]);
/// assert!(!few.is_empty() && few.iter().all(|n| matches!(n, Value::Int(1..=4))));
/// ```
pub fn candidates(column: &Column, conditions: &[String]) -> Vec<Value> {
    let mut table = table("candidates");
    table.columns.push(column.clone());
    let read = |text: &String| Some(Condition { text: text.clone(), expr: parse(text, &table).ok()? });
    let understood: Vec<Condition> = conditions.iter().filter_map(read).collect();
    let ground = Ground {
        table: &table,
        drawn: &BTreeSet::from([0]),
        configs: &BTreeMap::new(),
        example: &|row: &mut [Value], _: u64| row.fill(Value::Null),
    };
    let rules = Rules::new(&understood, &ground).ok().flatten();
    let generator = generate::for_column(&table.name, column, None).ok();
    let mut values: Vec<Value> = Vec::new();
    for number in 0..DRAWN {
        let rng = &mut Rng::keyed(Seed(0), [number, CANDIDATES, 0]);
        let mut row = [Value::Null];
        let value = match (&rules, &generator) {
            (Some(rules), _) if rules.draw(&mut row, rng) => std::mem::take(&mut row[0]),
            (None, Some(generator)) => generator.generate(rng),
            _ => continue,
        };
        if !value.is_null() && !values.contains(&value) {
            values.push(value);
        }
    }
    if understood.len() < conditions.len() || values.is_empty() {
        let texts: Vec<&str> = conditions.iter().map(String::as_str).collect();
        let tries = Tries::of(&table.name, column, Locale::ANYWHERE, &texts);
        values.extend(tries.texts.into_iter().map(Value::Text));
    }
    values
}
