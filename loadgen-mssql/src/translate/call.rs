//! Functions of the server.

use loadgen_core::Type;
use sqlparser::ast::{CastKind, DataType, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments};

use super::{Scope, literal, sort::Sort, types};

/// The name of a function, in small letters; one that somebody made keeps its schema.
pub(super) fn name(function: &Function) -> String {
    let parts: Vec<String> = function
        .name
        .0
        .iter()
        .map(|part| part.as_ident().map_or_else(|| part.to_string(), |ident| ident.value.to_lowercase()))
        .collect();
    match parts.as_slice() {
        [schema, name] if schema == "sys" => name.clone(),
        parts => parts.join("."),
    }
}

/// What a function is called with; nothing where that is more than a list.
pub(super) fn arguments(function: &Function) -> Vec<Expr> {
    let FunctionArguments::List(list) = &function.args else { return Vec::new() };
    let plain = |arg: &FunctionArg| match arg {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr.clone()),
        _ => None,
    };
    list.args.iter().map(plain).collect::<Option<_>>().unwrap_or_default()
}

/// The sort of what a function gives.
pub(super) fn sort(scope: &Scope<'_>, function: &Function) -> Sort {
    let args = arguments(function);
    let first = || args.first().map_or(Sort::Other, |arg| scope.sort(arg));
    match name(function).as_str() {
        name if is_now(name) => Sort::Moment,
        "len" | "datalength" | "datediff" | "year" | "month" | "day" | "datepart" | "charindex"
        | "patindex" | "sign" => Sort::Whole,
        "upper" | "lower" | "ltrim" | "rtrim" | "left" | "right" | "replace" | "trim" | "concat"
        | "substring" => Sort::Text,
        "isnull" | "coalesce" | "nullif" | "abs" | "round" | "floor" | "ceiling" | "greatest" | "least" => {
            first()
        }
        "iif" => args.get(1).map_or(Sort::Other, |arg| scope.sort(arg)),
        "dateadd" => match args.get(2).map(|date| scope.sort(date)) {
            Some(Sort::Date) => Sort::Date,
            _ => Sort::Moment,
        },
        _ => Sort::Other,
    }
}

fn is_now(name: &str) -> bool {
    ["getdate", "getutcdate", "sysdatetime", "sysutcdatetime", "sysdatetimeoffset", "current_timestamp"]
        .contains(&name)
}

impl Scope<'_> {
    /// Functions and casts, those that are known.
    pub(super) fn call(&self, expr: &Expr) -> Option<String> {
        match expr {
            Expr::Function(function) => match self.is_json(expr) {
                Some(column) if self.table.columns[column].ty == Type::Json => Some("1".to_owned()),
                _ => Some(self.function(function)),
            },
            Expr::Cast { kind: CastKind::Cast | CastKind::DoubleColon, expr, data_type, .. } => {
                self.cast(expr, data_type)
            }
            Expr::Convert { is_try: false, expr, data_type: Some(ty), styles, .. } if styles.is_empty() => {
                self.cast(expr, ty)
            }
            Expr::Substring { expr, substring_from: Some(from), substring_for: Some(length), .. } => {
                Some(format!("substring({}, {}, {})", self.sql(expr), self.sql(from), self.sql(length)))
            }
            Expr::Trim { trim_where: None, trim_what: None, expr, trim_characters: None } => {
                Some(format!("btrim({})", self.sql(expr)))
            }
            Expr::Floor { expr, .. } => Some(format!("floor({})", self.number(expr))),
            Expr::Ceil { expr, .. } => Some(format!("ceil({})", self.number(expr))),
            _ => None,
        }
    }

    fn function(&self, function: &Function) -> String {
        let (name, args) = (name(function), arguments(function));
        self.known(&name, &args).unwrap_or_else(|| {
            // Whatever it is, it is none of those that are called so elsewhere.
            let args: Vec<String> = args.iter().map(|arg| self.sql(arg)).collect();
            format!("\"{} of the server\"({})", name.replace('"', "\"\""), args.join(", "))
        })
    }

    fn known(&self, name: &str, args: &[Expr]) -> Option<String> {
        let all = || args.iter().map(|arg| self.sql(arg)).collect::<Vec<_>>().join(", ");
        Some(match (name, args) {
            (now, []) if is_now(now) => "now()".to_owned(),
            // Blanks at the end do not count.
            ("len", [text]) => format!("length(rtrim({}))", self.sql(text)),
            ("datalength", [text]) => self.size(text)?,
            ("isnull", [value, other]) => {
                format!("coalesce({}, {})", self.sql(value), self.beside(other, value))
            }
            ("coalesce", [first, ..]) => {
                let parts: Vec<String> = args.iter().map(|arg| self.beside(arg, first)).collect();
                format!("coalesce({})", parts.join(", "))
            }
            ("nullif", [value, other]) => {
                format!("nullif({}, {})", self.sql(value), self.beside(other, value))
            }
            ("iif", [condition, then, other]) => format!(
                "CASE WHEN {} THEN {} ELSE {} END",
                self.sql(condition),
                self.sql(then),
                self.sql(other)
            ),
            ("charindex", [what, text]) => format!("strpos({}, {})", self.sql(text), self.sql(what)),
            ("year" | "month" | "day", [date]) => format!("extract({name} from {})", self.moment(date)),
            ("datepart", args) => self.part_of(args)?,
            ("dateadd", args) => self.added(args)?,
            ("datediff", args) => self.between(args)?,
            ("ceiling", [number]) => format!("ceil({})", self.number(number)),
            ("trim", [text]) => format!("btrim({})", self.sql(text)),
            (
                "upper" | "lower" | "ltrim" | "rtrim" | "left" | "right" | "replace" | "substring" | "abs"
                | "sign" | "floor" | "greatest" | "least",
                [_, ..],
            ) => format!("{name}({})", all()),
            ("round", [_] | [_, _]) => format!("round({})", all()),
            _ => return None,
        })
    }

    /// How many bytes a value takes.
    fn size(&self, expr: &Expr) -> Option<String> {
        let column = &self.table.columns[self.column_of(expr)?];
        let sql = self.sql(expr);
        match column.native.name.as_str() {
            "nvarchar" | "nchar" | "ntext" => Some(format!("(length({sql}) * 2)")),
            "varchar" | "char" | "text" | "varbinary" | "binary" | "image" => {
                Some(format!("octet_length({sql})"))
            }
            _ => None,
        }
    }

    /// A cast; of a number to a whole one, the fraction is cut off.
    fn cast(&self, expr: &Expr, ty: &DataType) -> Option<String> {
        let (target, to) = types::target(&ty.to_string())?;
        let (from, sql) = (self.sort(expr), self.sql(expr));
        Some(match (from, to) {
            // Nothing happens to a text that a server casts to another kind of text.
            (Sort::Text, Sort::Text) if target == "text" => sql,
            (Sort::Number, Sort::Whole) => format!("CAST(trunc({sql}) AS {target})"),
            (Sort::Whole, Sort::Number) if literal::of(expr).is_some() => sql,
            (Sort::Number, Sort::Number) if target == "numeric" => sql,
            (_, Sort::Bool) => return None,
            (Sort::Text, Sort::Date | Sort::Moment | Sort::Time) => {
                super::date::constant(literal::text(expr)?, to)?
            }
            _ => format!("CAST({sql} AS {target})"),
        })
    }
}
