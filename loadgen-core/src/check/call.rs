//! Calls of functions, with parentheses or with a syntax of their own.

use sqlparser::ast::{self, DateTimeField, FunctionArg, FunctionArgExpr, FunctionArguments, TrimWhereField};

use super::{
    expr::Expr,
    function::{Field, Function},
    item::Item,
    kind::Kind,
    parse::NotUnderstood,
    pattern::Pattern,
    scope::{Scope, unknown},
};

/// Reads a call.
pub(super) fn call(scope: &Scope<'_>, sql: &ast::Expr) -> Result<Expr, NotUnderstood> {
    use ast::Expr as Sql;
    let calling = |function, args: &[&ast::Expr]| {
        let args = args.iter().map(|arg| scope.expr(arg)).collect::<Result<Vec<_>, _>>()?;
        Ok(Expr::Call(function, args))
    };
    match sql {
        Sql::Function(function) => named(scope, function, sql),
        Sql::Position { expr, r#in } => calling(Function::Position, &[r#in, expr]),
        Sql::Trim { trim_where, trim_what, expr, trim_characters: None } => {
            let (start, end) = match trim_where {
                None | Some(TrimWhereField::Both) => (true, true),
                Some(TrimWhereField::Leading) => (true, false),
                Some(TrimWhereField::Trailing) => (false, true),
            };
            let args: Vec<&ast::Expr> = [&**expr].into_iter().chain(trim_what.as_deref()).collect();
            calling(Function::Trim { start, end }, &args)
        }
        Sql::Substring { expr, substring_from: Some(from), substring_for, special: _, shorthand: _ } => {
            let args: Vec<&ast::Expr> = [&**expr, from].into_iter().chain(substring_for.as_deref()).collect();
            calling(Function::Substring, &args)
        }
        Sql::Extract { field, expr, .. } => {
            let field = match field {
                DateTimeField::Custom(name) => part(&name.value),
                other => part(&other.to_string()),
            };
            calling(Function::Part(field.ok_or_else(|| unknown(sql))?), &[expr])
        }
        Sql::Floor { expr, .. } => calling(Function::Floor, &[expr]),
        Sql::Ceil { expr, .. } => calling(Function::Ceil, &[expr]),
        _ => Err(unknown(sql)),
    }
}

fn named(scope: &Scope<'_>, function: &ast::Function, sql: &ast::Expr) -> Result<Expr, NotUnderstood> {
    let name = function.name.0.last().and_then(|part| part.as_ident()).ok_or_else(|| unknown(sql))?;
    let name = name.value.to_ascii_lowercase();
    if function.over.is_some() || function.filter.is_some() {
        return Err(unknown(sql));
    }
    let given = match &function.args {
        FunctionArguments::None => Vec::new(),
        FunctionArguments::List(list) => {
            let plain = |arg: &FunctionArg| match arg {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Ok(expr.clone()),
                _ => Err(unknown(sql)),
            };
            list.args.iter().map(plain).collect::<Result<Vec<_>, _>>()?
        }
        FunctionArguments::Subquery(_) => return Err(unknown(sql)),
    };
    if let ("num_nulls" | "num_nonnulls", false) = (name.as_str(), given.is_empty()) {
        return counted(scope, &given, name == "num_nulls");
    }
    let args = given.iter().map(|arg| scope.expr(arg)).collect::<Result<Vec<_>, _>>()?;
    if let Some(time) = time(&name) {
        return if args.is_empty() { Ok(time) } else { Err(unknown(sql)) };
    }
    let function = match name.as_str() {
        "date_part" => {
            let Some(Expr::Cast(field, _)) = args.first() else { return Err(unknown(sql)) };
            let Expr::Const(Item::Text(field)) = &**field else { return Err(unknown(sql)) };
            let field = part(field).ok_or_else(|| unknown(sql))?;
            return Ok(Expr::Call(Function::Part(field), args[1..].to_vec()));
        }
        "mod" if args.len() == 2 => {
            let [left, right] = [0, 1].map(|at| Box::new(args[at].clone()));
            return Ok(Expr::Arith(super::expr::Arith::Rem, left, right, None));
        }
        "regexp_like" if args.len() == 2 => {
            return scope.matches(&given[0], &given[1], |text| Pattern::regex(text, false));
        }
        // Not the escape alone, but what it makes of a pattern of SIMILAR TO.
        "similar_to_escape" if args.len() == 1 => Function::Similar,
        "octet_length" => {
            let args = args.into_iter().map(|arg| scope.padded(arg)).collect();
            return Ok(Expr::Call(Function::Octets, args));
        }
        "lower" | "upper" | "cardinality" | "array_length" | "array_upper" | "array_ndims"
            if args.iter().any(|arg| scope.is_spelt(arg)) =>
        {
            Function::End
        }
        "greatest" | "least" if args.iter().any(|arg| scope.is_written_as_text(arg)) => Function::End,
        name => function_of(name).ok_or_else(|| unknown(sql))?,
    };
    Ok(Expr::Call(function, args))
}

/// As a call of one argument for each, which says whether it is NULL: nothing else is asked of them.
fn counted(scope: &Scope<'_>, args: &[ast::Expr], nulls: bool) -> Result<Expr, NotUnderstood> {
    let flags = args.iter().map(|arg| {
        // NULL in place of what is NULL, so that any type will do.
        let flag = Box::new(scope.nullness(arg)?);
        Ok(Expr::Case(vec![(*flag, Expr::Const(Item::Null))], Box::new(Expr::Const(Item::Bool(true)))))
    });
    let function = if nulls { Function::NumNulls } else { Function::NumNonNulls };
    Ok(Expr::Call(function, flags.collect::<Result<Vec<_>, NotUnderstood>>()?))
}

fn time(name: &str) -> Option<Expr> {
    match name {
        "now"
        | "current_timestamp"
        | "localtimestamp"
        | "transaction_timestamp"
        | "statement_timestamp"
        | "clock_timestamp" => Some(Expr::Now),
        "current_date" => Some(Expr::Cast(Box::new(Expr::Now), Kind::Date)),
        _ => None,
    }
}

fn function_of(name: &str) -> Option<Function> {
    Some(match name {
        "length" | "char_length" | "character_length" => Function::Length,
        "lower" => Function::Lower,
        "upper" => Function::Upper,
        "btrim" => Function::Trim { start: true, end: true },
        "ltrim" => Function::Trim { start: true, end: false },
        "rtrim" => Function::Trim { start: false, end: true },
        "left" => Function::Left,
        "right" => Function::Right,
        "substring" | "substr" => Function::Substring,
        "strpos" => Function::Position,
        "replace" => Function::Replace,
        "starts_with" => Function::StartsWith,
        "abs" => Function::Abs,
        "sign" => Function::Sign,
        "round" => Function::Round,
        "floor" => Function::Floor,
        "ceil" | "ceiling" => Function::Ceil,
        "trunc" => Function::Truncate,
        "coalesce" => Function::Coalesce,
        "nullif" => Function::NullIf,
        "greatest" => Function::Greatest,
        "least" => Function::Least,
        "isfinite" => Function::IsFinite,
        "isempty" => Function::IsEmpty,
        "cardinality" => Function::Cardinality,
        // Arrays of one dimension begin with the first item.
        "array_length" | "array_upper" => Function::ArrayLength,
        "array_ndims" => Function::Dimensions,
        "array_position" => Function::ArrayPosition,
        "jsonb_typeof" | "json_typeof" => Function::JsonType,
        _ => return None,
    })
}

fn part(field: &str) -> Option<Field> {
    Some(match field.to_ascii_lowercase().as_str() {
        "year" => Field::Year,
        "month" => Field::Month,
        "day" => Field::Day,
        "hour" => Field::Hour,
        "minute" => Field::Minute,
        "dow" | "dayofweek" => Field::WeekDay,
        "isodow" => Field::IsoWeekDay,
        "epoch" => Field::Epoch,
        _ => return None,
    })
}
