//! Rows as COPY text on one core, made from a schema, against those of generators that know their table by heart.
//!
//! The sides alternate, and what is printed are medians: `cargo bench -p loadgen-benches --bench rows`. ROWS is how many rows a
//! round has, ROUNDS how many rounds there are.

use std::{error::Error, fmt::Write, hint::black_box, time::Instant};

use fake::{
    Fake,
    faker::{
        address::en::CityName,
        company::en::CompanyName,
        internet::en::SafeEmail,
        job::en::Title,
        name::en::{FirstName, LastName},
        phone_number::en::PhoneNumber,
    },
};
use loadgen_benches::Acknowledge;
use loadgen_core::{
    Seed, Table, Target, Type,
    crud::{CrudConfig, Seeding, seeding_plan},
    memory::table,
};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use tpchgen::generators::LineItemGenerator;

/// As in the `loadgen` command; both sides have it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Done<T> = Result<T, Box<dyn Error>>;

fn text(max: u32) -> Type {
    Type::Text { max: Some(max), fixed: false }
}

/// A table like `lineitem` of TPC-H.
fn lineitem() -> Table {
    let money = || Type::Decimal { precision: 15, scale: 2 };
    table("lineitem")
        .column("l_orderkey", Type::Int(64))
        .column("l_partkey", Type::Int(64))
        .column("l_suppkey", Type::Int(64))
        .column("l_linenumber", Type::Int(32))
        .column("l_quantity", money())
        .column("l_extendedprice", money())
        .column("l_discount", money())
        .column("l_tax", money())
        .column("l_returnflag", text(1))
        .column("l_linestatus", text(1))
        .column("l_shipdate", Type::Date)
        .column("l_commitdate", Type::Date)
        .column("l_receiptdate", Type::Date)
        .column("l_shipinstruct", text(25))
        .column("l_shipmode", text(10))
        .column("l_comment", text(44))
        .primary_key(["l_orderkey", "l_linenumber"])
}

const LINEITEM: &str = r#"{"tables": {"lineitem": {"columns": {
    "l_partkey": {"min": 1, "max": 200000}, "l_suppkey": {"min": 1, "max": 10000}, "l_linenumber": {"min": 1, "max": 7},
    "l_quantity": {"min": 1, "max": 50}, "l_discount": {"min": 0, "max": 0.1}, "l_tax": {"min": 0, "max": 0.08},
    "l_returnflag": {"choice": ["R", "A", "N"]}, "l_linestatus": {"choice": ["O", "F"]},
    "l_shipinstruct": {"choice": ["DELIVER IN PERSON", "COLLECT COD", "NONE", "TAKE BACK RETURN"]},
    "l_shipmode": {"choice": ["REG AIR", "AIR", "RAIL", "SHIP", "TRUCK", "MAIL", "FOB"]}
}}}}"#;

/// A table of persons.
fn persons() -> Table {
    table("persons")
        .column("id", Type::Int(64))
        .column("first_name", text(60))
        .column("last_name", text(60))
        .column("email", text(120))
        .column("phone", text(40))
        .column("city", text(60))
        .column("company", text(120))
        .column("job_title", text(120))
        .column("age", Type::Int(32))
        .primary_key(["id"])
}

/// Rows a second of a table, as `seed` makes them on one connection.
fn ours(table: Table, config: &str, rows: u64) -> Done<f64> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let (target, config): (Acknowledge, CrudConfig) =
            (Acknowledge::of([table]), serde_json::from_str(config)?);
        let plan = seeding_plan(&mut target.connect().await?, &config, Seed(1)).await?;
        let begun = Instant::now();
        let report = Seeding::new(target, plan, Some(rows)).execute().await?;
        let seconds = begun.elapsed().as_secs_f64();
        if report.inserted() == rows { Ok(rows as f64 / seconds) } else { Err(format!("{report:?}").into()) }
    })
}

/// Writes rows as text, and says how many there were a second.
fn theirs(rows: u64, mut row: impl FnMut(&mut String)) -> f64 {
    let (begun, mut out) = (Instant::now(), String::with_capacity(1 << 17));
    for _ in 0..rows {
        row(&mut out);
        if out.len() > 1 << 16 {
            black_box(&out);
            out.clear();
        }
    }
    black_box(&out);
    rows as f64 / begun.elapsed().as_secs_f64()
}

fn tpchgen(rows: u64) -> f64 {
    let generator = LineItemGenerator::new(1.0, 1, 1);
    let mut lines = generator.iter();
    theirs(rows, |out| {
        if let Some(line) = lines.next() {
            let _ = writeln!(out, "{line}");
        }
    })
}

fn fake(rows: u64) -> f64 {
    let (mut rng, mut id) = (Xoshiro256PlusPlus::seed_from_u64(1), 0);
    theirs(rows, |out| {
        id += 1;
        let rng = &mut rng;
        let _ = write!(out, "{id}\t{}\t", FirstName().fake_with_rng::<&str, _>(rng));
        let _ = write!(out, "{}\t", LastName().fake_with_rng::<&str, _>(rng));
        let _ = write!(out, "{}\t", SafeEmail().fake_with_rng::<String, _>(rng));
        let _ = write!(out, "{}\t", PhoneNumber().fake_with_rng::<String, _>(rng));
        let _ = write!(out, "{}\t", CityName().fake_with_rng::<String, _>(rng));
        let _ = write!(out, "{}\t", CompanyName().fake_with_rng::<String, _>(rng));
        let _ = write!(out, "{}\t", Title().fake_with_rng::<String, _>(rng));
        let _ = writeln!(out, "{}", rng.random_range(18..90));
    })
}

fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of[of.len() / 2]
}

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual).max(1)
}

fn compare(name: &str, target: f64, ours: impl Fn() -> Done<f64>, theirs: impl Fn() -> f64) -> Done<()> {
    let (mut own, mut peer) = (Vec::new(), Vec::new());
    for _ in 0..number("ROUNDS", 5) {
        peer.push(theirs());
        own.push(ours()?);
    }
    let (own, peer) = (median(own), median(peer));
    println!("{name:<28} {peer:>12.0} {own:>12.0} {:>6.2} {target:>7.2}", own / peer);
    Ok(())
}

fn main() -> Done<()> {
    // Tests of the workspace run benches, too, and only want to know that this works.
    let is_test = !std::env::args().any(|arg| arg == "--bench");
    let rows = number("ROWS", if is_test { 1_000 } else { 1_000_000 });
    println!(
        "{:<28} {:>12} {:>12} {:>6} {:>7}",
        "rows as text, one core", "peer /s", "loadgen /s", "ratio", "target"
    );
    compare("lineitem, tpchgen", 1.5, || ours(lineitem(), LINEITEM, rows), || tpchgen(rows))?;
    compare("persons, fake", 3.0, || ours(persons(), "{}", rows), || fake(rows))
}
