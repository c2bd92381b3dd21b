//! What a condition says of a single column.

use super::{
    expr::Op,
    item::Item,
    place::{place, written},
};
use crate::{
    Column, Decimal, Type,
    generate::{ColumnConfig, Form, Scalar},
};

/// Between these two moments, in microseconds since 1970, "now" is thought to be: 2025 and 2100. What holds at both
/// holds whenever the run is, as conditions ask for what is past or to come. Neither is a midnight, which is a day as well.
pub(crate) const NOW: [i64; 2] = [1_735_734_896_789_012, 4_102_490_096_789_012];

/// Where the values of one column have to lie. Not all that is asked for can be said here.
#[derive(Clone, Debug, Default)]
pub(super) struct Limits {
    /// The least value, and whether itself is excluded.
    pub(super) low: Option<(Item, bool)>,
    /// The greatest value, and whether itself is excluded.
    pub(super) high: Option<(Item, bool)>,
    choice: Option<Vec<Item>>,
    /// The fewest and the most characters, bytes, or items of an array.
    pub(super) length: (Option<u32>, Option<u32>),
    /// Whether it has to be NULL, or must not be.
    pub(super) null: Option<bool>,
    pattern: Option<String>,
    /// Whether all letters have to be capitals, or none.
    pub(super) upper: Option<bool>,
    /// What the value leaves when it is divided: the divisor and the rest.
    pub(super) rest: Option<(i128, i128)>,
    /// What the value is a multiple of.
    pub(super) unit: Option<Decimal>,
    /// How many digits there may be after the point.
    pub(super) digits: Option<u8>,
    /// Of an array, where its items have to lie.
    pub(super) items: Option<Box<Limits>>,
    /// Of an array, items that it has to have.
    pub(super) has: Vec<Item>,
}

impl Limits {
    /// Where the items of an array have to lie.
    pub(super) fn items(&mut self) -> &mut Limits {
        self.items.get_or_insert_default()
    }

    /// The first pattern is followed, the others are left to chance.
    pub(super) fn spell(&mut self, pattern: String) {
        self.pattern.get_or_insert(pattern);
    }

    /// Like [`Limits::config`], for values that must not repeat: where only capitals are asked for, codes of capitals;
    /// and where there is no end, up to the end of the type.
    pub(super) fn distinct_config(&self, column: &Column, own: &ColumnConfig) -> ColumnConfig {
        let mut config = self.config(column, own);
        if config.min.is_some() && config.max.is_none() && !own.names_values() {
            let form = form(&column.ty, &[&self.low]);
            config.max = form.map(|form| Scalar(shown(form, form.limits().1)));
        }
        if let (Some(true), None, None, Type::Text { max, .. }) =
            (self.upper, &config.pattern, &config.choice, &column.ty)
            && !own.names_values()
        {
            let most = config.max_length.unwrap_or(CODE).min(max.unwrap_or(CODE)).min(CODE);
            config.pattern = Some(format!("^[0-9A-Z]{{{}}}$", most.max(config.min_length.unwrap_or(0))));
        }
        config
    }

    /// Whether an item is NULL or between the bounds.
    pub(super) fn allow(&self, item: &Item) -> bool {
        let within = |bound: &Option<(Item, bool)>, outside: std::cmp::Ordering| match bound {
            Some((end, _)) => item.order(end).is_ok_and(|order| order != Some(outside)),
            None => true,
        };
        item.is_null()
            || within(&self.low, std::cmp::Ordering::Less) && within(&self.high, std::cmp::Ordering::Greater)
    }

    pub(super) fn choose(&mut self, items: &[Item]) {
        match &mut self.choice {
            Some(choice) => choice.retain(|item| items.contains(item)),
            None => self.choice = Some(items.iter().filter(|item| !item.is_null()).cloned().collect()),
        }
    }

    /// A bound that holds at both times: of two low ones the greater, of two high ones the lesser.
    pub(super) fn bound(&mut self, op: Op, known: &[Item; 2]) {
        match op {
            Op::Eq => self.choose(&known[..1]),
            Op::Ne if known[0] == Item::Text(String::new()) => self.size(Op::Ge, 1),
            Op::Gt if known[0] == Item::Text(String::new()) => self.size(Op::Ge, 1),
            Op::Ne => {}
            Op::Gt | Op::Ge => {
                known.iter().for_each(|item| tighten(&mut self.low, item, op == Op::Gt, true));
            }
            Op::Lt | Op::Le => {
                known.iter().for_each(|item| tighten(&mut self.high, item, op == Op::Lt, false));
            }
        }
    }

    pub(super) fn size(&mut self, op: Op, length: i128) {
        let (low, high) = match op {
            Op::Eq => (Some(length), Some(length)),
            Op::Ge => (Some(length), None),
            Op::Gt => (Some(length.saturating_add(1)), None),
            Op::Le => (None, Some(length)),
            Op::Lt => (None, Some(length.saturating_sub(1))),
            Op::Ne => (Some(1).filter(|_| length == 0), None),
        };
        let clamp = |length: i128| length.clamp(0, i128::from(u32::MAX)) as u32;
        self.length.0 = self.length.0.max(low.map(clamp));
        self.length.1 = match (self.length.1, high.map(clamp)) {
            (Some(own), Some(other)) => Some(own.min(other)),
            (own, other) => own.or(other),
        };
    }

    /// The limits as a plan file would say it, besides what the plan file does say.
    pub(super) fn config(&self, column: &Column, own: &ColumnConfig) -> ColumnConfig {
        let mut config = own.clone();
        config.null_ratio = match self.null {
            Some(false) => Some(0.0),
            _ => config.null_ratio,
        };
        if own.names_values() {
            return config;
        }
        if let Type::Array(element) = &column.ty {
            // Of an array, the plan file speaks of its items.
            let item = Column { ty: (**element).clone(), ..column.clone() };
            let items = self.items.as_ref().map_or_else(|| own.clone(), |items| items.config(&item, own));
            return ColumnConfig { null_ratio: config.null_ratio, ..items };
        }
        if let Some(choice) = &self.choice {
            config.choice =
                Some(choice.iter().filter_map(|item| written(item, &column.ty)).map(Scalar).collect());
        } else if let Some((low, high)) = self.ends(&column.ty) {
            (config.min, config.max) = (low.map(Scalar), high.map(Scalar));
        } else if matches!(column.ty, Type::Text { .. } | Type::Bytes { .. }) {
            (config.min_length, config.max_length) = self.length;
            if let Type::Text { max: Some(max), .. } = column.ty {
                config.max_length = config.max_length.map(|most| most.min(max));
            }
            config.pattern = self.pattern.clone();
        }
        config
    }

    /// Whether nothing is said that [`Limits::config`] could say.
    pub(super) fn is_silent(&self) -> bool {
        self.low.is_none()
            && self.high.is_none()
            && self.choice.is_none()
            && self.length == (None, None)
            && self.pattern.is_none()
            && self.items.is_none()
            && self.has.is_empty()
    }

    /// The bounds as texts, as far as the type has an order and values there.
    fn ends(&self, ty: &Type) -> Option<(Option<String>, Option<String>)> {
        let form = form(ty, &[&self.low, &self.high])?;
        let (floor, ceiling) = form.limits();
        let low = self.low.as_ref().and_then(|(item, open)| {
            let (number, exact) = place(form, item)?;
            Some(if exact && !open { number } else { number + form.step() })
        });
        let high = self.high.as_ref().and_then(|(item, open)| {
            let (number, exact) = place(form, item)?;
            Some(if exact && *open { number - form.step() } else { number })
        });
        let text = |number: i128| shown(form, number.clamp(floor, ceiling));
        (low.is_some() || high.is_some()).then(|| (low.map(text), high.map(text)))
    }
}

/// The length of codes.
const CODE: u32 = 8;

fn tighten(bound: &mut Option<(Item, bool)>, item: &Item, open: bool, is_low: bool) {
    let tighter = bound.as_ref().is_none_or(|(own, was_open)| match item.order(own) {
        Ok(Some(order)) if order.is_eq() => open && !was_open,
        Ok(Some(order)) => order.is_gt() == is_low,
        _ => false,
    });
    if tighter {
        *bound = Some((item.clone(), open));
    }
}

/// The form of a type; floats get two digits more than the bounds have.
pub(super) fn form(ty: &Type, bounds: &[&Option<(Item, bool)>]) -> Option<Form> {
    let digits = |item: &Item| match item {
        Item::Exact(x) => x.scale,
        Item::Float(_) => 4,
        _ => 0,
    };
    let most = bounds.iter().filter_map(|bound| bound.as_ref()).map(|(item, _)| digits(item)).max();
    Form::of(ty, (most.unwrap_or(0) + 2).min(crate::generate::FLOAT_SCALE))
}

fn shown(form: Form, number: i128) -> String {
    match form {
        Form::Interval { .. } => format!("PT{}.{:06}S", number / 1_000_000, (number % 1_000_000).abs()),
        _ => form.show(number),
    }
}
