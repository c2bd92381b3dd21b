//! Lines, journals and directories.

use std::fs;

use super::*;
use crate::ChangeKind;

fn transaction(lane: u32, seq: u64) -> Record {
    let key = vec!["42".to_owned(), "a \"quoted\"\nłine".to_owned()];
    let kept = Entry::new(1, ChangeKind::Update, key, Some(seq));
    let gone = Entry::new(0, ChangeKind::Delete, vec!["7".to_owned()], None);
    Record::Transaction(TransactionRecord { lane, seq, entries: vec![kept, gone] })
}

fn one_of_each() -> Vec<Record> {
    let ended = ResultRecord { lane: 3, seq: 9, committed: true };
    let table = TableHeader { schema: "public".to_owned(), table: "t".to_owned(), ..TableHeader::default() };
    let renamed = TableHeader { was: Some(1), ..table.clone() };
    let update = Entry::new(1, ChangeKind::Update, vec!["8".to_owned()], Some(5));
    let taken_over = Entry { before: Some(9), ..update.clone() };
    let missed = Entry { is_unsure: true, sum: None, ..update };
    vec![
        Record::Header(Header { version: 1, tables: [(1, table)].into(), ..Header::default() }),
        transaction(3, 9),
        Record::Transaction(TransactionRecord { lane: 1, seq: 2, entries: vec![taken_over, missed] }),
        Record::Header(Header { tables: [(2, renamed)].into(), gone: vec![0], ..Header::default() }),
        Record::Result(ended),
        Record::Resolution(ResultRecord { committed: false, ..ended }),
        Record::Watermark(Watermark { lane: 64, seq: 1, position: Some("0/16B3748".to_owned()) }),
        Record::End(CleanEnd { transactions: 2, committed: 1, aborted: 1 }),
    ]
}

fn read(directory: &std::path::Path) -> Vec<Record> {
    let reader = LedgerReader::open(directory).unwrap();
    reader.records().map(Result::unwrap).collect()
}

/// The path of the segment that is written first.
fn first_segment(directory: &std::path::Path) -> std::path::PathBuf {
    directory.join(journal::segment_name(0, 0))
}

#[test]
fn every_record_is_read_as_it_was_written() {
    for record in one_of_each() {
        let mut line = Vec::new();
        line::append(&record, &mut line).unwrap();
        assert_eq!(line.pop(), Some(b'\n'));
        assert!(!line.contains(&b'\n'), "one record, one line");
        assert_eq!(line::parse(&line), Ok(record));
    }
}

#[test]
fn a_line_is_as_the_documentation_says() {
    let mut line = Vec::new();
    line::append(&transaction(3, 9), &mut line).unwrap();
    let expected = "b4bf310f T [3,9,[[1,\"u\",[\"42\",\"a \\\"quoted\\\"\\nłine\"],\"0000000000000009\"],[0,\"d\",[\"7\"],null]]]\n";
    assert_eq!(String::from_utf8(line).unwrap(), expected);
}

#[test]
fn no_flipped_bit_goes_unnoticed() {
    let mut line = Vec::new();
    line::append(&transaction(3, 9), &mut line).unwrap();
    line.pop();
    for bit in 0..line.len() * 8 {
        line[bit / 8] ^= 1 << (bit % 8);
        assert!(line::parse(&line) != Ok(transaction(3, 9)), "bit {bit}");
        line[bit / 8] ^= 1 << (bit % 8);
    }
}

#[test]
fn segments_are_read_in_order_and_lanes_stay_in_theirs() {
    let directory = tempfile::tempdir().unwrap();
    let options = LedgerOptions { journals: 2, segment: 300, ..LedgerOptions::default() };
    let ledger = Ledger::create(directory.path(), options).unwrap();
    for seq in 1..=20 {
        (0..4).for_each(|lane| ledger.write(lane, &transaction(lane, seq)).unwrap());
        (0..4).for_each(|lane| {
            let ended = Record::Result(ResultRecord { lane, seq, committed: true });
            ledger.defer(lane, &ended).unwrap();
        });
    }
    assert_eq!(ledger.counts(), CleanEnd { transactions: 80, committed: 80, aborted: 0 });
    drop(ledger);
    let records = read(directory.path());
    assert_eq!(records.len(), 160);
    for lane in 0..4 {
        let seqs = records.iter().filter_map(|record| match record {
            Record::Transaction(transaction) if transaction.lane == lane => Some(transaction.seq),
            _ => None,
        });
        assert!(seqs.eq(1..=20), "lane {lane}");
    }
    assert!(directory.path().join(journal::segment_name(1, 3)).exists(), "segments are rotated");
}

#[test]
fn a_torn_tail_ends_the_journal_and_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let ledger = Ledger::create(directory.path(), LedgerOptions::default()).unwrap();
    (1..=3).for_each(|seq| ledger.write(0, &transaction(0, seq)).unwrap());
    drop(ledger);
    let path = first_segment(directory.path());
    let whole = fs::read(&path).unwrap();
    let line = whole.len() / 3;
    for cut in 1..line {
        fs::write(&path, &whole[..whole.len() - cut]).unwrap();
        let mut journal = LedgerReader::open(directory.path()).unwrap().journal(0).unwrap();
        assert_eq!(journal.by_ref().map(Result::unwrap).count(), 2, "{cut} bytes are gone");
        assert!(journal.torn().is_some_and(|torn| torn.contains(":3: ")), "{:?}", journal.torn());
    }
}

#[test]
fn damage_in_front_of_other_segments_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let ledger = Ledger::create(
        directory.path(),
        LedgerOptions { journals: 1, segment: 300, ..LedgerOptions::default() },
    )
    .unwrap();
    (1..=9).for_each(|seq| ledger.write(0, &transaction(0, seq)).unwrap());
    drop(ledger);
    let path = first_segment(directory.path());
    let mut bytes = fs::read(&path).unwrap();
    bytes[20] ^= 1;
    fs::write(&path, bytes).unwrap();
    let reader = LedgerReader::open(directory.path()).unwrap();
    let error = reader.journal(0).unwrap().find_map(Result::err).unwrap();
    assert!(matches!(error, LedgerError::Damaged { line: 1, .. }), "{error}");
    fs::remove_file(path).unwrap();
    assert!(matches!(LedgerReader::open(directory.path()), Err(LedgerError::Damaged { .. })));
}

#[test]
fn a_ledger_is_never_written_over() {
    let directory = tempfile::tempdir().unwrap();
    let first = Ledger::create(directory.path(), LedgerOptions::default()).unwrap();
    let second = Ledger::create(directory.path(), LedgerOptions::default());
    assert!(matches!(second, Err(LedgerError::Busy(_))));
    drop(first);
    let again = Ledger::create(directory.path(), LedgerOptions::default());
    assert!(matches!(again, Err(LedgerError::Exists(_))));
    let ledger = Ledger::reopen(directory.path()).unwrap();
    ledger.write(0, &Record::End(CleanEnd::default())).unwrap();
    assert_eq!(read(directory.path()), [Record::End(CleanEnd::default())]);
}

#[test]
fn what_has_not_ended_is_known() {
    let directory = tempfile::tempdir().unwrap();
    let ledger = Ledger::create(directory.path(), LedgerOptions::default()).unwrap();
    (0..3).for_each(|lane| ledger.write(lane, &transaction(lane, 1)).unwrap());
    ledger.defer(1, &Record::Result(ResultRecord { lane: 1, seq: 1, committed: true })).unwrap();
    assert_eq!(ledger.open(), [(0, 1), (2, 1)]);
}

#[test]
fn half_a_line_is_cut_off_before_more_is_written_and_damage_is_not() {
    let directory = tempfile::tempdir().unwrap();
    let ledger = Ledger::create(directory.path(), LedgerOptions::default()).unwrap();
    (1..=3).for_each(|seq| ledger.write(0, &transaction(0, seq)).unwrap());
    drop(ledger);
    let path = first_segment(directory.path());
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() - 5]).unwrap();
    assert_eq!(Ledger::reopen(directory.path()).unwrap().open(), [(0, 2)]);
    assert_eq!(fs::read(&path).unwrap(), whole[..whole.len() / 3 * 2]);
    let mut damaged = whole.clone();
    damaged[whole.len() / 3 + 20] ^= 1;
    fs::write(&path, &damaged).unwrap();
    assert!(matches!(Ledger::reopen(directory.path()), Err(LedgerError::Damaged { line: 2, .. })));
    assert_eq!(fs::read(&path).unwrap(), damaged, "nothing is lost");
}
