//! Dates and times, and what is computed with them.

use sqlparser::ast::Expr;

use super::{
    Scope,
    literal::{self, quoted},
    sort::Sort,
};

/// A date or a time that is written in a way that means the same in every language.
pub(super) fn constant(text: &str, sort: Sort) -> Option<String> {
    let text = text.trim();
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let written = if text.len() >= 8 && text.get(..8).is_some_and(is_digits) {
        format!("{}-{}-{}{}", &text[..4], &text[4..6], &text[6..8], &text[8..])
    } else {
        text.to_owned()
    };
    let bytes = written.as_bytes();
    let is_day = bytes.len() >= 10 && bytes[4] == b'-' && bytes[7] == b'-' && is_digits(&written[..4]);
    let kind = match sort {
        Sort::Time if bytes.get(2) == Some(&b':') => "time",
        Sort::Time => return None,
        _ if !is_day => return None,
        Sort::Date if bytes.len() == 10 => "date",
        _ => "timestamp",
    };
    Some(format!("CAST({} AS {kind})", quoted(&written.replace('T', " "))))
}

/// The part of a date that a name or an abbreviation stands for.
fn part(expr: &Expr) -> Option<&'static str> {
    let name = match expr {
        Expr::Identifier(name) => name.value.to_lowercase(),
        other => literal::text(other)?.to_lowercase(),
    };
    Some(match name.as_str() {
        "year" | "yyyy" | "yy" => "year",
        "quarter" | "qq" | "q" => "quarter",
        "month" | "mm" | "m" => "month",
        "week" | "wk" | "ww" => "week",
        "day" | "dd" | "d" | "dayofyear" | "dy" | "y" => "day",
        "hour" | "hh" => "hour",
        "minute" | "mi" | "n" => "minute",
        "second" | "ss" | "s" => "second",
        _ => return None,
    })
}

impl Scope<'_> {
    /// `dateadd(part, number, date)`.
    pub(super) fn added(&self, args: &[Expr]) -> Option<String> {
        let [name, number, date] = args else { return None };
        let (unit, each) = match part(name)? {
            "quarter" => ("months", 3),
            "week" => ("days", 7),
            "year" => ("years", 1),
            "month" => ("months", 1),
            "day" => ("days", 1),
            "hour" => ("hours", 1),
            "minute" => ("minutes", 1),
            _ => ("seconds", 1),
        };
        let number = literal::whole(number)?.checked_mul(each)?;
        Some(format!("({} + CAST('{number} {unit}' AS interval))", self.moment(date)))
    }

    /// `datediff(part, from, to)`: how many ends of such parts lie between the two.
    pub(super) fn between(&self, args: &[Expr]) -> Option<String> {
        let [name, from, to] = args else { return None };
        let (from, to) = (self.moment(from), self.moment(to));
        let of = |field: &str, moment: &str| format!("extract({field} from {moment})");
        let apart = |field: &str| format!("{} - {}", of(field, &to), of(field, &from));
        Some(match part(name)? {
            "year" => format!("({})", apart("year")),
            "month" => format!("(({}) * 12 + {})", apart("year"), apart("month")),
            "day" => format!("(CAST({to} AS date) - CAST({from} AS date))"),
            "hour" => format!("(floor({} / 3600) - floor({} / 3600))", of("epoch", &to), of("epoch", &from)),
            "minute" => format!("(floor({} / 60) - floor({} / 60))", of("epoch", &to), of("epoch", &from)),
            "second" => format!("(floor({}) - floor({}))", of("epoch", &to), of("epoch", &from)),
            _ => return None,
        })
    }

    /// `datepart(part, date)`, where no setting of a session decides about it.
    pub(super) fn part_of(&self, args: &[Expr]) -> Option<String> {
        let [name, date] = args else { return None };
        if ["dayofyear", "dy", "y"].contains(&name.to_string().to_lowercase().as_str()) {
            return None;
        }
        let field = part(name).filter(|field| ["year", "month", "day", "hour", "minute"].contains(field))?;
        Some(format!("extract({field} from {})", self.moment(date)))
    }

    /// A date or a time; a text is a constant one.
    pub(super) fn moment(&self, expr: &Expr) -> String {
        let constant = literal::text(expr).and_then(|text| constant(text, Sort::Moment));
        constant.unwrap_or_else(|| self.sql(expr))
    }
}
