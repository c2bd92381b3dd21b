//! The steps that make the tables of the `orders` workload.

use loadgen_core::{migration::Migration, orders_steps};

/// The tables, the view of how many rows they have, and the log of what is done to the schema.
pub fn migrations() -> Vec<Migration> {
    STEPS.to_vec()
}

static STEPS: [Migration; 3] = orders_steps!("../migrations/orders/");
