//! Conditions as loadgen understands them.

use std::cmp::Ordering;

use super::{function::Function, item::Item, kind::Kind, pattern::Pattern};

/// An expression over the columns of one row. What it is can be told by [`eval`](super::eval::eval) alone.
#[derive(Clone, Debug)]
pub(crate) enum Expr {
    /// The value of a column, by its index in the table.
    Column(usize),
    Const(Item),
    /// The time of the statement.
    Now,
    Not(Box<Expr>),
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Compare(Op, Box<Expr>, Box<Expr>),
    /// Whether two values differ, NULL being a value like any other.
    Differ(Box<Expr>, Box<Expr>),
    IsNull(Box<Expr>),
    /// Whether a condition is exactly true or false.
    Is(bool, Box<Expr>),
    /// Whether a comparison holds with any item of an array, or with all.
    Any(Op, Box<Expr>, Box<Expr>),
    All(Op, Box<Expr>, Box<Expr>),
    Matches(Box<Pattern>, Box<Expr>),
    /// With the number of bits that the result has to fit if it is an integer.
    Arith(Arith, Box<Expr>, Box<Expr>, Option<u8>),
    Cast(Box<Expr>, Kind),
    Call(Function, Vec<Expr>),
    /// The conditions with their results, and the result if none is true.
    Case(Vec<(Expr, Expr)>, Box<Expr>),
    List(Vec<Expr>),
    /// Whether no item of a column's array fails a condition, in which the item is the only column.
    Each(usize, Box<Expr>),
}

/// How two values compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

/// Arithmetic with two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arith {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
}

impl Op {
    pub(super) fn holds(self, ordering: Ordering) -> bool {
        match self {
            Op::Eq => ordering.is_eq(),
            Op::Ne => ordering.is_ne(),
            Op::Lt => ordering.is_lt(),
            Op::Le => ordering.is_le(),
            Op::Gt => ordering.is_gt(),
            Op::Ge => ordering.is_ge(),
        }
    }

    /// What holds where this does not.
    pub(super) fn negated(self) -> Self {
        match self {
            Op::Eq => Op::Ne,
            Op::Ne => Op::Eq,
            Op::Lt => Op::Ge,
            Op::Le => Op::Gt,
            Op::Gt => Op::Le,
            Op::Ge => Op::Lt,
        }
    }

    /// The same with its sides exchanged.
    pub(super) fn swapped(self) -> Self {
        match self {
            Op::Lt => Op::Gt,
            Op::Le => Op::Ge,
            Op::Gt => Op::Lt,
            Op::Ge => Op::Le,
            same => same,
        }
    }
}

impl Expr {
    pub(crate) fn not(self) -> Self {
        Expr::Not(Box::new(self))
    }

    pub(super) fn compare(op: Op, left: Expr, right: Expr) -> Self {
        Expr::Compare(op, Box::new(left), Box::new(right))
    }

    /// Whether it is NULL.
    pub(crate) fn null(self) -> Self {
        Expr::IsNull(Box::new(self))
    }

    /// The parts of the expression.
    pub(super) fn parts(&self) -> Vec<&Expr> {
        match self {
            Expr::Column(_) | Expr::Const(_) | Expr::Now | Expr::Each(..) => Vec::new(),
            Expr::Not(a) | Expr::IsNull(a) | Expr::Is(_, a) | Expr::Matches(_, a) | Expr::Cast(a, _) => {
                vec![a]
            }
            Expr::Compare(_, a, b)
            | Expr::Differ(a, b)
            | Expr::Any(_, a, b)
            | Expr::All(_, a, b)
            | Expr::Arith(_, a, b, _) => vec![a, b],
            Expr::And(all) | Expr::Or(all) | Expr::List(all) | Expr::Call(_, all) => all.iter().collect(),
            Expr::Case(arms, last) => {
                arms.iter().flat_map(|(when, then)| [when, then]).chain([&**last]).collect()
            }
        }
    }

    fn parts_mut(&mut self) -> Vec<&mut Expr> {
        match self {
            Expr::Column(_) | Expr::Const(_) | Expr::Now | Expr::Each(..) => Vec::new(),
            Expr::Not(a) | Expr::IsNull(a) | Expr::Is(_, a) | Expr::Matches(_, a) | Expr::Cast(a, _) => {
                vec![a]
            }
            Expr::Compare(_, a, b)
            | Expr::Differ(a, b)
            | Expr::Any(_, a, b)
            | Expr::All(_, a, b)
            | Expr::Arith(_, a, b, _) => vec![a, b],
            Expr::And(all) | Expr::Or(all) | Expr::List(all) | Expr::Call(_, all) => all.iter_mut().collect(),
            Expr::Case(arms, last) => {
                arms.iter_mut().flat_map(|(when, then)| [when, then]).chain([&mut **last]).collect()
            }
        }
    }

    /// Puts an expression in the place of a column.
    pub(crate) fn substitute(&mut self, column: usize, by: &Expr) {
        if matches!(self, Expr::Column(own) if *own == column) {
            *self = by.clone();
            return;
        }
        if matches!(self, Expr::Each(own, _) if *own == column) {
            // What is in the array is not known then, and nobody but the database has a say in it.
            *self = Expr::Const(Item::Null);
            return;
        }
        self.parts_mut().into_iter().for_each(|part| part.substitute(column, by));
    }

    /// Writes the texts that a column is compared with in another way.
    pub(crate) fn spell(&mut self, respell: &mut dyn FnMut(usize, &str) -> Option<String>) {
        if let Expr::Compare(_, a, b) | Expr::Differ(a, b) | Expr::Any(_, a, b) | Expr::All(_, a, b) = self {
            match (&**a, &**b) {
                (Expr::Column(column), _) => b.spell_for(*column, respell),
                (_, Expr::Column(column)) => a.spell_for(*column, respell),
                _ => {}
            }
        }
        if let Expr::Each(column, condition) = self {
            condition.spell(&mut |_, text| respell(*column, text));
        }
        self.parts_mut().into_iter().for_each(|part| part.spell(respell));
    }

    fn spell_for(&mut self, column: usize, respell: &mut dyn FnMut(usize, &str) -> Option<String>) {
        if let Expr::Const(Item::Text(text)) = self
            && let Some(other) = respell(column, text)
        {
            *text = other;
        }
        self.parts_mut().into_iter().for_each(|part| part.spell_for(column, respell));
    }

    /// The columns that the expression reads, each once, in order.
    pub(crate) fn columns(&self) -> Vec<usize> {
        let mut columns = Vec::new();
        self.collect(&mut columns);
        columns.sort_unstable();
        columns.dedup();
        columns
    }

    fn collect(&self, columns: &mut Vec<usize>) {
        if let Expr::Column(column) | Expr::Each(column, _) = self {
            columns.push(*column);
        }
        self.parts().into_iter().for_each(|part| part.collect(columns));
    }

    /// Whether one of its comparisons has some columns on both sides of an equation, or computes something of them: more than which of
    /// two is greater.
    pub(crate) fn computes(&self, all: &[usize]) -> bool {
        let reads = |expr: &Expr| {
            let columns = expr.columns();
            all.iter().all(|column| columns.contains(column))
        };
        match self {
            Expr::Compare(Op::Eq, ..) => reads(self),
            Expr::Compare(_, left, right) => reads(left) || reads(right),
            other => other.parts().into_iter().any(|part| part.computes(all)),
        }
    }

    /// Whether it takes the database to compute it for a value that is there.
    pub(crate) fn is_opaque(&self) -> bool {
        match self {
            Expr::Call(Function::End, _) => true,
            Expr::Each(_, condition) => condition.is_opaque(),
            other => other.parts().into_iter().any(Expr::is_opaque),
        }
    }

    /// Whether the result depends on when it is asked for.
    pub(crate) fn is_timed(&self) -> bool {
        match self {
            Expr::Now => true,
            Expr::Each(_, condition) => condition.is_timed(),
            other => other.parts().into_iter().any(Expr::is_timed),
        }
    }

    /// Whether this is a condition made of others, and not a column or a call that happens to be boolean.
    pub(super) fn is_condition(&self) -> bool {
        matches!(
            self,
            Expr::Not(_)
                | Expr::And(_)
                | Expr::Or(_)
                | Expr::Compare(..)
                | Expr::Differ(..)
                | Expr::IsNull(_)
                | Expr::Is(..)
                | Expr::Any(..)
                | Expr::All(..)
                | Expr::Matches(..)
                | Expr::Each(..)
        )
    }
}
