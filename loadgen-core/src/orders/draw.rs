//! What is drawn for an operation: people, their emails, what they buy, and when.

use super::{
    role::{CUSTOMER, EMAIL, FIRST_NAME, ITEM, LAST_NAME, ORDER, PRODUCT_NAME, TOTAL_AMOUNT, UNIT_PRICE},
    tables::{Found, Tables},
};
use crate::{
    Column, Cx, Decimal, PrepareError, Rng, Seed, Setup, Type, Value,
    generate::{Generator, for_column},
    rng::splitmix,
};

/// Makes the values of all operations.
#[derive(Debug)]
pub(super) struct Draw {
    first: Box<dyn Generator>,
    last: Box<dyn Generator>,
    email: Box<dyn Generator>,
    product: Box<dyn Generator>,
    price: Box<dyn Generator>,
    /// The most that a piece may cost, so that a sum fits its column.
    dearest: i128,
    scale: u8,
    /// What a total of prices is multiplied with to have the digits of its column.
    factor: i128,
    total_scale: u8,
    /// What emails of this run have in common.
    tag: String,
    lanes: u64,
}

/// Somebody who orders.
#[derive(Debug)]
pub(super) struct Person {
    pub(super) first: String,
    pub(super) last: String,
    /// What an email of theirs begins with.
    pub(super) stem: String,
}

/// Something that is ordered.
#[derive(Debug)]
pub(super) struct Goods {
    pub(super) product: String,
    pub(super) quantity: i64,
    /// Of one piece, without the point.
    pub(super) price: i128,
}

/// The most pieces of one item, and the most items of an order.
const PIECES: i64 = 5;
const ITEMS: i128 = 3;

/// When a lane's own clock starts: 2025-01-01 00:00:00, in microseconds since 1970.
const START: i64 = 1_735_689_600_000_000;

/// Each operation is a second after the one before it.
const STEP: i64 = 1_000_000;

impl Draw {
    pub(super) fn new(tables: &Tables, setup: &Setup) -> Result<Self, PrepareError> {
        let generator = |table: &Found, role: usize| {
            let column = Column { nullable: false, ..table.column(role).clone() };
            for_column(&table.table.name, &column, None).map_err(|error| PrepareError::Plan(Box::new(error)))
        };
        let (customers, items) = (&tables[CUSTOMER], &tables[ITEM]);
        let (scale, total_scale) = (items.scale(UNIT_PRICE), tables[ORDER].scale(TOTAL_AMOUNT));
        let factor = 10i128.pow(u32::from(total_scale.saturating_sub(scale)));
        let most = most_of(&tables[ORDER], TOTAL_AMOUNT) / factor / (ITEMS * i128::from(PIECES));
        Ok(Draw {
            first: generator(customers, FIRST_NAME)?,
            last: generator(customers, LAST_NAME)?,
            email: generator(customers, EMAIL)?,
            product: generator(items, PRODUCT_NAME)?,
            price: generator(items, UNIT_PRICE)?,
            dearest: most.min(most_of(items, UNIT_PRICE)).max(1),
            scale,
            factor,
            total_scale,
            tag: tag_of(setup.seed),
            lanes: u64::from(setup.lanes.max(1)),
        })
    }

    pub(super) fn person(&self, rng: &mut Rng) -> Person {
        let (first, last) = (text(&*self.first, rng), text(&*self.last, rng));
        let letters = |name: &str| {
            name.chars()
                .filter(char::is_ascii_alphanumeric)
                .map(|c| c.to_ascii_lowercase())
                .take(20)
                .collect::<String>()
        };
        let stem = format!("{}.{}", letters(&first), letters(&last));
        Person { first, last, stem }
    }

    /// An email that nobody else has: it holds the number of the operation among those of all lanes.
    pub(super) fn email(&self, stem: &str, cx: &mut Cx) -> String {
        let drawn = text(&*self.email, &mut cx.rng);
        let host = drawn.rsplit('@').next().filter(|host| host.len() < 20).unwrap_or("example.com");
        let number = cx.seq.wrapping_mul(self.lanes).wrapping_add(u64::from(cx.lane.0));
        format!("{stem}.{}{}@{host}", self.tag, base36(number))
    }

    /// From one to `most` items.
    pub(super) fn goods(&self, rng: &mut Rng, most: u64) -> Vec<Goods> {
        (0..=rng.below(most)).map(|_| self.item(rng)).collect()
    }

    fn item(&self, rng: &mut Rng) -> Goods {
        let product = text(&*self.product, rng);
        let price = match self.price.generate(rng) {
            Value::Decimal(Decimal { unscaled, .. }) => unscaled,
            _ => self.dearest,
        };
        Goods { product, quantity: rng.between(1, PIECES), price: price.clamp(1, self.dearest) }
    }

    /// The product, the quantity and the price of one piece as their columns have them.
    pub(super) fn item_values(&self, goods: &Goods) -> [Value; 3] {
        let price = Value::Decimal(Decimal { unscaled: goods.price, scale: self.scale });
        [Value::Text(goods.product.clone()), Value::Int(goods.quantity), price]
    }

    /// What an item adds to the total of its order, without the point.
    pub(super) fn amount(&self, goods: &Goods) -> i128 {
        i128::from(goods.quantity) * goods.price * self.factor
    }

    /// The total of an order as its column has it.
    pub(super) fn total(&self, total: i128) -> Value {
        Value::Decimal(Decimal { unscaled: total, scale: self.total_scale })
    }
}

/// When an operation happens by its lane's own clock, in microseconds: later than all before it, and the same in every run.
pub(super) fn moment(cx: &mut Cx) -> i64 {
    let seq = i64::try_from(cx.seq).unwrap_or(i64::MAX);
    START.saturating_add(seq.saturating_mul(STEP)).saturating_add(cx.rng.below(STEP as u64) as i64)
}

/// A moment with the digits that a column has.
pub(super) fn at(table: &Found, role: usize, moment: i64) -> Value {
    let digits = match table.column(role).ty {
        Type::Timestamp { precision, .. } => u32::from(precision.min(6)),
        _ => 6,
    };
    let unit = 10i64.pow(6 - digits);
    Value::Timestamp(moment - moment.rem_euclid(unit))
}

fn text(generator: &dyn Generator, rng: &mut Rng) -> String {
    match generator.generate(rng) {
        Value::Text(text) => text,
        other => other.to_string(),
    }
}

/// The largest amount of a column, without the point.
fn most_of(table: &Found, role: usize) -> i128 {
    match table.column(role).ty {
        Type::Decimal { precision, .. } => Decimal::max_unscaled(precision.min(18) as u8),
        _ => 1,
    }
}

/// Four letters or digits that another seed has others of.
fn tag_of(seed: Seed) -> String {
    format!("{:0>4}", base36(splitmix(seed.0) % 36u64.pow(4)))
}

fn base36(mut number: u64) -> String {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut digits = Vec::new();
    loop {
        digits.push(char::from(DIGITS[(number % 36) as usize]));
        number /= 36;
        if number == 0 {
            return digits.into_iter().rev().collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_in_letters_and_digits() {
        assert_eq!([0, 35, 36, 46_655].map(base36), ["0", "z", "10", "zzz"]);
        assert_eq!(tag_of(Seed(1)).len(), 4);
        assert_ne!(tag_of(Seed(1)), tag_of(Seed(2)));
    }
}
