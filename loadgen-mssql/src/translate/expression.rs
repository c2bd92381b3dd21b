//! The shapes that expressions have.

use sqlparser::ast::{BinaryOperator as By, Expr, UnaryOperator};

use super::{Scope, compare, literal, unnested};

/// Whether it is what Babelfish adds to a LIKE for the sake of an index: a span of texts up to the last letter there is.
fn is_hint(expr: &Expr) -> bool {
    let Expr::BinaryOp { left, op: By::And, right } = unnested(expr) else { return false };
    let Expr::BinaryOp { op: By::Lt, right: end, .. } = unnested(right) else { return false };
    let Expr::BinaryOp { op: By::StringConcat, right: last, .. } = unnested(end) else { return false };
    matches!(unnested(left), Expr::BinaryOp { op: By::GtEq, .. }) && literal::text(last) == Some("\u{ffff}")
}

/// A link of a chain of ORs.
struct Link {
    sql: String,
    /// What is one of some values, where that is all it says.
    list: Option<(String, Vec<String>)>,
}

impl Scope<'_> {
    /// An expression in the SQL that is understood.
    pub(super) fn sql(&self, expr: &Expr) -> String {
        match expr {
            // Whatever is made of two has parentheses of its own.
            Expr::Nested(inner) => self.sql(inner),
            Expr::Identifier(name) => self.name(&name.value),
            Expr::CompoundIdentifier(names) => {
                names.last().map_or_else(|| expr.to_string(), |name| self.name(&name.value))
            }
            Expr::Value(value) => literal::sql(&value.value).unwrap_or_else(|| expr.to_string()),
            Expr::UnaryOp { op, expr: inner } => match op {
                UnaryOperator::Not => format!("(NOT {})", self.sql(inner)),
                UnaryOperator::Minus if literal::of(inner).is_some_and(|of| !of.starts_with('-')) => {
                    format!("-{}", self.sql(inner))
                }
                UnaryOperator::Minus => format!("(- ({}))", self.sql(inner)),
                UnaryOperator::Plus => self.sql(inner),
                _ => expr.to_string(),
            },
            Expr::BinaryOp { left, op: By::And, right } if is_hint(right) => self.sql(left),
            Expr::BinaryOp { left, op: By::And, right } => {
                format!("({} AND {})", self.sql(left), self.sql(right))
            }
            Expr::BinaryOp { op: By::Or, .. } => self.any_of(expr),
            Expr::BinaryOp { left, op, right } => self.binary(left, op, right),
            Expr::IsNull(inner) => format!("({} IS NULL)", self.sql(inner)),
            Expr::IsNotNull(inner) => format!("({} IS NOT NULL)", self.sql(inner)),
            Expr::Between { expr: inner, negated, low, high } => {
                let low = self.comparison(inner, &By::GtEq, low);
                let high = self.comparison(inner, &By::LtEq, high);
                negated_if(*negated, format!("({low} AND {high})"))
            }
            Expr::InList { expr: inner, list, negated } => {
                let items = list.iter().map(|item| self.beside(item, inner));
                let items = items.collect::<Vec<_>>().join(", ");
                negated_if(*negated, format!("({} IN ({items}))", self.sql(inner)))
            }
            Expr::AnyOp { left, compare_op: By::Eq, right, .. } => self.any(left, right),
            Expr::Like { negated, any: false, expr: text, pattern, escape_char }
            | Expr::ILike { negated, any: false, expr: text, pattern, escape_char } => {
                let escape = escape_char.as_ref().map(|value| &value.value);
                self.like(text, pattern, escape, *negated).unwrap_or_else(|| expr.to_string())
            }
            Expr::Collate { expr: inner, .. } => self.sql(inner),
            Expr::Case { operand, conditions, else_result, .. } => {
                let operand = operand.as_ref().map_or_else(String::new, |of| format!(" {}", self.sql(of)));
                let arm = |arm: &sqlparser::ast::CaseWhen| {
                    format!(" WHEN {} THEN {}", self.sql(&arm.condition), self.sql(&arm.result))
                };
                let arms: String = conditions.iter().map(arm).collect();
                let last =
                    else_result.as_ref().map_or_else(String::new, |e| format!(" ELSE {}", self.sql(e)));
                format!("CASE{operand}{arms}{last} END")
            }
            other => self.call(other).unwrap_or_else(|| format!("({other})")),
        }
    }

    fn name(&self, name: &str) -> String {
        let name = self.column(name).map_or(name, |column| &self.table.columns[column].name);
        format!("\"{}\"", name.replace('"', "\"\""))
    }

    /// The links of a chain of ORs. Lists of values are kept as such chains, the last value first.
    fn any_of(&self, expr: &Expr) -> String {
        let (mut links, mut rest) = (Vec::new(), expr);
        while let Expr::BinaryOp { left, op: By::Or, right } = rest {
            links.push(&**right);
            rest = left;
        }
        links.push(rest);
        links.reverse();
        let mut said: Vec<Link> = Vec::new();
        for link in links {
            let one = self.one_of(link);
            match (said.last_mut().and_then(|last| last.list.as_mut()), one) {
                (Some((of, values)), Some((own, value))) if *of == own => values.insert(0, value),
                (_, one) => {
                    said.push(Link { sql: self.sql(link), list: one.map(|(of, value)| (of, vec![value])) });
                }
            }
        }
        let written = said.into_iter().map(|link| match link.list {
            Some((of, values)) if values.len() > 1 => format!("({of} IN ({}))", values.join(", ")),
            _ => link.sql,
        });
        let written: Vec<String> = written.collect();
        if written.len() == 1 { written.concat() } else { format!("({})", written.join(" OR ")) }
    }

    /// The two sides of what says that something is a constant.
    fn one_of(&self, expr: &Expr) -> Option<(String, String)> {
        match expr {
            Expr::Nested(inner) => self.one_of(inner),
            Expr::BinaryOp { left, op: By::Eq, right } if literal::of(right).is_some() => {
                Some((self.sql(left), self.beside(right, left)))
            }
            _ => None,
        }
    }

    /// A list of values as servers write it that are another database inside.
    fn any(&self, left: &Expr, right: &Expr) -> String {
        let mut list = right;
        while let Expr::Nested(inner) | Expr::Cast { expr: inner, .. } = list {
            list = inner;
        }
        let Expr::Array(array) = list else { return format!("{left} = ANY ({right})") };
        let items: Vec<String> = array.elem.iter().map(|item| self.beside(item, left)).collect();
        format!("({} IN ({}))", self.sql(left), items.join(", "))
    }

    fn binary(&self, left: &Expr, op: &By, right: &Expr) -> String {
        let like = |negated| {
            self.like(left, right, None, negated).unwrap_or_else(|| format!("({left} {op} {right})"))
        };
        match op {
            By::Eq | By::NotEq | By::Lt | By::LtEq | By::Gt | By::GtEq => self.comparison(left, op, right),
            By::PGLikeMatch | By::PGILikeMatch => like(false),
            By::PGNotLikeMatch | By::PGNotILikeMatch => like(true),
            By::Plus if compare::are_texts(self, left, right) => {
                format!("({} || {})", self.sql(left), self.sql(right))
            }
            _ => format!("({} {op} {})", self.number(left), self.number(right)),
        }
    }
}

pub(super) fn negated_if(negated: bool, sql: String) -> String {
    if negated { format!("(NOT {sql})") } else { sql }
}
