//! The built command, end to end.

mod files;
mod live;
mod stop;
mod support;
