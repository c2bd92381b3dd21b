//! What tiberius alone inserts a second: `bare_tiberius ADDRESS CONNECTIONS ROWS SECONDS`, an ADO string, connections that each send one
//! statement after the other, rows a statement and how long. The table is that of benches/compare/mssql.sh, the text of the statement that
//! of loadgen, and its values are cheap.

use std::{
    env,
    error::Error,
    process::ExitCode,
    time::{Duration, Instant},
};

use tiberius::{
    Client, ColumnData, Config, IntoSql, Query, Uuid,
    time::{Date, DateTime2, Time},
};
use tokio::{net::TcpStream, task::JoinSet};
use tokio_util::compat::TokioAsyncWriteCompatExt;

type Failed = Box<dyn Error + Send + Sync>;

const COLUMNS: [&str; 8] = ["id", "reference", "status", "amount", "quantity", "placed_at", "email", "note"];

/// As long as those of loadgen are on average.
const NOTE: &str = "a note of some words about the order, which goes on for as long as those others";

/// As many as loadgen has by itself.
const LANES: i64 = 64;

/// A value that is bound as it is.
struct Ready(ColumnData<'static>);

impl IntoSql<'static> for Ready {
    fn into_sql(self) -> ColumnData<'static> {
        self.0
    }
}

#[derive(Clone)]
struct Load {
    address: String,
    connections: i64,
    lanes_each: i64,
    rows: i64,
    length: Duration,
}

fn text(rows: i64) -> String {
    let names = COLUMNS.map(|name| format!("[{name}]")).join(", ");
    let width = COLUMNS.len() as i64;
    let row = |row: i64| {
        let params: Vec<String> = (1..=width).map(|at| format!("@P{}", row * width + at)).collect();
        format!("({})", params.join(", "))
    };
    let rows: Vec<String> = (0..rows).map(row).collect();
    format!("insert into [dbo].[loadgen_bulk] ({names}) values {}", rows.join(", "))
}

fn row(id: i64) -> [ColumnData<'static>; 8] {
    let date = Date::new(738_000 + (id % 700) as u32);
    let moment = DateTime2::new(date, Time::new(id as u64 % 86_400 * 10_000_000, 7));
    let reference = Uuid::from_u128(
        u128::from(id.unsigned_abs()).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835),
    );
    [
        ColumnData::I64(Some(id)),
        ColumnData::Guid(Some(reference)),
        ColumnData::String(Some("shipped".into())),
        ColumnData::F64(Some(id as f64 / 100.0)),
        ColumnData::I32(Some((id % 50) as i32 + 1)),
        ColumnData::DateTime2(Some(moment)),
        ColumnData::String(Some(format!("person{id}@mail.example.com").into())),
        ColumnData::String(Some(NOTE.into())),
    ]
}

/// One connection's statements; how many rows they inserted. Keys are dealt as loadgen deals them: a statement has those of a lane.
async fn insert(load: Load, connection: i64) -> Result<u64, Failed> {
    let config = Config::from_ado_string(&load.address)?;
    let stream = TcpStream::connect(config.get_addr()).await?;
    stream.set_nodelay(true)?;
    let mut client = Client::connect(config, stream.compat_write()).await?;
    client.simple_query("set xact_abort on").await?.into_results().await?;
    let text = text(load.rows);
    let (mut inserted, mut statement, begun) = (0, 0, Instant::now());
    while begun.elapsed() < load.length {
        let mut query = Query::new(text.clone());
        let (turn, lane) = (statement / load.lanes_each, statement % load.lanes_each);
        for number in turn * load.rows..(turn + 1) * load.rows {
            let id = (number * load.lanes_each + lane) * load.connections + connection;
            row(id).into_iter().for_each(|value| query.bind(Ready(value)));
        }
        statement += 1;
        inserted += query.execute(&mut client).await?.total();
    }
    Ok(inserted)
}

async fn all(load: Load) -> Result<f64, Failed> {
    let (mut tasks, begun, mut inserted) = (JoinSet::new(), Instant::now(), 0);
    (0..load.connections).for_each(|connection| drop(tasks.spawn(insert(load.clone(), connection))));
    while let Some(done) = tasks.join_next().await {
        inserted += done??;
    }
    Ok(inserted as f64 / begun.elapsed().as_secs_f64())
}

fn speed() -> Result<f64, Failed> {
    let mut args = env::args().skip(1);
    let mut next = |what: &str| args.next().ok_or_else(|| format!("{what} is missing"));
    let address = next("ADDRESS")?;
    let connections: i64 = next("CONNECTIONS")?.parse()?;
    let rows = next("ROWS")?.parse()?;
    let length = Duration::from_secs_f64(next("SECONDS")?.parse()?);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(all(Load { address, connections, lanes_each: LANES / connections, rows, length }))
}

fn main() -> ExitCode {
    match speed() {
        Ok(speed) => {
            println!("{speed:.0}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
