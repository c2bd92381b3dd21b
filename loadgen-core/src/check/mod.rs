//! Conditions that rows have to meet: read, computed, and met by construction.
//!
//! A condition is read into an [`Expr`] of our own ([`parse()`]) that can be computed for a row ([`holds`]). The ways in which
//! it can come true give limits to single columns and bounds that columns set for each other; rows are drawn within
//! them, accepted when all conditions hold, and drawn again otherwise. What is accepted was computed, never concluded.

mod bundle;
mod call;
mod collation;
mod condition;
mod content;
mod document;
mod each;
mod eval;
mod expr;
mod function;
mod injective;
mod invert;
mod isolate;
mod item;
mod kind;
mod limits;
mod mend;
mod number;
mod operator;
mod order;
mod parse;
mod pattern;
mod place;
mod restrict;
mod rules;
mod said;
mod scope;
mod similar;
#[cfg(test)]
mod tests;
mod text;
mod way;
mod ways;

pub(crate) use condition::{Condition, can_hold, restrictions};
pub(crate) use eval::{eval, fails, holds};
pub(crate) use expr::Expr;
pub(crate) use injective::{Kept, equated, kept_apart, starts};
pub(crate) use item::Item;
pub(crate) use limits::NOW;
pub(crate) use parse::parse;
pub(crate) use place::value as value_of;
pub(crate) use rules::{Ground, Rules};
