//! Questions to the server about slots, under a deadline.

use std::time::Duration;

use crate::classify::{Place, classify, deadline};

use super::SlotError;

/// How long the server may take. A new slot waits for all transactions that are open.
const LIMIT: Duration = Duration::from_secs(60);

/// Waits for an answer. After a deadline the session is of no use.
pub(super) async fn ask<T>(answer: impl Future<Output = sqlx::Result<T>>) -> Result<T, SlotError> {
    ask_within(LIMIT, answer).await
}

pub(super) async fn ask_within<T>(
    limit: Duration,
    answer: impl Future<Output = sqlx::Result<T>>,
) -> Result<T, SlotError> {
    match tokio::time::timeout(limit, answer).await {
        Ok(answer) => answer.map_err(|error| classify(&error, Place::Harmless).into()),
        Err(_) => Err(deadline(Place::Harmless, limit.as_secs_f64()).into()),
    }
}
