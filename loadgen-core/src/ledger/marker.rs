//! Markers: for each lane a row that says how far it is.

use std::sync::Arc;

use crate::{Change, ChangeKind, Column, Fill, NativeType, Shape, Table, TableName, Type, Value};

/// The name of the table of markers.
pub const MARKER_TABLE: &str = "loadgen_lane";

/// The columns of the table of markers: the run, the lane, the number of the lane's last transaction that was committed, and
/// a number that has to be known to go on from there.
pub const MARKER_COLUMNS: [&str; 4] = ["run_id", "lane", "last_seq", "epoch"];

/// The table of markers as a session describes it that has made it: the run is a text, the rest are 64-bit integers.
pub fn marker_table(name: TableName, run: (Type, NativeType), number: NativeType) -> Table {
    let number = || (Type::Int(64), number.clone());
    let types = [run, number(), number(), number()];
    let column = |(name, (ty, native)): (&str, (Type, NativeType))| Column {
        name: name.to_owned(),
        ty,
        native,
        nullable: false,
        fill: Fill::None,
    };
    let columns = MARKER_COLUMNS.into_iter().zip(types).map(column).collect();
    Table { columns, primary_key: vec![RUN, LANE], ..Table::new(name) }
}

const RUN: usize = 0;
const LANE: usize = 1;
const LAST_SEQ: usize = 2;
const EPOCH: usize = 3;

/// The epoch of a marker that nobody goes on from: none is above it.
pub(super) const CLOSED: i64 = i64::MAX;

/// The changes to the markers of one run.
#[derive(Debug)]
pub(super) struct Markers {
    run: String,
    place: Arc<Shape>,
    advance: Arc<Shape>,
    fence: Arc<Shape>,
    close: Arc<Shape>,
}

impl Markers {
    pub(super) fn new(table: &Arc<Table>, run: &str) -> Self {
        let shape = |id, kind, key: &[usize], set: &[usize], returning: &[usize]| {
            let (table, key, set) = (Arc::clone(table), key.to_vec(), set.to_vec());
            Arc::new(Shape { id, table, kind, key, set, returning: returning.to_vec() })
        };
        let all = [RUN, LANE, LAST_SEQ, EPOCH];
        Markers {
            run: run.to_owned(),
            place: shape(0, ChangeKind::Insert, &[], &all, &[]),
            advance: shape(1, ChangeKind::Update, &all, &[LAST_SEQ], &[]),
            fence: shape(2, ChangeKind::Update, &[RUN, LANE, EPOCH], &[EPOCH], &[LAST_SEQ]),
            close: shape(3, ChangeKind::Update, &[RUN, LANE], &[EPOCH], &[LAST_SEQ]),
        }
    }

    /// The markers of lanes that have done nothing.
    pub(super) fn place(&self, lanes: std::ops::Range<u32>) -> Change {
        let rows = lanes.len();
        let values =
            lanes.flat_map(|lane| [self.run(), number(lane), Value::Int(0), Value::Int(0)]).collect();
        Change { shape: Arc::clone(&self.place), values, rows }
    }

    /// The marker goes on to a transaction, if it is at the one before and nobody has closed it.
    pub(super) fn advance(&self, lane: u32, epoch: i64, seq: u64) -> Change {
        let (before, after) = (Value::Int(seq as i64 - 1), Value::Int(seq as i64));
        let values = vec![self.run(), number(lane), before, Value::Int(epoch), after];
        Change { shape: Arc::clone(&self.advance), values, rows: 1 }
    }

    /// Waits until no transaction is on its way that has the marker, bars those that come late, and gives back where the marker
    /// is. The epoch only rises: from one that is known to the next, or not at all.
    pub(super) fn fence(&self, lane: u32, epoch: i64, next: i64) -> Change {
        let values = vec![self.run(), number(lane), Value::Int(epoch), Value::Int(next)];
        Change { shape: Arc::clone(&self.fence), values, rows: 1 }
    }

    /// The same from any epoch on, and for good.
    pub(super) fn close(&self, lane: u32) -> Change {
        let values = vec![self.run(), number(lane), Value::Int(CLOSED)];
        Change { shape: Arc::clone(&self.close), values, rows: 1 }
    }

    fn run(&self) -> Value {
        Value::Text(self.run.clone())
    }
}

fn number(lane: u32) -> Value {
    Value::Int(i64::from(lane))
}
