//! What `crud` will do to one table.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    adoption::TakenOver,
    combinations::Combining,
    config::{CrudConfig, OperationWeights, TableConfig},
    dealt::Dealt,
    kept::Kept,
    leads::leads,
    live::Layout,
    loose::Loose,
    partial::{InPart, deciding},
    peculiar::{note_idle, note_specials, possible},
    pick::Pick,
    reference::Reference,
    room,
    sampling::{Sampling, Standing},
    source::{Source, TableSources, names},
    ties::Ties,
    touch::Touch,
};
use crate::{Change, ChangeKind, Shape, Special, Table, column_salt, generate::relate::Relations};

/// What will be done to one table.
#[derive(Debug)]
pub struct TablePlan {
    /// The table.
    pub table: Arc<Table>,
    /// How often it is chosen, relative to the others.
    pub weight: u64,
    /// How often each operation is chosen on it; 0 where it cannot be.
    pub operations: OperationWeights,
    /// Where the values come from, column by column.
    pub sources: Vec<Source>,
    /// What a reader of the plan should know.
    pub notes: Vec<String>,
    /// Which of its rows are updated, deleted and referred to.
    pub touch: Touch,
    /// Who finds rows that are there.
    pub sampling: Sampling,
    /// The rows that were there and that lanes have taken over, once [`CrudPlan::adopt`](super::CrudPlan::adopt) has.
    pub taken_over: Option<TakenOver>,
    pub(crate) config: TableConfig,
    /// How columns are drawn that checks or relations tie to others.
    pub(crate) ties: Option<Ties>,
    /// The references that are followed.
    pub(crate) references: Vec<Reference>,
    /// Columns remembered of each live row: the key and whatever children refer to.
    pub(crate) remembered: Vec<usize>,
    /// Columns that never change and that others of the row follow from, each with its place among what is remembered.
    pub(crate) leads: Vec<(usize, usize)>,
    /// Columns that updates replace, in at most [`GROUPS`] groups that come and go together.
    pub(crate) groups: Vec<Vec<usize>>,
    /// Columns that updates of the last group replace, too, and that no digest covers.
    pub(crate) late: Vec<usize>,
    /// Columns whose values loadgen knows: what the digest covers.
    pub(crate) known: Vec<usize>,
    /// One for each column of the table, and one for the address.
    pub(crate) salts: Vec<u64>,
    /// For each column of the table and the address, the part of a row's sum that it belongs to: 0, or one more than its group;
    /// [`UNREAD`] where nobody may read it.
    pub(crate) parts: Vec<usize>,
    /// How often columns that the digest covers have become others during the run: with any, nobody knows the digest of
    /// the live rows, and they are only counted.
    pub(crate) generation: u32,
    /// Why the rows in the database are not compared with what the lanes know.
    pub unchecked: Option<String>,
    /// Whether a trigger may change or refuse rows: one row a statement, and the values that count are those that
    /// come back.
    pub(crate) reads_back: bool,
    /// Whether rows are found by their addresses: one row a statement, and a new address with each update.
    pub(crate) by_address: bool,
    /// How many rows the sequences that fill columns have values for, in all lanes together.
    pub(crate) room: u64,
    /// Which rows updates choose.
    pub pick: Pick,
    pub(crate) layout: Layout,
    /// What a key is made of that takes rows outside the plan alone.
    pub(crate) dealt: Option<Dealt>,
    /// Which rows the key that is made of parents holds for, if not for all.
    pub(crate) partial: Option<InPart>,
    /// Distinct columns of keys that hold for some rows alone.
    pub(crate) loose: Vec<Loose>,
    /// The tables with a key that is made of a reference to this one alone.
    pub(crate) one_to_one: Vec<usize>,
    pub(crate) insert: Arc<Shape>,
    /// Columns that the database computes, and that refer to other rows.
    pub(crate) computed: Vec<usize>,
    /// One for each non-empty set of groups, at its bit mask less one.
    pub(crate) updates: Vec<Arc<Shape>>,
    pub(crate) delete: Option<Arc<Shape>>,
}

/// Updates write one or more of so many groups of columns; each costs a live row 8 bytes.
pub(crate) const GROUPS: usize = 3;

/// The part of a row's sum that is in no digest.
pub(crate) const UNREAD: usize = GROUPS + 1;

impl TablePlan {
    pub(super) fn new(
        table: Arc<Table>,
        (config, table_config): (&CrudConfig, &TableConfig),
        sources: TableSources,
        (referred, cap): (&BTreeSet<usize>, usize),
        shapes: &mut u32,
    ) -> Self {
        let (combined, lines) = sources.combined();
        let TableSources {
            columns: mut sources, references, mut notes, rules, within, in_part, loose, ..
        } = sources;
        let partial = in_part.filter(|_| !combined.is_empty());
        let decides = deciding(partial.iter().chain(loose.iter().map(|loose| &loose.part)), &mut notes);
        let mut own_config = table_config.clone();
        own_config.columns.extend(within);
        let ties = Ties::find((&table, &own_config), &mut sources, rules, config.place());
        let wanted = table_config.operations.or(config.operations);
        let wanted = wanted.unwrap_or_default().without(&table.special.withheld, &mut notes);
        let leads = leads((&table, config, table_config), &sources, ties.as_ref());
        let is_touched = (wanted.update, wanted.delete) != (0, 0);
        let kept = Kept::of(&table, &mut sources, (referred, &leads), is_touched);
        note_specials(&table, &kept.key, &mut notes);
        let fixed = (&*kept.remembered, &*decides, &*leads);
        let groups = groups(&table, &sources, fixed, ties.as_ref(), &mut notes);
        let late = late_updates(&table, &sources, &kept.remembered);
        let Shapes { insert, updates, delete } = Shapes::of(&table, &kept, (&groups, &late), shapes);
        let standing = Standing::of(&table, config, table_config, delete.is_some() && !kept.by_address);
        notes.extend(standing.note.clone());
        let wanted = wanted.unseen(&table.special, standing.touch, &mut notes);
        let operations = possible(wanted, updates.is_empty(), (delete.is_none(), &table.special), &mut notes);
        note_idle(table_config, operations, (&standing, !referred.is_empty()), &mut notes);
        let room = room::of_sequences(&table, &sources).map_or(u64::MAX, |(_, left)| left);
        let combining = combining(combined, lines, cap, partial.is_some());
        let is_parent = !referred.is_empty() || standing.touch.adopts();
        let pick = table_config.pick.or(config.pick).unwrap_or_default();
        let layout = Layout {
            is_ordered: pick == Pick::Latest,
            ..layout_of(&kept, (groups.len(), references.len()), is_parent, combining)
        };
        TablePlan {
            generation: 0,
            unchecked: standing.unchecked.or_else(|| table.special.written_by.clone()),
            reads_back: kept.reads_back,
            by_address: kept.by_address,
            touch: standing.touch,
            sampling: standing.sampling,
            taken_over: None,
            weight: table_config.weight.unwrap_or(1),
            salts: table.columns.iter().map(|column| column_salt(&column.name)).chain([0]).collect(),
            parts: parts(&table, &groups),
            table,
            config: own_config,
            operations,
            sources,
            notes,
            leads: kept.places(&leads),
            ties,
            references,
            remembered: kept.remembered,
            groups,
            late,
            known: kept.known,
            room,
            pick,
            layout,
            dealt: None,
            partial,
            loose,
            one_to_one: Vec::new(),
            computed: kept.computed,
            insert,
            updates,
            delete,
        }
    }

    /// Whether lanes take over rows that are there.
    pub fn adopts(&self) -> bool {
        self.touch.adopts() && self.sampling == Sampling::Start
    }

    /// Columns that the digest covers, as indexes into the table's columns.
    pub fn digested(&self) -> &[usize] {
        &self.known
    }

    /// How many rows a statement takes of so many. One of nothing but defaults makes one row.
    pub(crate) fn rows_at_once(&self, rows: u32) -> usize {
        if self.reads_back || self.by_address || self.insert.set.is_empty() { 1 } else { rows as usize }
    }

    /// The columns that a new row has values in before those that are drawn together.
    pub(crate) fn begun(&self) -> impl Iterator<Item = &usize> {
        self.insert.set.iter().chain(&self.computed)
    }

    /// An empty change of a shape with room for `rows` rows.
    pub(crate) fn change(shape: &Arc<Shape>, rows: usize) -> Change {
        Change { shape: Arc::clone(shape), values: Vec::with_capacity(rows * shape.width()), rows }
    }
}

/// What is remembered of rows that have so many groups of columns and references.
fn layout_of(
    kept: &Kept,
    (groups, references): (usize, usize),
    is_parent: bool,
    combining: Combining,
) -> Layout {
    let cap = if kept.remembered.is_empty() { 0 } else { combining.most };
    Layout {
        keys: kept.remembered.len(),
        parts: groups + 1,
        references,
        is_parent,
        combining,
        cap,
        ..Layout::default()
    }
}

/// The statements of a table.
struct Shapes {
    insert: Arc<Shape>,
    updates: Vec<Arc<Shape>>,
    delete: Option<Arc<Shape>>,
}

impl Shapes {
    fn of(
        table: &Arc<Table>,
        kept: &Kept,
        (groups, late): (&[Vec<usize>], &[usize]),
        shapes: &mut u32,
    ) -> Self {
        let key = &kept.key;
        let mut shape = |kind, key: &[usize], set: Vec<usize>, returning: &[usize]| {
            *shapes += 1;
            let (id, table, key) = (*shapes - 1, Arc::clone(table), key.to_vec());
            Arc::new(Shape { id, table, kind, key, set, returning: returning.to_vec() })
        };
        let insert = shape(ChangeKind::Insert, &[], kept.written.clone(), &kept.returned);
        let (mut updates, mut delete) = (Vec::new(), None);
        if !key.is_empty() {
            let returned = kept.returned_by_updates();
            for mask in 1..1usize << groups.len() {
                let set = columns_of(mask, groups, late).collect();
                updates.push(shape(ChangeKind::Update, key, set, returned));
            }
            delete = Some(shape(ChangeKind::Delete, key, Vec::new(), &[]));
        }
        Shapes { insert, updates, delete }
    }
}

/// What a key is made of, before it is known whether its parents are numbered.
fn combining(references: Vec<usize>, lines: u64, most: usize, is_partial: bool) -> Combining {
    Combining { references, lines, most, is_dealt: false, is_partial }
}

/// The part of a row's sum that each column and the address belong to.
fn parts(table: &Table, groups: &[Vec<usize>]) -> Vec<usize> {
    let part = |column: usize| match groups.iter().position(|group| group.contains(&column)) {
        Some(group) => group + 1,
        None if table.special.denied.select.contains(&column) => UNREAD,
        None if table.special.late.contains(&column) => UNREAD,
        None => 0,
    };
    (0..table.columns.len()).map(part).chain([UNREAD]).collect()
}

/// Deals the columns that updates may replace into groups, neighbours together, and those together that are tied.
fn groups(
    table: &Table,
    sources: &[Source],
    (remembered, decides, leads): (&[usize], &[usize], &[usize]),
    ties: Option<&Ties>,
    notes: &mut Vec<String>,
) -> Vec<Vec<usize>> {
    let (keys, fixed) = (table.unique_rules(), table.partitioned_by());
    let Special { denied, late, .. } = &table.special;
    let in_key = |column: &usize| {
        keys.clone().any(|key| key.contains(column))
            || [remembered, decides, fixed, &denied.update, &denied.select, late]
                .iter()
                .any(|some| some.contains(column))
    };
    let is_drawn = |column: &usize| {
        matches!(sources[*column], Source::Generated(_) | Source::Checked(_) | Source::Related(_))
    };
    let mut free: Vec<usize> = (0..sources.len()).filter(|i| is_drawn(i) && !in_key(i)).collect();
    let mut units: Vec<Vec<usize>> = Vec::new();
    if let Some(rules) = ties.and_then(|ties| ties.rules.as_ref()) {
        notes.extend(rules.notes(table));
        let held = rules.held(&free);
        let kept: Vec<usize> = held.iter().copied().filter(|column| free.contains(column)).collect();
        if !kept.is_empty() {
            notes.push(format!("{}: checks read columns that do not change, too", keep(table, &kept)));
        }
        free.retain(|column| !held.contains(column));
        units
            .extend(rules.tied().filter(|tied| tied.iter().any(|c| free.contains(c))).map(<[usize]>::to_vec));
    }
    if let Some(relations) = ties.and_then(|ties| ties.relations.as_ref()) {
        hold_related(table, (relations, leads), &mut free, notes);
        for tied in relations.tied() {
            join(&mut units, tied.into_iter().filter(|column| free.contains(column)).collect());
        }
        units.retain(|unit| unit.iter().any(|column| free.contains(column)));
    }
    let alone = free.iter().filter(|column| !units.iter().any(|unit| unit.contains(column)));
    let alone: Vec<Vec<usize>> = alone.map(|column| vec![*column]).collect();
    units.extend(alone);
    units.sort_unstable();
    let count = units.len().min(GROUPS);
    (0..count)
        .map(|group| units[group * units.len() / count..(group + 1) * units.len() / count].concat())
        .collect()
}

/// Columns that came during the run and may be updated.
fn late_updates(table: &Table, sources: &[Source], remembered: &[usize]) -> Vec<usize> {
    let Special { late, denied, .. } = &table.special;
    let is_free = |column: &usize| {
        let fixed = [remembered, table.partitioned_by(), &denied.update];
        matches!(sources[*column], Source::Generated(_))
            && !fixed.iter().any(|some| some.contains(column))
            && !table.unique_rules().any(|key| key.contains(column))
    };
    late.iter().copied().filter(is_free).collect()
}

/// What an update of a bit mask of groups replaces: what no digest covers goes with the last group and comes last.
pub(crate) fn columns_of<'a>(
    mask: usize,
    groups: &'a [Vec<usize>],
    late: &'a [usize],
) -> impl Iterator<Item = usize> + 'a {
    let has_last = mask >> groups.len().saturating_sub(1) & 1 == 1;
    let late = late.iter().filter(move |_| has_last);
    groups_of(mask, groups).flatten().chain(late).copied()
}

/// Takes from the columns that may change those that are related to one that may not, unless nothing else could change.
fn hold_related(
    table: &Table,
    (relations, leads): (&Relations, &[usize]),
    free: &mut Vec<usize>,
    notes: &mut Vec<String>,
) {
    let mut left = free.clone();
    loop {
        let before = left.len();
        for tied in relations.tied() {
            if tied.iter().any(|column| !left.contains(column) && !leads.contains(column)) {
                left.retain(|column| !tied.contains(column));
            }
        }
        if left.len() == before {
            break;
        }
    }
    let held: Vec<usize> = free.iter().copied().filter(|column| !left.contains(column)).collect();
    if left.is_empty() && !held.is_empty() {
        notes.push(format!("updates change {} alone: related columns do not change", names(table, &held)));
    } else if !held.is_empty() {
        notes.push(format!("{}: related columns do not change", keep(table, &held)));
        *free = left;
    }
}

/// Columns that updates leave alone, for people.
fn keep(table: &Table, columns: &[usize]) -> String {
    let words = if columns.len() == 1 { "keeps its value" } else { "keep their values" };
    format!("{} {words}", names(table, columns))
}

/// Adds columns that come and go together to those that do so with one of them.
fn join(units: &mut Vec<Vec<usize>>, mut columns: Vec<usize>) {
    let (joined, apart): (Vec<Vec<usize>>, Vec<Vec<usize>>) = std::mem::take(units)
        .into_iter()
        .partition(|unit| unit.iter().any(|column| columns.contains(column)));
    *units = apart;
    columns.extend(joined.into_iter().flatten());
    columns.sort_unstable();
    columns.dedup();
    if !columns.is_empty() {
        units.push(columns);
    }
}

/// The groups of a bit mask, in order.
pub(crate) fn groups_of(mask: usize, groups: &[Vec<usize>]) -> impl Iterator<Item = &Vec<usize>> {
    groups.iter().enumerate().filter(move |(group, _)| mask >> group & 1 == 1).map(|(_, columns)| columns)
}
