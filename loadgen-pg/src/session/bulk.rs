//! Filling tables: binary COPY, and what there is for tables that cannot have it.

use std::sync::Arc;

use async_trait::async_trait;
use loadgen_core::{
    Action, BulkSession, Change, Extent, Failure, Loaded, NextRow, Shape, Table, TableName, Taken, Value,
    column_salt,
};
use sqlx::{AssertSqlSafe, Executor, PgConnection};

use super::{PgSession, copy::Copy, habits::habits, patience::Patience, read};
use crate::{
    classify::Place,
    quote::{quote, quote_table},
};

/// Rows of one INSERT, where there is no COPY.
pub(super) const BATCH: usize = 500;

/// Not supported, and no such function.
const NO_COPY: [&str; 2] = ["0A000", "42883"];

/// Where rows wait that may be taken. The schema is that of the session's own temporary tables.
const WAITING: &str = "pg_temp.loadgen_waiting";

#[async_trait]
impl BulkSession for PgSession {
    async fn load(
        &mut self,
        insert: &Arc<Shape>,
        taken: Taken,
        next: &mut NextRow<'_>,
    ) -> Result<Loaded, Failure> {
        if let Some(copy) = Copy::of(insert) {
            let mut begun = false;
            let mut spied = |values: &mut Vec<Value>| {
                begun = true;
                next(values)
            };
            let answer = self.transaction_of(insert, Way::Copy(&copy, taken), &mut spied).await;
            // Row security takes INSERT alone, and so does a column without a binary form, even if it is left out: the
            // server says it at once.
            let takes_none = answer.as_ref().is_err_and(|failure| NO_COPY.contains(&&*failure.code));
            if begun || !takes_none {
                return answer;
            }
        }
        self.transaction_of(insert, Way::Insert(taken), next).await
    }

    async fn count(&mut self, table: &Table, most: u64) -> Result<u64, Failure> {
        // Whoever loads the table holds this lock up to the end of the transaction, also when its client is gone.
        self.statement(&format!("select pg_advisory_xact_lock({})", lock(&table.name))).await?;
        self.begin_call()?;
        let work = read::count(&mut self.connection, table, most);
        let answer = self.patience.wait(Place::Harmless, work).await;
        self.settle(answer)
    }

    async fn extent(&mut self, table: &Table, column: usize) -> Result<Option<Extent>, Failure> {
        self.begin_call()?;
        let work = read::extent(&mut self.connection, table, column);
        let answer = self.patience.wait(Place::Harmless, work).await;
        self.settle(answer)
    }
}

/// How rows get into a table.
enum Way<'a> {
    Copy(&'a Copy, Taken),
    Insert(Taken),
}

/// What tells the loads of a table from other uses of advisory locks.
fn lock(table: &TableName) -> i64 {
    column_salt(&format!("loadgen {table}")).cast_signed()
}

impl PgSession {
    async fn transaction_of(
        &mut self,
        insert: &Arc<Shape>,
        way: Way<'_>,
        next: &mut NextRow<'_>,
    ) -> Result<Loaded, Failure> {
        self.begin().await?;
        match self.load_by(insert, way, next).await {
            Ok(loaded) => self.commit().await.map(|()| loaded),
            Err(failure) => Err(self.undo(failure).await),
        }
    }

    async fn load_by(
        &mut self,
        insert: &Arc<Shape>,
        way: Way<'_>,
        next: &mut NextRow<'_>,
    ) -> Result<Loaded, Failure> {
        let table = &insert.table.name;
        self.statement(&format!("select pg_advisory_xact_lock_shared({})", lock(table))).await?;
        self.begin_call()?;
        let asked = self.patience.wait(Place::Harmless, habits(&mut self.connection, table)).await;
        let habits = self.settle(asked)?;
        let (Way::Copy(_, taken) | Way::Insert(taken)) = way;
        let way = match way {
            Way::Copy(..) if habits.has_rules => Way::Insert(taken),
            Way::Copy(_, Taken::Skip) if !habits.has_room_beside() => Way::Insert(taken),
            way => way,
        };
        // What is refused has to be said of the row, and not at the end.
        let late = match taken {
            Taken::Refuse => None,
            Taken::Skip => habits.late,
            Taken::SkipRefused => Some("all".to_owned()),
        };
        if let Some(late) = late {
            self.statement(&format!("set constraints {late} immediate")).await?;
        }
        match way {
            Way::Copy(_, Taken::SkipRefused) | Way::Insert(Taken::SkipRefused) => {
                self.sift(insert, next).await
            }
            Way::Copy(copy, Taken::Refuse) => {
                self.copy(copy, &quote_table(table), next).await.map(Loaded::whole)
            }
            Way::Copy(copy, Taken::Skip) => {
                self.copy_what_is_free(insert, copy, next).await.map(Loaded::whole)
            }
            Way::Insert(taken) => {
                self.insert_batches(insert, taken == Taken::Skip, next).await.map(Loaded::whole)
            }
        }
    }

    async fn copy(&mut self, copy: &Copy, into: &str, next: &mut NextRow<'_>) -> Result<u64, Failure> {
        self.begin_call()?;
        let answer = copy.run(&mut self.connection, &mut self.patience, into, next).await;
        self.settle(answer)
    }

    /// Copies into a table beside, and from there what nobody has. Inside a transaction.
    async fn copy_what_is_free(
        &mut self,
        insert: &Shape,
        copy: &Copy,
        next: &mut NextRow<'_>,
    ) -> Result<u64, Failure> {
        let (table, columns) = (quote_table(&insert.table.name), copy.columns());
        // COPY reads the transaction's own tables, so the name cannot meet another session's.
        let create = format!(
            "create temporary table loadgen_waiting on commit drop as select {columns} from {table} with no data"
        );
        self.statement(&create).await?;
        self.copy(copy, WAITING, next).await?;
        let move_on = format!(
            "insert into {table} ({columns}) overriding system value select {columns} from {WAITING} on conflict do nothing"
        );
        self.statement(&move_on).await
    }

    /// Runs a statement of an open transaction, and answers the number of rows that it changed.
    pub(super) async fn statement(&mut self, sql: &str) -> Result<u64, Failure> {
        self.begin_call()?;
        let answer = execute(&mut self.connection, &mut self.patience, sql).await;
        self.settle(answer)
    }

    /// Inserts batch by batch; those that may be taken go one by one, and are left out if they are.
    async fn insert_batches(
        &mut self,
        insert: &Arc<Shape>,
        may_be_taken: bool,
        next: &mut NextRow<'_>,
    ) -> Result<u64, Failure> {
        // So do rows of nothing but defaults.
        let most = if insert.set.is_empty() || may_be_taken { 1 } else { BATCH };
        let (mut loaded, mut savepoint) = (0, "savepoint loadgen_row");
        while let Some(change) = Change::drawn(insert, most, next) {
            loaded += match may_be_taken {
                false => self.change(&change, Place::Harmless).await?.rows,
                true => self.insert_if_free(&change, savepoint).await?,
            };
            // There is never more than one.
            savepoint = "release savepoint loadgen_row; savepoint loadgen_row";
        }
        Ok(loaded)
    }

    async fn insert_if_free(&mut self, change: &Change, savepoint: &str) -> Result<u64, Failure> {
        self.statement(savepoint).await?;
        match self.change(change, Place::Harmless).await {
            Ok(applied) => Ok(applied.rows),
            // A unique or an exclusion constraint.
            Err(failure) if failure.action == Action::NewValues && failure.taken => {
                self.statement("rollback to savepoint loadgen_row").await?;
                Ok(0)
            }
            Err(failure) => Err(failure),
        }
    }
}

async fn execute(connection: &mut PgConnection, patience: &mut Patience, sql: &str) -> Result<u64, Failure> {
    let work = async { Ok(connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await?.rows_affected()) };
    patience.wait(Place::Harmless, work).await
}

/// The columns of an insert, for SQL.
pub(super) fn names(insert: &Shape) -> String {
    let names = insert.set.iter().map(|&column| quote(&insert.table.columns[column].name));
    names.collect::<Vec<_>>().join(", ")
}
