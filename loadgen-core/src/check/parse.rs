//! From SQL to expressions.

use sqlparser::{
    ast::{self, BinaryOperator, UnaryOperator, Value as Literal},
    dialect::GenericDialect,
    parser::Parser,
    tokenizer::{Token, Tokenizer},
};

use super::{
    call,
    expr::{Arith, Expr, Op},
    function::Function,
    item::Item,
    kind::Kind,
    pattern::Pattern,
};
use crate::{Table, Type};

/// Why a condition is not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not understood")]
pub(crate) struct NotUnderstood(pub(super) String);

type Parsed = Result<Expr, NotUnderstood>;

/// Deeper conditions than people write.
const DEEPEST: usize = 120;

/// Reads a condition over the columns of a table.
///
/// # Errors
/// When it contains anything of which loadgen cannot say what the database makes of it.
pub(crate) fn parse(condition: &str, table: &Table) -> Parsed {
    let dialect = GenericDialect {};
    let tokens = Tokenizer::new(&dialect, condition).tokenize();
    let tokens = tokens.map_err(|_| NotUnderstood(condition.to_owned()))?;
    let parser = Parser::new(&dialect).with_recursion_limit(DEEPEST).with_tokens(trimmed(tokens));
    let parsed = { parser }.parse_expr();
    let parsed = parsed.map_err(|_| NotUnderstood(condition.to_owned()))?;
    Scope { table }.expr(&parsed)
}

/// Writes `TRIM(BOTH FROM x)`, which the parser does not know, as a call of a function; and a question mark is an
/// operator here.
fn trimmed(mut tokens: Vec<Token>) -> Vec<Token> {
    tokens.retain(|token| !matches!(token, Token::Whitespace(_)));
    for token in &mut tokens {
        if matches!(token, Token::Placeholder(text) if text == "?") {
            *token = Token::Question;
        }
    }
    let is = |token: Option<&Token>, word: &str| matches!(token, Some(Token::Word(own)) if own.quote_style.is_none() && own.value.eq_ignore_ascii_case(word));
    for at in 0..tokens.len() {
        let sides = [("BOTH", "btrim"), ("LEADING", "ltrim"), ("TRAILING", "rtrim")];
        let side = sides.into_iter().find(|(side, _)| is(tokens.get(at + 2), side));
        if let (true, Some((_, name)), true) =
            (is(tokens.get(at), "TRIM"), side, is(tokens.get(at + 3), "FROM"))
        {
            tokens[at] = Token::make_word(name, None);
            tokens.drain(at + 2..at + 4);
        }
    }
    tokens
}

/// What names mean.
pub(super) struct Scope<'a> {
    table: &'a Table,
}

impl Scope<'_> {
    pub(super) fn expr(&self, sql: &ast::Expr) -> Parsed {
        use ast::Expr as Sql;
        Ok(match sql {
            Sql::Nested(inner) => self.expr(inner)?,
            Sql::Collate { expr, .. } => self.expr(expr)?,
            Sql::Identifier(name) => self.column(&name.value, sql)?,
            Sql::CompoundIdentifier(names) => {
                self.column(&names.last().ok_or_else(|| unknown(sql))?.value, sql)?
            }
            Sql::Value(value) => Expr::Const(constant(&value.value).ok_or_else(|| unknown(sql))?),
            Sql::IsNull(inner) => self.nullness(inner)?,
            Sql::IsNotNull(inner) => self.nullness(inner)?.not(),
            Sql::IsTrue(inner) => Expr::Is(true, self.boxed(inner)?),
            Sql::IsNotTrue(inner) => Expr::Is(true, self.boxed(inner)?).not(),
            Sql::IsFalse(inner) => Expr::Is(false, self.boxed(inner)?),
            Sql::IsNotFalse(inner) => Expr::Is(false, self.boxed(inner)?).not(),
            Sql::IsUnknown(inner) => self.expr(inner)?.is_null(),
            Sql::IsNotUnknown(inner) => self.expr(inner)?.is_null().not(),
            Sql::IsDistinctFrom(a, b) => Expr::Differ(self.boxed(a)?, self.boxed(b)?),
            Sql::IsNotDistinctFrom(a, b) => Expr::Differ(self.boxed(a)?, self.boxed(b)?).not(),
            Sql::InList { expr, list, negated } => {
                let items = Expr::List(list.iter().map(|item| self.expr(item)).collect::<Result<_, _>>()?);
                negated_if(*negated, Expr::Any(Op::Eq, self.boxed(expr)?, Box::new(items)))
            }
            Sql::Between { expr, negated, low, high } => {
                let low = Expr::compare(Op::Ge, self.expr(expr)?, self.expr(low)?);
                let high = Expr::compare(Op::Le, self.expr(expr)?, self.expr(high)?);
                negated_if(*negated, Expr::And(vec![low, high]))
            }
            Sql::Like { negated, expr, pattern, escape_char: None, any: false } => {
                negated_if(*negated, self.matches(expr, pattern, |text| Pattern::like(text, false))?)
            }
            Sql::ILike { negated, expr, pattern, escape_char: None, any: false } => {
                negated_if(*negated, self.matches(expr, pattern, |text| Pattern::like(text, true))?)
            }
            Sql::AnyOp { left, compare_op, right, .. } => {
                let op = op(compare_op).ok_or_else(|| unknown(sql))?;
                Expr::Any(op, self.boxed(left)?, self.boxed(right)?)
            }
            Sql::AllOp { left, compare_op, right } => {
                let op = op(compare_op).ok_or_else(|| unknown(sql))?;
                Expr::All(op, self.boxed(left)?, self.boxed(right)?)
            }
            Sql::UnaryOp { op: UnaryOperator::Not, expr } => self.expr(expr)?.not(),
            Sql::UnaryOp { op: UnaryOperator::Plus, expr } => self.expr(expr)?,
            Sql::UnaryOp { op: UnaryOperator::Minus, expr } => {
                let zero = Expr::Const(Item::Int(0));
                arithmetic(Arith::Sub, zero, self.expr(expr)?, self)
            }
            Sql::BinaryOp { left, op, right } => self.binary(left, op, right, sql)?,
            Sql::Cast { expr, data_type, .. } => {
                self.cast(expr, &Kind::parse(&data_type.to_string()), sql)?
            }
            Sql::TypedString(typed) => {
                let text = typed.value.value.clone().into_string().ok_or_else(|| unknown(sql))?;
                Expr::Cast(Box::new(Expr::Const(Item::Text(text))), Kind::parse(&typed.data_type.to_string()))
            }
            Sql::Array(array) => {
                Expr::List(array.elem.iter().map(|item| self.expr(item)).collect::<Result<_, _>>()?)
            }
            Sql::Case { operand, conditions, else_result, .. } => {
                let arm = |arm: &ast::CaseWhen| {
                    let when = self.expr(&arm.condition)?;
                    let when = match operand {
                        Some(operand) => Expr::compare(Op::Eq, self.expr(operand)?, when),
                        None => when,
                    };
                    Ok((when, self.expr(&arm.result)?))
                };
                let last =
                    else_result.as_ref().map_or(Ok(Expr::Const(Item::Null)), |last| self.expr(last))?;
                Expr::Case(conditions.iter().map(arm).collect::<Result<_, _>>()?, Box::new(last))
            }
            other => call::call(self, other)?,
        })
    }

    pub(super) fn boxed(&self, sql: &ast::Expr) -> Result<Box<Expr>, NotUnderstood> {
        self.expr(sql).map(Box::new)
    }

    fn column(&self, name: &str, sql: &ast::Expr) -> Parsed {
        let column = self.table.column_index(name).ok_or_else(|| unknown(sql))?;
        if element(&self.table.columns[column].ty) == &Type::Unsupported {
            return Err(NotUnderstood(format!("the type of {name:?}")));
        }
        Ok(Expr::Column(column))
    }

    /// Whether a value is NULL can be told of a type that is not known, too.
    pub(super) fn nullness(&self, sql: &ast::Expr) -> Parsed {
        let mut inner = sql;
        while let ast::Expr::Nested(nested) = inner {
            inner = nested;
        }
        if let ast::Expr::Identifier(name) = inner
            && let Some(column) = self.table.column_index(&name.value)
        {
            return Ok(Expr::Column(column).is_null());
        }
        Ok(self.expr(sql)?.is_null())
    }

    /// A text against a pattern that is a constant. Columns that are padded keep their blanks here.
    pub(super) fn matches(
        &self,
        text: &ast::Expr,
        pattern: &ast::Expr,
        compile: impl FnOnce(&str) -> Option<Pattern>,
    ) -> Parsed {
        let text = self.expr(text)?;
        if let Expr::Column(column) = text
            && let Type::Text { fixed: true, max } = self.table.columns[column].ty
            && max != Some(1)
        {
            return Err(NotUnderstood("a pattern for a padded column".to_owned()));
        }
        let wrong = || NotUnderstood(format!("the pattern {pattern}"));
        let known = super::eval::eval(&self.expr(pattern)?, &[], 0).map_err(|_| wrong())?;
        let pattern = known.text().ok().and_then(compile).ok_or_else(wrong)?;
        Ok(Expr::Matches(Box::new(pattern), Box::new(text)))
    }

    fn cast(&self, inner: &ast::Expr, kind: &Kind, sql: &ast::Expr) -> Parsed {
        let inner = self.expr(inner)?;
        let named = |kind: &Kind| match kind {
            Kind::Named => true,
            Kind::List(element) => **element == Kind::Named,
            _ => false,
        };
        let constant = matches!(inner, Expr::Const(Item::Text(_)))
            || matches!(&inner, Expr::List(items) if items.iter().all(|item| matches!(item, Expr::Const(_) | Expr::Cast(..))));
        if named(kind) && !constant {
            return Err(unknown(sql));
        }
        if named(kind) && matches!(inner, Expr::List(_)) {
            return Ok(inner);
        }
        Ok(Expr::Cast(Box::new(inner), kind.clone()))
    }

    fn binary(&self, left: &ast::Expr, by: &BinaryOperator, right: &ast::Expr, sql: &ast::Expr) -> Parsed {
        use BinaryOperator as By;
        if let Some(op) = op(by) {
            return self.comparison(op, self.expr(left)?, self.expr(right)?, sql);
        }
        let regex = |negated, any_case| {
            let found = self.matches(left, right, |text| Pattern::regex(text, any_case))?;
            Ok(negated_if(negated, found))
        };
        let like = |negated, any_case| {
            let found = self.matches(left, right, |text| Pattern::like(text, any_case))?;
            Ok(negated_if(negated, found))
        };
        let both = |arith| Ok(arithmetic(arith, self.expr(left)?, self.expr(right)?, self));
        let call = |function| Ok(Expr::Call(function, vec![self.expr(left)?, self.expr(right)?]));
        match by {
            By::And => Ok(Expr::And(self.chain(sql, &By::And)?)),
            By::Or => Ok(Expr::Or(self.chain(sql, &By::Or)?)),
            By::Plus => both(Arith::Add),
            By::Minus => both(Arith::Sub),
            By::Multiply => both(Arith::Mul),
            By::Divide => both(Arith::Div),
            By::Modulo => both(Arith::Rem),
            By::StringConcat => call(Function::Concat),
            By::PGRegexMatch => regex(false, false),
            By::PGRegexIMatch => regex(false, true),
            By::PGRegexNotMatch => regex(true, false),
            By::PGRegexNotIMatch => regex(true, true),
            By::PGLikeMatch => like(false, false),
            By::PGILikeMatch => like(false, true),
            By::PGNotLikeMatch => like(true, false),
            By::PGNotILikeMatch => like(true, true),
            By::PGStartsWith => call(Function::StartsWith),
            By::Question => call(Function::HasKey),
            By::ArrowAt => call(Function::Within),
            By::PGOverlap => call(Function::Overlaps),
            _ => Err(unknown(sql)),
        }
    }

    /// The links of a chain of ANDs or ORs, however long, in a flat list.
    fn chain(&self, sql: &ast::Expr, by: &BinaryOperator) -> Result<Vec<Expr>, NotUnderstood> {
        let (mut links, mut rest) = (Vec::new(), sql);
        while let ast::Expr::BinaryOp { left, op, right } = rest
            && op == by
        {
            links.push(self.expr(right)?);
            rest = left;
        }
        links.push(self.expr(rest)?);
        links.reverse();
        Ok(links)
    }

    /// Labels of an enum are in the order of their type: "before" becomes a list of labels.
    fn comparison(&self, op: Op, left: Expr, right: Expr, sql: &ast::Expr) -> Parsed {
        if matches!(op, Op::Eq | Op::Ne) {
            return Ok(Expr::compare(op, left, right));
        }
        let (op, column, other) = match (self.labels(&left), self.labels(&right)) {
            (None, None) => return Ok(Expr::compare(op, left, right)),
            (Some(_), Some(_)) => return Err(unknown(sql)),
            (Some(_), None) => (op, left, right),
            (None, Some(_)) => (op.swapped(), right, left),
        };
        let labels = self.labels(&column).unwrap_or_default();
        let known = super::eval::eval(&other, &[], 0).map_err(|_| unknown(sql))?;
        let label = known.text().map_err(|_| unknown(sql))?;
        let at = labels.iter().position(|own| own == label).ok_or_else(|| unknown(sql))?;
        let fitting = labels.iter().enumerate().filter(|(own, _)| op.holds(own.cmp(&at)));
        let list = fitting.map(|(_, label)| Expr::Const(Item::Text(label.clone()))).collect();
        Ok(Expr::Any(Op::Eq, Box::new(column), Box::new(Expr::List(list))))
    }

    fn labels(&self, expr: &Expr) -> Option<&[String]> {
        let Expr::Column(column) = expr else { return None };
        if let Type::Enum(labels) = &self.table.columns[*column].ty { Some(labels) } else { None }
    }

    /// The bits of an integer: the database refuses results that take more.
    fn bits(&self, expr: &Expr) -> Option<u8> {
        match expr {
            Expr::Column(column) => match self.table.columns[*column].ty {
                Type::Int(bits) => Some(bits),
                _ => None,
            },
            Expr::Const(Item::Int(number)) => Some(if i32::try_from(*number).is_ok() { 32 } else { 64 }),
            Expr::Cast(_, kind) => kind.bits(),
            Expr::Arith(.., bits) => *bits,
            Expr::Call(Function::Length | Function::Octets, _) => Some(32),
            Expr::Call(Function::Coalesce | Function::Abs | Function::Greatest | Function::Least, args) => {
                args.iter().filter_map(|arg| self.bits(arg)).max()
            }
            Expr::Case(arms, last) => {
                arms.iter().map(|(_, then)| then).chain([&**last]).filter_map(|part| self.bits(part)).max()
            }
            _ => None,
        }
    }
}

fn arithmetic(arith: Arith, left: Expr, right: Expr, scope: &Scope<'_>) -> Expr {
    if let (Arith::Sub, Expr::Const(Item::Int(0)), Expr::Const(Item::Int(number))) = (arith, &left, &right) {
        return Expr::Const(Item::Int(-number));
    }
    let bits = scope.bits(&left).max(scope.bits(&right));
    Expr::Arith(arith, Box::new(left), Box::new(right), bits)
}

pub(super) fn unknown(sql: &ast::Expr) -> NotUnderstood {
    NotUnderstood(sql.to_string())
}

fn negated_if(negated: bool, expr: Expr) -> Expr {
    if negated { expr.not() } else { expr }
}

/// The type of an array's elements, or the type itself.
fn element(ty: &Type) -> &Type {
    if let Type::Array(element) = ty { element } else { ty }
}

fn op(by: &BinaryOperator) -> Option<Op> {
    Some(match by {
        BinaryOperator::Eq => Op::Eq,
        BinaryOperator::NotEq => Op::Ne,
        BinaryOperator::Lt => Op::Lt,
        BinaryOperator::LtEq => Op::Le,
        BinaryOperator::Gt => Op::Gt,
        BinaryOperator::GtEq => Op::Ge,
        _ => return None,
    })
}

fn constant(literal: &Literal) -> Option<Item> {
    match literal {
        Literal::Null => Some(Item::Null),
        Literal::Boolean(truth) => Some(Item::Bool(*truth)),
        Literal::SingleQuotedString(text) => Some(Item::Text(text.clone())),
        Literal::Number(digits, _) => match digits.parse() {
            Ok(number) => Some(Item::Int(number)),
            Err(_) => crate::generate::constant::decimal(digits).map(Item::Exact),
        },
        _ => None,
    }
}
