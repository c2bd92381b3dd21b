//! The `orders` workload: customers, their orders and the items of those, from the first order to the last delivery.
//!
//! Its tables come with it, as steps of each backend's own; the traffic is written once for every SQL backend.

mod act;
mod config;
mod cut;
mod draw;
mod error;
mod lane;
mod learn;
mod operation;
mod perform;
mod placing;
mod plan;
mod role;
mod shapes;
mod standing;
mod status;
mod steps;
mod tables;
mod traced;
mod traffic;
mod workload;

pub use config::{OrderWeights, OrdersConfig};
pub use error::OrdersPlanError;
pub use lane::OrdersLane;
pub use plan::{OrdersPlan, plan};
pub use steps::{STEPS, migrate};
pub use workload::Orders;
