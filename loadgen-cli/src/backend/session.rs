//! A session of any kind is asked what the one that it is would be: nothing more goes on the heap for it.

use std::{collections::BTreeMap, pin::Pin, sync::Arc};

use loadgen_core::{
    Applied, BulkSession, Change, Column, EachRow, Extent, Failure, Lack, Loaded, Marked, NextRow, Rights,
    Schema, SchemaFilter, Session, Shape, SqlSession, Statistics, Table, TableName, Taken, Value,
    migration::{MigrateSession, Migration, Way},
};

use super::BackendSession;

/// Methods as `async_trait` has them, each with the lifetimes of its arguments. One that is left out would be the trait's default
/// instead of the backend's own: the lint `missing_trait_methods` finds it.
macro_rules! asked {
    ($of:ident: $($method:ident<$($life:lifetime),*>($($name:ident: $kind:ty),*) -> $out:ty;)+) => {$(
        fn $method<'me, $($life,)* 'async_trait>(
            &'me mut self,
            $($name: $kind),*
        ) -> Pin<Box<dyn Future<Output = Result<$out, Failure>> + Send + 'async_trait>>
        where
            'me: 'async_trait,
            $($life: 'async_trait,)*
            Self: 'async_trait,
        {
            on!(BackendSession session in self => $of::$method(session, $($name),*))
        }
    )+};
}

#[deny(clippy::missing_trait_methods)]
impl Session for BackendSession {
    asked! { Session:
        forget_schema<>() -> ();
        ping<>() -> ();
    }
}

#[deny(clippy::missing_trait_methods)]
impl SqlSession for BackendSession {
    async fn apply_one<'a>(&'a mut self, change: &'a Change) -> Result<Applied, Failure> {
        on!(BackendSession session in self => SqlSession::apply_one(session, change).await)
    }

    asked! { SqlSession:
        introspect<'a>(filter: &'a SchemaFilter) -> Schema;
        apply<'a>(changes: &'a [Change]) -> Vec<Applied>;
        apply_soon<'a>(change: &'a Change) -> Applied;
        stage<'a>(changes: &'a [Change]) -> Vec<Applied>;
        stage_marked<'a, 'b>(marker: &'a Change, change: &'b Change) -> Option<Applied>;
        apply_marked<'a, 'b>(marker: &'a Change, change: &'b Change) -> Marked;
        defer<>() -> ();
        commit<>() -> ();
        rollback<>() -> ();
        marker_table<>() -> Arc<Table>;
        standing<>() -> BTreeMap<String, String>;
        position<>() -> Option<String>;
        execute<'a>(sql: &'a str) -> ();
        hides<'a>(table: &'a Table) -> Option<String>;
        being_filled<'a>(tables: &'a [TableName]) -> Vec<TableName>;
        scan<'a, 'b, 'c, 'd>(table: &'a Table, columns: &'b [usize], each: &'c mut EachRow<'d>) -> u64;
        sample<'a, 'b, 'c, 'd, 'e>(
            table: &'a Table, key: &'b [usize], columns: &'c [usize], most: u64, each: &'d mut EachRow<'e>
        ) -> bool;
        pick<'a>(table: &'a Table, column: usize, point: u64, rows: u64) -> Vec<Value>;
        largest<'a>(table: &'a Table, column: usize) -> Option<i64>;
        missing_rights<'a>(wanted: &'a [(TableName, Rights)]) -> Vec<(TableName, Lack)>;
        schema_version<'a>(filter: &'a SchemaFilter) -> Option<u64>;
        statistics<'a, 'b>(table: &'a Table, columns: &'b [usize]) -> BTreeMap<usize, Statistics>;
        spell<'a, 'b, 'c>(texts: &'a [(&'b Column, &'c str)]) -> Vec<Result<String, String>>;
        fits<'a, 'b, 'c, 'd, 'e>(
            columns: &'a [&'b Column], conditions: &'c [&'d str], rows: &'e [Vec<Value>]
        ) -> Vec<bool>;
        server<>() -> String;
    }
}

#[deny(clippy::missing_trait_methods)]
impl BulkSession for BackendSession {
    asked! { BulkSession:
        load<'a, 'b, 'c>(insert: &'a Arc<Shape>, taken: Taken, next: &'b mut NextRow<'c>) -> Loaded;
        count<'a>(table: &'a Table, most: u64) -> u64;
        extent<'a>(table: &'a Table, column: usize) -> Option<Extent>;
    }
}

#[deny(clippy::missing_trait_methods)]
impl MigrateSession for BackendSession {
    asked! { MigrateSession:
        migrate<'a>(step: &'a Migration, way: Way) -> bool;
        begin_step<>() -> ();
        run_step<'a>(text: &'a str) -> ();
        note_step<'a>(name: &'a str, way: Way) -> ();
        end_step<>(is_kept: bool) -> ();
        home<>() -> Option<String>;
        migrated<>() -> Vec<String>;
    }
}
