//! The tables of the ledger, and what of a sink's columns counts in them.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use xxhash_rust::xxh3::xxh3_128;

use super::{
    layout::Layout,
    observation::{Cell, Sink},
};
use crate::{
    Value, column_hash, column_salt,
    ledger::{Covered, Header, TableHeader},
};

/// One table, in all forms that it had.
#[derive(Debug)]
pub(super) struct Relation {
    /// Schema and name, as it was called last.
    pub(super) name: String,
    /// Names that it had before.
    pub(super) former: Vec<String>,
    /// The columns of the key.
    pub(super) key: Vec<String>,
    /// Why it is not judged, if it is not.
    pub(super) exempt: Option<String>,
    /// The forms, one after the other.
    pub(super) layouts: Vec<Layout>,
    /// Rows that were there before.
    pub(super) before: u64,
    /// Their digest.
    pub(super) digest_before: Option<u128>,
    /// Columns that sums cover in some form: salt and name. Their places are their numbers.
    columns: Vec<(u64, String)>,
    /// How many values of each column the sink could not give exactly.
    pub(super) inexact: BTreeMap<String, u64>,
    /// Observations that were passed over.
    pub(super) passed_over: u64,
    /// The sets of columns that came, by the sum of their salts.
    named: HashMap<u64, Named>,
    /// How often columns came that the ledger never knew.
    pub(super) strange: BTreeMap<String, u64>,
    /// What columns are in the sink and in the ledger, where that is not the same.
    types: BTreeMap<String, [String; 2]>,
    /// The salts of all columns that ever came.
    delivered: HashSet<u64>,
}

/// One set of columns that came.
#[derive(Debug)]
struct Named {
    /// The sum of the salts without those that the ledger never knew.
    known: u64,
    strange: Vec<String>,
}

/// What of a row's columns is kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Parts {
    /// The sum of the salts of the columns; 0 if none came.
    pub(super) names: u64,
    /// For each layout whose columns all came: its number, and the sum of the hashes of what it covers, without unchanged ones.
    pub(super) sums: Vec<(u16, u64)>,
    /// The hashes of values that a later update may leave out, by column.
    pub(super) known: Vec<(u16, u64)>,
    /// The columns that were left out.
    pub(super) unchanged: Vec<u16>,
}

/// All tables of a ledger, and the numbers that its transactions name them with.
pub(super) fn relations(header: &Header, sink: Sink) -> (Vec<Relation>, BTreeMap<u32, (u32, u16)>) {
    // Whose names are, and the numbers of their last forms.
    let mut named: HashMap<String, (u32, u32)> = HashMap::new();
    let (mut relations, mut forms) = (Vec::<Relation>::new(), BTreeMap::<u32, (u32, u16)>::new());
    for (number, form) in &header.tables {
        let name = form.name().to_string();
        let was = form.was.and_then(|was| forms.get(&was)).map(|(id, _)| *id);
        let (other, last) = named.get(&name).copied().unzip();
        let is_anew = last.is_some_and(|last| header.gone.contains(&last));
        // Without a number from before, it is what is still called so.
        let same = other.filter(|id| was.is_none() && relations[*id as usize].name == name);
        let id = was.or(same).unwrap_or(relations.len() as u32);
        if id as usize == relations.len() {
            relations.push(Relation::new(name.clone(), form));
        }
        // Whoever had not noticed yet may have taken the one for the other.
        for confused in
            other.into_iter().filter(|other| is_anew || *other != id).flat_map(|other| [other, id])
        {
            relations[confused as usize]
                .exempt
                .get_or_insert_with(|| format!("another table was called {name} before"));
        }
        let relation = &mut relations[id as usize];
        relation.call(&name);
        forms.insert(*number, (id, relation.add(form)));
        named.insert(name, (id, *number));
    }
    for number in header.gone.iter().filter(|_| sink == Sink::State) {
        if let Some(relation) = forms.get(number).and_then(|(id, _)| relations.get_mut(*id as usize)) {
            relation.exempt.get_or_insert_with(|| GONE.to_owned());
        }
    }
    relations.iter_mut().for_each(Relation::complete);
    (relations, forms)
}

/// Why a table is not compared that is not there any more.
const GONE: &str = "somebody has dropped it during the run, or given it a name that the run leaves alone";

/// The hash of a table's key.
pub(super) fn key_hash(relation: u32, key: &[String], buffer: &mut Vec<u8>) -> u128 {
    buffer.clear();
    buffer.extend_from_slice(&relation.to_le_bytes());
    for text in key {
        buffer.extend_from_slice(&(text.len() as u32).to_le_bytes());
        buffer.extend_from_slice(text.as_bytes());
    }
    xxh3_128(buffer)
}

impl Relation {
    fn new(name: String, form: &TableHeader) -> Self {
        let exempt = match &form.unchecked {
            Some(why) => Some(format!("nobody knows what is in it: {why}")),
            None if form.key.is_empty() => Some("its rows have no key".to_owned()),
            None => None,
        };
        Relation {
            name,
            former: Vec::new(),
            key: form.key.clone(),
            exempt,
            layouts: Vec::new(),
            before: form.rows_before,
            digest_before: u128::from_str_radix(&form.digest_before, 16).ok(),
            columns: Vec::new(),
            inexact: BTreeMap::new(),
            passed_over: 0,
            named: HashMap::new(),
            strange: BTreeMap::new(),
            types: BTreeMap::new(),
            delivered: HashSet::new(),
        }
    }

    /// Gives it its next name.
    fn call(&mut self, name: &str) {
        if self.name != name {
            self.former.push(std::mem::replace(&mut self.name, name.to_owned()));
        }
    }

    fn add(&mut self, form: &TableHeader) -> u16 {
        if form.key != self.key {
            self.exempt.get_or_insert_with(|| "its key has changed during the run".to_owned());
        }
        self.key.clone_from(&form.key);
        if let (Some(why), None) = (&form.unchecked, &self.exempt) {
            self.exempt = Some(format!("nobody knows what is in it: {why}"));
        }
        let same = |last: &Layout| last.form.columns == form.columns && last.form.uncovered == form.uncovered;
        if !self.layouts.last().is_some_and(same) {
            for column in &form.columns {
                if self.number(column_salt(&column.name)).is_none() {
                    self.columns.push((column_salt(&column.name), column.name.clone()));
                }
            }
            self.layouts.push(Layout::new(form));
        }
        (self.layouts.len() - 1) as u16
    }

    fn complete(&mut self) {
        for at in 0..self.layouts.len() {
            let form = &self.layouts[at].form;
            let named = |(_, name): &(u64, String)| form.columns.iter().any(|column| column.name == *name);
            let covered = self.columns.iter().map(named).collect();
            let later = self.layouts[at + 1..].iter().flat_map(|later| &later.form.columns);
            let is_other = |old: &Covered, new: &Covered| (&old.ty, &old.form) != (&new.ty, &new.form);
            let retyped = later.into_iter().any(|new| {
                form.columns.iter().any(|column| column.name == new.name && is_other(column, new))
            });
            (self.layouts[at].covered, self.layouts[at].retyped) = (covered, retyped);
        }
    }

    fn number(&self, salt: u64) -> Option<u16> {
        self.columns.iter().position(|(known, _)| *known == salt).map(|at| at as u16)
    }

    /// Takes down which columns came, and hashes what sums cover.
    pub(super) fn parts(&mut self, columns: &[(&str, Cell)], keep: bool, parts: &mut Parts) {
        parts.names = 0;
        parts.known.clear();
        parts.unchanged.clear();
        let mut sums = vec![(0u64, 0usize); self.layouts.len()];
        for (name, cell) in columns {
            let salt = column_salt(name);
            parts.names = parts.names.wrapping_add(salt);
            let number = self.number(salt);
            let (Some(number), cell) = (number, cell) else { continue };
            let hash = match cell {
                Cell::Value(value) => {
                    let hash = column_hash(salt, value);
                    if keep && may_be_left_out(value) && parts.known.len() < 255 {
                        parts.known.push((number, hash));
                    }
                    hash
                }
                Cell::Unchanged => {
                    parts.unchanged.push(number);
                    0
                }
                Cell::Inexact => {
                    *self.inexact.entry((*name).to_owned()).or_default() += 1;
                    continue;
                }
            };
            for (layout, (sum, came)) in self.layouts.iter().zip(&mut sums) {
                if layout.covers(number) {
                    (*sum, *came) = (sum.wrapping_add(hash), *came + 1);
                }
            }
        }
        self.name_columns(parts.names, columns);
        let whole = self.layouts.iter().zip(sums).zip(0u16..);
        let whole = whole.filter(|((layout, (_, came)), _)| *came == layout.form.columns.len());
        parts.sums.clear();
        parts.sums.extend(whole.map(|((_, (sum, _)), number)| (number, sum)).take(255));
    }

    /// Takes down a set of columns, and how often those came of which the ledger knows nothing.
    fn name_columns(&mut self, names: u64, columns: &[(&str, Cell)]) {
        if columns.is_empty() {
            return;
        }
        let named = self.named.entry(names).or_insert_with(|| {
            let is_strange =
                |name: &str| !self.layouts.iter().any(|layout| layout.all().any(|known| known == name));
            let strange = columns.iter().map(|(name, _)| *name).filter(|name| is_strange(name));
            let strange: Vec<String> = strange.map(str::to_owned).collect();
            self.delivered.extend(columns.iter().map(|(name, _)| column_salt(name)));
            let known = strange.iter().fold(names, |sum, name| sum.wrapping_sub(column_salt(name)));
            Named { known, strange }
        });
        for name in &named.strange {
            *self.strange.entry(name.clone()).or_default() += 1;
        }
    }

    /// Whether there are columns among these that the ledger never knew.
    pub(super) fn is_strange(&self, names: u64) -> bool {
        self.named.get(&names).is_some_and(|named| !named.strange.is_empty())
    }

    /// Notes that a column is something else in the sink than in the ledger.
    pub(super) fn retype(&mut self, column: &str, in_ledger: String, in_sink: String) {
        self.types.insert(column.to_owned(), [in_ledger, in_sink]);
    }

    /// Why values of a column were not exact.
    pub(super) fn inexact_words(&self, column: &str) -> String {
        match self.types.get(column) {
            Some([ledger, sink]) => {
                format!("values of {column}, which is {ledger} in the ledger and {sink} in the sink")
            }
            None => format!("values of {column} that the sink cannot give exactly"),
        }
    }

    /// The first and the last layout that have the columns that came. Columns that never came anywhere do not count, and
    /// neither do those that the ledger never knew: somebody may have added them between two looks at the table.
    pub(super) fn shown(&self, names: u64) -> Option<(u16, u16)> {
        let names = self.named.get(&names).map_or(names, |named| named.known);
        let mut fitting = (0u16..).zip(&self.layouts).filter(|(_, layout)| {
            let absent = layout.all().filter(|name| !self.delivered.contains(&column_salt(name)));
            absent.fold(layout.names, |sum, name| sum.wrapping_sub(column_salt(name))) == names
        });
        let (first, _) = fitting.next()?;
        Some((first, fitting.last().map_or(first, |(last, _)| last)))
    }

    /// Columns that sums cover and of which the sink has never shown anything, if it has shown anything of the table.
    pub(super) fn absent(&self) -> BTreeSet<&str> {
        let covered = self.columns.iter().filter(|_| !self.delivered.is_empty());
        covered.filter(|(salt, _)| !self.delivered.contains(salt)).map(|(_, name)| name.as_str()).collect()
    }

    /// Columns that sums do not cover, apart from the key.
    pub(super) fn uncovered(&self) -> BTreeSet<&str> {
        let uncovered = self.layouts.iter().flat_map(|layout| &layout.form.uncovered);
        uncovered.filter(|name| !self.key.contains(name)).map(String::as_str).collect()
    }
}

/// Sources leave out what is stored apart from its row, and what has a fixed length never is.
fn may_be_left_out(value: &Value) -> bool {
    matches!(value, Value::Text(_) | Value::Bytes(_) | Value::Decimal(_) | Value::Json(_) | Value::Array(_))
}
