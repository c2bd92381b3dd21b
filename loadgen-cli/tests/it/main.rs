//! The built command, end to end.

#![allow(clippy::unwrap_used, reason = "the lint spares only the test functions themselves")]

mod advice;
mod copies;
mod ddl;
mod debezium;
mod demo;
mod digest;
mod existing;
mod files;
mod freshness;
mod full_disk;
mod jobs;
mod ledger;
mod live;
mod names;
mod odd_schemas;
mod orders;
mod results;
mod rights;
mod seed;
mod slot;
mod sql_server;
mod stop;
mod support;
mod tables;
mod tenants;
mod traced;
mod trouble;
mod verify;
mod waiting;
mod width;
