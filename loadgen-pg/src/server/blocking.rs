//! What waits for files and processes, on threads where that holds nobody up.

use std::{io, panic::resume_unwind};

use tokio::task::{JoinError, spawn_blocking};

use super::ServerError;

/// Does `work` on a thread that may wait.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ServerError> + Send + 'static,
) -> Result<T, ServerError> {
    match spawn_blocking(work).await.map_err(JoinError::try_into_panic) {
        Ok(done) => done,
        Err(Ok(panic)) => resume_unwind(panic),
        Err(Err(ended)) => Err(ServerError::supervisor(io::Error::other(ended))),
    }
}
