//! What a plan file may say about the `orders` workload.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use crate::units::Whole;

/// Customers who order: five operations on three tables, which are made if none of them is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OrdersConfig {
    /// The schema that holds the tables, where it is none that is searched without being named. Tables are made in it only where it is
    /// the one in which the database makes them anyway.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// Weights of the operations; 40, 30, 15, 10 and 5 unless set.
    pub weights: OrderWeights,
    /// The most customers, and the most orders under way, that a lane remembers; 256 unless set. The oldest are let go: they stay in
    /// the database, in the digest and as they are.
    #[serde(deserialize_with = "remembered")]
    #[schemars(range(min = 1, max = 100_000))]
    pub remember: u32,
}

impl Default for OrdersConfig {
    fn default() -> Self {
        OrdersConfig { schema: None, weights: OrderWeights::default(), remember: 256 }
    }
}

fn remembered<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    Whole::<1, 100_000>::deserialize(deserializer).map(Whole::get)
}

/// How often each operation is chosen, relative to the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OrderWeights {
    /// A customer with a first order of one to three items; 40 unless set.
    pub new_customer: u64,
    /// An order goes from pending to processing, shipped and completed, one step at a time; 30 unless set.
    pub advance_order: u64,
    /// An order of one or two items for a customer of the lane, for a new one while there is none; 15 unless set.
    pub new_order: u64,
    /// Another email for a customer; 10 unless set.
    pub change_email: u64,
    /// An item of an order that is not shipped yet is taken out, but never the last; 5 unless set.
    pub delete_item: u64,
}

impl Default for OrderWeights {
    fn default() -> Self {
        OrderWeights { new_customer: 40, advance_order: 30, new_order: 15, change_email: 10, delete_item: 5 }
    }
}

impl OrderWeights {
    /// The operations by name, with their weights.
    pub fn each(&self) -> [(&'static str, u64); 5] {
        [
            ("new_customer", self.new_customer),
            ("advance_order", self.advance_order),
            ("new_order", self.new_order),
            ("change_email", self.change_email),
            ("delete_item", self.delete_item),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_said_is_the_usual_and_what_is_not_known_is_refused() {
        let read = |json: &str| serde_json::from_str::<OrdersConfig>(json);
        assert_eq!(read("{}").unwrap(), OrdersConfig::default());
        let some = read(r#"{"weights": {"new_order": 0}, "remember": 9}"#).unwrap();
        assert_eq!((some.weights.new_order, some.weights.delete_item, some.remember), (0, 5, 9));
        for wrong in [r#"{"weight": {}}"#, r#"{"weights": {"cancel": 1}}"#, r#"{"remember": 0}"#] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        let written = serde_json::to_string(&some).unwrap();
        assert_eq!(read(&written).unwrap(), some);
    }
}
