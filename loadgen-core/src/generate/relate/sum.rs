//! Amounts that are computed from each other.

use super::{Relation, pen::Pen};
use crate::{
    Type, Value,
    generate::form::{FLOAT_SCALE, Form},
};

/// The columns of a line, an order or an invoice: the amount is the quantity times the price, the tax is a share of it,
/// and the total is all of them.
#[derive(Debug, Default)]
pub(super) struct Sum {
    pub(super) quantity: Option<Cell>,
    pub(super) price: Option<Cell>,
    pub(super) net: Option<Cell>,
    pub(super) rate: Option<Cell>,
    /// Whether the rate is 19 rather than 0.19.
    pub(super) percent: bool,
    pub(super) tax: Option<Cell>,
    pub(super) shipping: Option<Cell>,
    pub(super) discount: Option<Cell>,
    pub(super) gross: Option<Cell>,
}

/// A column with a number in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell {
    pub(super) column: usize,
    form: Form,
    /// Whether it may be computed; else it is only read.
    open: bool,
}

/// Numbers are counted in millionths.
const SCALE: u8 = 6;
const ONE: i128 = 10i128.pow(SCALE as u32);
/// Usual discounts, in percent.
const DISCOUNTS: [i128; 8] = [0, 0, 0, 0, 5, 10, 15, 20];
/// Usual rates of tax, in percent.
const RATES: [i128; 7] = [0, 5, 7, 10, 19, 20, 21];

impl Cell {
    /// Floats are kept to four digits after the point, and decimals of any length to two.
    pub(super) fn new(column: usize, ty: &Type, open: bool) -> Option<Self> {
        let form = Form::of(ty, if matches!(ty, Type::Decimal { .. }) { 2 } else { 4 })?;
        let is_number =
            matches!(form, Form::Int { .. } | Form::Decimal { .. } | Form::Real { .. } | Form::Double { .. });
        is_number.then_some(Cell { column, form, open })
    }

    /// Writes what is computed, or draws a column of which the plan file says what it holds.
    fn set(self, pen: &mut Pen<'_>, millionths: impl FnOnce() -> Option<i128>) -> bool {
        if !self.open {
            pen.start(self.column);
            return true;
        }
        pen.set(self.column, |_, _| self.value(millionths()?))
    }

    fn scale(self) -> u8 {
        match self.form {
            Form::Decimal { scale, .. } => scale,
            Form::Real { .. } | Form::Double { .. } => 4,
            _ => 0,
        }
    }

    /// What is there, in millionths.
    fn read(self, row: &[Value]) -> Option<i128> {
        match row[self.column] {
            Value::Int(number) => i128::from(number).checked_mul(ONE),
            Value::Decimal(number) if number.scale <= SCALE => {
                number.unscaled.checked_mul(10i128.pow(u32::from(SCALE - number.scale)))
            }
            Value::Decimal(number) => {
                let unit = 10i128.checked_pow(u32::from(number.scale - SCALE))?;
                (number.unscaled % unit == 0).then_some(number.unscaled / unit)
            }
            Value::Real(number) => rounded(f64::from(number)),
            Value::Double(number) => rounded(number),
            _ => None,
        }
    }

    /// Millionths as a value of the column, if it has that many digits.
    fn value(self, millionths: i128) -> Option<Value> {
        let scale = self.scale();
        let number = if scale <= SCALE {
            let unit = 10i128.pow(u32::from(SCALE - scale));
            (millionths % unit == 0).then_some(millionths / unit)?
        } else {
            millionths.checked_mul(10i128.checked_pow(u32::from(scale - SCALE))?)?
        };
        let (low, high) = self.form.limits();
        (low..=high).contains(&number).then(|| self.form.value(number))
    }

    /// The unit that amounts are rounded to, in millionths.
    fn unit(self) -> i128 {
        10i128.pow(u32::from(SCALE - self.scale().min(2)))
    }
}

fn rounded(number: f64) -> Option<i128> {
    let units = (number * 1e4).round();
    (units.abs() < 1e18).then_some(units as i128 * (ONE / 10_000))
}

const _: () = assert!(FLOAT_SCALE >= 4);

impl Sum {
    fn cells(&self) -> impl Iterator<Item = Cell> {
        let first = [self.quantity, self.price, self.net, self.rate, self.tax];
        first.into_iter().chain([self.shipping, self.discount, self.gross]).flatten()
    }

    /// Whether anything can be computed.
    pub(super) fn is_useful(&self) -> bool {
        let product = self.quantity.is_some() && self.price.is_some();
        self.gross.is_some() && (product || self.net.is_some()) || product && self.net.is_some()
    }

    /// Whether other amounts than tax are between net and gross.
    fn has_others(&self) -> bool {
        self.shipping.is_some() || self.discount.is_some()
    }

    /// The amount before tax.
    fn net(&self, pen: &mut Pen<'_>, fits: &mut bool) -> Option<i128> {
        let Some((quantity, price)) = self.quantity.zip(self.price) else {
            let net = self.net?;
            pen.start(net.column);
            return net.read(pen.row);
        };
        pen.start(quantity.column);
        pen.start(price.column);
        let product = || {
            let product = quantity.read(pen.row)?.checked_mul(price.read(pen.row)?)?;
            (product % ONE == 0).then_some(product / ONE)
        };
        let product = product();
        let Some(net) = self.net else { return product };
        *fits &= net.set(pen, || product);
        net.read(pen.row)
    }

    fn tax(&self, net: Option<i128>, pen: &mut Pen<'_>, fits: &mut bool) -> Option<i128> {
        let drawn = *pen.rng.pick(&RATES);
        let mut rate = drawn * ONE / 100;
        if let Some(cell) = self.rate {
            let shown = if self.percent { drawn * ONE } else { rate };
            *fits &= cell.set(pen, || Some(shown));
            // NULL where nobody knows the rate: there is a tax all the same.
            let there = cell.read(pen.row).map(|there| if self.percent { there / 100 } else { there });
            rate = there.unwrap_or(rate);
        }
        let share =
            |unit: i128| Some(net?.checked_mul(rate)?.checked_add(ONE * unit / 2)? / (ONE * unit) * unit);
        match (self.tax, self.gross) {
            (Some(tax), _) => {
                *fits &= tax.set(pen, || share(tax.unit()));
                tax.read(pen.row)
            }
            // Without a column, there is tax only where nothing else makes a difference between net and gross.
            (None, Some(gross)) if self.net.is_some() && !self.has_others() => share(gross.unit()),
            _ => Some(0),
        }
    }
}

impl Relation for Sum {
    fn columns(&self) -> Vec<usize> {
        self.cells().map(|cell| cell.column).collect()
    }

    fn draw(&self, pen: &mut Pen<'_>) -> bool {
        let mut fits = true;
        let net = self.net(pen, &mut fits);
        let tax = self.tax(net, pen, &mut fits).unwrap_or(0);
        if let Some(shipping) = self.shipping {
            pen.start(shipping.column);
        }
        if let Some(discount) = self.discount {
            let (percent, unit) = (*pen.rng.pick(&DISCOUNTS), discount.unit());
            fits &= discount.set(pen, || Some(net?.checked_mul(percent)? / (100 * unit) * unit));
        }
        let Some(gross) = self.gross else { return fits };
        let read = |cell: Option<Cell>| cell.and_then(|cell| cell.read(pen.row)).unwrap_or(0);
        let (shipping, discount) = (read(self.shipping), read(self.discount));
        let total = || net?.checked_add(tax)?.checked_add(shipping)?.checked_sub(discount);
        let total = total();
        fits & gross.set(pen, || total)
    }

    fn describe(&self, column: usize) -> Option<String> {
        let is = |cell: Option<Cell>| cell.is_some_and(|cell| cell.column == column);
        let product = self.quantity.is_some() && self.price.is_some();
        let mut parts = vec![if product && self.net.is_none() { "quantity × price" } else { "net" }];
        parts.extend(self.tax.map(|_| "tax"));
        parts.extend(self.shipping.map(|_| "shipping"));
        let minus = if self.discount.is_some() { " − discount" } else { "" };
        let parts = parts.join(" + ") + minus;
        let words = match () {
            () if is(self.gross) && parts == "net" => "net and the tax on it",
            () if is(self.gross) => &parts,
            () if is(self.net) && product => "quantity × price",
            () if is(self.tax) => "a share of net",
            () if is(self.rate) => "a usual rate of tax",
            () if is(self.discount) => "none, or a share of net",
            () => return None,
        };
        Some(words.to_owned())
    }
}
