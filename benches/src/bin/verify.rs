//! What judging millions of changes costs: one figure a line. `verify [CHANGES [LANES [ROWS [MEMORY]]]]`: ten million, of 64 lanes and as
//! many rows as come of it, by default; with a number of rows, those of a lane are changed again and again; MEMORY is that of `VerifyOptions`.

use std::{error::Error, path::Path, process::ExitCode, time::Instant};

use loadgen_core::{
    ChangeKind, Value, column_hash, column_salt,
    ledger::{
        CleanEnd, Covered, Entry, Header, Ledger, LedgerOptions, LedgerReader, Record, ResultRecord,
        TableHeader, TransactionRecord, Watermark,
    },
    verify::{Cell, Observation, Seen, Sink, Verdict, Verifier, VerifyOptions},
};

/// Changes of a transaction.
const ROWS: u64 = 10;

/// How many changes there are, and of what.
#[derive(Clone, Copy)]
struct Load {
    transactions: u64,
    lanes: u32,
    /// The rows of each lane, if they are always the same.
    rows: Option<u64>,
    memory: u64,
}

const COLUMNS: [&str; 4] = ["id", "status", "note", "total"];

fn most_resident_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kib =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse().ok());
    kib.unwrap_or(f64::NAN) / 1024.0
}

/// The row that a lane's change leaves: every row is inserted, updated twice, and every fourth deleted; or inserted once and
/// updated ever after.
fn change(load: Load, lane: u32, number: u64) -> (ChangeKind, String, [Value; 4]) {
    let (row, version) = match load.rows {
        None => (number / 4, number % 4),
        Some(rows) => (number % rows, if number < rows { 0 } else { 1 }),
    };
    let kind = match version {
        0 => ChangeKind::Insert,
        3 if row.is_multiple_of(2) => ChangeKind::Delete,
        _ => ChangeKind::Update,
    };
    let id = i64::from(lane) * 1_000_000_000 + row as i64;
    let status = Value::Text(["new", "paid", "shipped", "returned"][version as usize].to_owned());
    let note = Value::Text(format!("a note of some length about row {row} of lane {lane}"));
    (kind, id.to_string(), [Value::Int(id), status, note, Value::Int(number as i64)])
}

fn header(lanes: u32) -> Header {
    let column = |name: &&str| Covered { name: (*name).to_owned(), ty: "text".to_owned(), form: None };
    let table = TableHeader {
        schema: "public".to_owned(),
        table: "orders".to_owned(),
        key: vec!["id".to_owned()],
        columns: COLUMNS.iter().map(column).collect(),
        ..TableHeader::default()
    };
    let tables = [(0, table)].into();
    Header {
        version: 1,
        run: "run".to_owned(),
        lanes,
        marker: "marker".to_owned(),
        tables,
        ..Header::default()
    }
}

fn write(directory: &Path, load: Load) -> Result<(), Box<dyn Error>> {
    let ledger = Ledger::create(directory, LedgerOptions::default())?;
    ledger.write(0, &Record::Header(header(load.lanes)))?;
    let Load { transactions, lanes, .. } = load;
    let salts = COLUMNS.map(column_salt);
    for number in 0..transactions {
        let (lane, seq) = ((number % u64::from(lanes)) as u32, number / u64::from(lanes) + 1);
        let entry = |place| {
            let (kind, key, values) = change(load, lane, (seq - 1) * ROWS + place);
            let sum = values.iter().zip(salts).map(|(value, salt)| column_hash(salt, value));
            let sum = (kind != ChangeKind::Delete).then(|| sum.fold(0, u64::wrapping_add));
            Entry::new(0, kind, vec![key], sum)
        };
        let entries = (0..ROWS).map(entry).collect();
        ledger.write(lane, &Record::Transaction(TransactionRecord { lane, seq, entries }))?;
        ledger.defer(lane, &Record::Result(ResultRecord { lane, seq, committed: true }))?;
    }
    ledger.write(0, &Record::Watermark(Watermark { lane: lanes, seq: 1, position: None }))?;
    let end = CleanEnd { transactions, committed: transactions, aborted: 0 };
    ledger.write(0, &Record::End(end))?;
    Ok(())
}

fn show(verifier: &mut Verifier, load: Load) -> Result<(), Box<dyn Error>> {
    let Load { transactions, lanes, .. } = load;
    let tables = (verifier.table("public", "orders"), verifier.table("public", "marker"));
    let (Some(orders), Some(marker)) = tables else { return Err("the tables are in the header".into()) };
    for number in 0..=transactions {
        let (lane, seq) = match number == transactions {
            true => (lanes, 1),
            false => ((number % u64::from(lanes)) as u32, number / u64::from(lanes) + 1),
        };
        let value = |value| Cell::Value(Value::Int(value));
        let run = Cell::Value(Value::Text("run".to_owned()));
        let marks = [("run_id", run), ("lane", value(lane.into())), ("last_seq", value(seq as i64))];
        let transaction = Some(number);
        let mark = Observation {
            table: marker,
            seen: Seen::Update,
            key: &[],
            columns: &marks,
            transaction,
            stream: 0,
        };
        verifier.observe(&mark)?;
        for place in 0..if lane == lanes { 0 } else { ROWS } {
            let (kind, key, [id, status, note, total]) = change(load, lane, (seq - 1) * ROWS + place);
            let note = if kind == ChangeKind::Update { Cell::Unchanged } else { Cell::Value(note) };
            let cells = [id, status, total].map(Cell::Value);
            let [id, status, total] = cells;
            let columns = [("id", id), ("status", status), ("note", note), ("total", total)];
            let (seen, columns) = match kind {
                ChangeKind::Insert => (Seen::Insert, &columns[..]),
                ChangeKind::Update => (Seen::Update, &columns[..]),
                ChangeKind::Delete => (Seen::Delete, &columns[..0]),
            };
            verifier.observe(&Observation {
                table: orders,
                seen,
                key: &[key],
                columns,
                transaction,
                stream: 0,
            })?;
        }
    }
    Ok(())
}

fn figures(load: Load) -> Result<(), Box<dyn Error>> {
    let directory = std::env::temp_dir().join(format!("loadgen-verify-{}", std::process::id()));
    let changes = load.transactions * ROWS;
    let began = Instant::now();
    write(&directory, load)?;
    println!("{changes} changes written: {:.1} s", began.elapsed().as_secs_f64());
    let began = Instant::now();
    let options = VerifyOptions { memory: load.memory, ..VerifyOptions::default() };
    let mut verifier = Verifier::new(LedgerReader::open(&directory)?, Sink::Changes, options)?;
    println!("ledger read: {:.1} s", began.elapsed().as_secs_f64());
    show(&mut verifier, load)?;
    println!("changes observed: {:.1} s", began.elapsed().as_secs_f64());
    let found = verifier.finish()?;
    let taken = began.elapsed().as_secs_f64();
    println!("judged: {taken:.1} s, {:.0} changes/s", changes as f64 / taken);
    println!("at most {:.1} MiB", most_resident_mib());
    std::fs::remove_dir_all(&directory)?;
    match found.verdict {
        Verdict::Pass => Ok(()),
        _ => Err(format!("{found:?}").into()),
    }
}

fn main() -> ExitCode {
    let number = |nth| std::env::args().nth(nth).and_then(|number| number.parse::<u64>().ok());
    let transactions = number(1).unwrap_or(10_000_000) / ROWS;
    let lanes = number(2).unwrap_or(64).clamp(1, 1 << 20) as u32;
    let memory = number(4).unwrap_or(VerifyOptions::default().memory);
    match figures(Load { transactions, lanes, rows: number(3), memory }) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
