//! Where traffic goes.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;

use crate::{
    Action, Applied, Change, Column, Failure, Marked, Schema, Statistics, Table, TableName, Value,
    pattern::is_called,
};

/// Something that sessions can be opened to: a database, a broker, an API.
///
/// For authors of backends: `connect` bounds its own time and classifies its failures; it never puts a secret into
/// their text.
#[async_trait]
pub trait Target: Send + Sync + 'static {
    /// One exclusive connection. Dropping it closes it.
    type Session: Session;

    /// Opens a session.
    async fn connect(&self) -> Result<Self::Session, Failure>;

    /// Where it is, for people and without secrets: `postgres://host:5432/db`.
    fn describe(&self) -> String;
}

/// What the engine itself asks of a session.
#[async_trait]
pub trait Session: Send {
    /// Forgets whatever was prepared for a schema that has changed since.
    async fn forget_schema(&mut self) -> Result<(), Failure> {
        Ok(())
    }

    /// Asks the peer for a sign of life, and changes nothing. Sessions that were idle for seconds are asked before their next operation,
    /// which would be lost on one that the peer or a firewall has closed meanwhile. Whatever fails here ends the session.
    async fn ping(&mut self) -> Result<(), Failure> {
        Ok(())
    }
}

/// What [`SqlSession::scan`] hands each row to.
pub type EachRow<'a> = dyn FnMut(&[Value]) + Send + 'a;

/// Which tables to look at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SchemaFilter {
    /// Schemas by name or with `*` and `?` for any text and any character; empty: those on the search path.
    pub schemas: Vec<String>,
}

impl SchemaFilter {
    /// Those of the schemas that are asked for by name or pattern.
    pub fn of<'a>(&self, all: &'a [String]) -> Vec<&'a String> {
        all.iter().filter(|name| self.schemas.iter().any(|wanted| is_called(name, wanted))).collect()
    }
}

/// What is to be done to a table, and has to be allowed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Rights {
    pub select: bool,
    pub insert: bool,
    pub update: bool,
    pub delete: bool,
}

/// What keeps a session from doing to a table what is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lack {
    /// There is no such table: it may have gone a moment ago.
    Table,
    /// What it may not, in words that follow a "no".
    Rights(String),
}

/// A session of a SQL database, as far as the generic workloads need one.
///
/// For authors of backends. Every method bounds its own time ([`SqlSession::apply`] included) and answers a passed
/// deadline with a [`Failure`] whose [`Failure::breaks_session`] holds. Identifiers are quoted and qualified, values
/// bound. [`conformance`](crate::conformance) is the test suite of this contract.
#[async_trait]
pub trait SqlSession: Session {
    /// Reads the base tables, with their columns, keys and references, and the names of all schemas. One that is asked
    /// for and not there is no failure: it is missing among the names.
    async fn introspect(&mut self, filter: &SchemaFilter) -> Result<Schema, Failure>;

    /// Applies the changes, in order, as one transaction: all of them or none.
    ///
    /// The answer holds one entry a change. A failure says whether the transaction may have been committed; it is
    /// `indeterminate` unless that is known. An update or delete that hits fewer rows than it names is no failure:
    /// the answer's `rows` says so.
    async fn apply(&mut self, changes: &[Change]) -> Result<Vec<Applied>, Failure>;

    /// [`SqlSession::apply`] for one change, which most operations are. A backend that can puts nothing on the heap for it.
    fn apply_one<'a>(
        &'a mut self,
        change: &'a Change,
    ) -> impl Future<Output = Result<Applied, Failure>> + Send + 'a
    where
        Self: Sized,
    {
        async move {
            let applied = self.apply(std::slice::from_ref(change)).await?;
            Ok(applied.into_iter().next().unwrap_or_default())
        }
    }

    /// [`SqlSession::apply_one`] that does not wait until its deadline for what somebody else has locked: well before that it fails
    /// with [`Action::RetryThenSkip`], nothing is done, and the session can be used again.
    async fn apply_soon(&mut self, change: &Change) -> Result<Applied, Failure> {
        let applied = self.apply(std::slice::from_ref(change)).await?;
        Ok(applied.into_iter().next().unwrap_or_default())
    }

    /// Carries out the changes in the transaction that is open, or in a new one, and leaves it open. A failure ends it without
    /// any of its changes, and is never indeterminate.
    ///
    /// This method and those down to [`SqlSession::position`] are what keeping a ledger takes; a backend without them cannot.
    async fn stage(&mut self, _changes: &[Change]) -> Result<Vec<Applied>, Failure> {
        Err(untraceable())
    }

    /// Opens a transaction with a marker and one change under it: nothing is changed, and the transaction is over, unless the marker
    /// hits its row; none is the answer then. Otherwise as [`SqlSession::stage`].
    ///
    /// A backend that can takes one statement for it. This takes one after the other.
    async fn stage_marked(&mut self, marker: &Change, change: &Change) -> Result<Option<Applied>, Failure> {
        let moved = self.stage(std::slice::from_ref(marker)).await?;
        if moved.first().is_none_or(|marker| marker.rows == 0) {
            self.rollback().await?;
            return Ok(None);
        }
        let applied = self.stage(std::slice::from_ref(change)).await?;
        Ok(Some(applied.into_iter().next().unwrap_or_default()))
    }

    /// Carries out a marker and one change under it as a transaction: both, with every row that the change names, or nothing.
    /// The change has nothing to return. A failure says whether it may have been committed all the same; it is
    /// `indeterminate` unless that is known.
    ///
    /// A backend that can takes one statement that commits by itself. Such a statement may come late, after its
    /// connection was given up: so it must find the marker by what the change says of it at the time when it gets there.
    async fn apply_marked(&mut self, marker: &Change, change: &Change) -> Result<Marked, Failure> {
        let Some(applied) = self.stage_marked(marker, change).await? else { return Ok(Marked::Unmoved) };
        if applied.rows < change.rows as u64 {
            self.rollback().await?;
            return Ok(Marked::Short);
        }
        self.commit().await?;
        Ok(Marked::Done)
    }

    /// Has the constraints that can wait checked at the end of the transaction that is open, or of a new one. There is nothing to
    /// do where the database has no such constraints.
    async fn defer(&mut self) -> Result<(), Failure> {
        Ok(())
    }

    /// Commits what was staged. A failure says whether it may have been committed all the same; it is `indeterminate`
    /// unless that is known.
    async fn commit(&mut self) -> Result<(), Failure> {
        Err(untraceable())
    }

    /// Ends the open transaction without its changes.
    async fn rollback(&mut self) -> Result<(), Failure> {
        Err(untraceable())
    }

    /// The table of markers, made if it is not there: where a session makes tables, called
    /// [`MARKER_TABLE`](crate::ledger::MARKER_TABLE), with the columns [`MARKER_COLUMNS`](crate::ledger::MARKER_COLUMNS) in
    /// their order, a text and three 64-bit integers, and the first two of them as its primary key.
    async fn marker_table(&mut self) -> Result<Arc<Table>, Failure> {
        Err(untraceable())
    }

    /// What the database promises, by name: what it is, which one it is, and what it does to keep a commit.
    async fn standing(&mut self) -> Result<BTreeMap<String, String>, Failure> {
        Err(untraceable())
    }

    /// How far the database's log has come, in its own words, if it has one.
    async fn position(&mut self) -> Result<Option<String>, Failure> {
        Ok(None)
    }

    /// Runs statements that return nothing, separated by semicolons, outside of any transaction.
    async fn execute(&mut self, sql: &str) -> Result<(), Failure>;

    /// Why the database may keep rows of the table from this session, and what to do about it; none if it shows all of them.
    async fn hides(&mut self, _table: &Table) -> Result<Option<String>, Failure> {
        Ok(None)
    }

    /// Those of the tables that something is still copying to this database, such as a subscription that has just begun: their rows
    /// are not what they are going to be.
    async fn being_filled(&mut self, _tables: &[TableName]) -> Result<Vec<TableName>, Failure> {
        Ok(Vec::new())
    }

    /// Hands the given columns of every row to `each`, in any order, and returns the number of rows. Memory stays flat.
    async fn scan(
        &mut self,
        table: &Table,
        columns: &[usize],
        each: &mut EachRow<'_>,
    ) -> Result<u64, Failure>;

    /// Hands the given columns of up to `most` rows to `each`: of all rows, or of some that are spread evenly over the
    /// whole table. `key` tells rows apart; rows with NULL in it are passed over. Which rows, and in what order, depends on
    /// what the table holds and on nothing else. Answers whether those were all rows.
    async fn sample(
        &mut self,
        table: &Table,
        key: &[usize],
        columns: &[usize],
        most: u64,
        each: &mut EachRow<'_>,
    ) -> Result<bool, Failure>;

    /// Values of a column of integers or UUIDs that tells rows apart: up to `rows` from a point of its range on, given in
    /// 2^64ths of it. Some, if there are any.
    async fn pick(
        &mut self,
        table: &Table,
        column: usize,
        point: u64,
        rows: u64,
    ) -> Result<Vec<Value>, Failure>;

    /// The largest value of an integer column; none in an empty table.
    async fn largest(&mut self, table: &Table, column: usize) -> Result<Option<i64>, Failure>;

    /// The tables to which this session may not do all that is wanted, with what is lacking. A right to some columns counts as
    /// one to the table.
    async fn missing_rights(
        &mut self,
        wanted: &[(TableName, Rights)],
    ) -> Result<Vec<(TableName, Lack)>, Failure>;

    /// A number that is another one after the schemas that are asked for have changed, however they did, and costs much
    /// less than reading them. It may change for less than that. None where there is no such number: then changes are
    /// noticed only when something fails.
    async fn schema_version(&mut self, _filter: &SchemaFilter) -> Result<Option<u64>, Failure> {
        Ok(None)
    }

    /// What the database knows of the values of columns, for those of which it knows anything: nothing, unless it
    /// keeps statistics.
    async fn statistics(
        &mut self,
        _table: &Table,
        _columns: &[usize],
    ) -> Result<BTreeMap<usize, Statistics>, Failure> {
        Ok(BTreeMap::new())
    }

    /// Each text as the database gives it back from a column, or from an item of the column's array, and in its own words
    /// why where it is no value of that type. As they are, where there is one way to write a value.
    async fn spell(&mut self, texts: &[(&Column, &str)]) -> Result<Vec<Result<String, String>>, Failure> {
        Ok(texts.iter().map(|(_, text)| Ok((*text).to_owned())).collect())
    }

    /// Whether some columns may hold the values of each row, or what texts stand for, as far as conditions in the database's own SQL
    /// go that read no other column. Nothing is written. No answers where conditions are not computed.
    async fn fits(
        &mut self,
        _columns: &[&Column],
        _conditions: &[&str],
        _rows: &[Vec<Value>],
    ) -> Result<Vec<bool>, Failure> {
        Ok(Vec::new())
    }

    /// The server in words: product and version.
    async fn server(&mut self) -> Result<String, Failure>;
}

fn untraceable() -> Failure {
    Failure::aborted(
        Action::Fatal,
        "unsupported",
        "this target has no transactions that a ledger could be kept of",
    )
}

const _: fn(&dyn SqlSession) = |_| ();
