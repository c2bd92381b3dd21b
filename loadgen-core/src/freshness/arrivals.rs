//! What a sink has to be able to say to be followed.

use async_trait::async_trait;

use crate::Failure;

/// What [`Arrivals::look`] hands markers to: the lane, and the number of the last of its transactions that is there.
pub type EachMarker<'a> = dyn FnMut(u32, u64) + Send + 'a;

/// How far the markers of a run have come in a sink.
///
/// For authors of backends: `look` bounds its own time, and a call after one that failed or was dropped begins anew,
/// with a new connection if need be.
#[async_trait]
pub trait Arrivals: Send {
    /// Hands over where the markers of the run are by now; those that are where they were at the last call may be left out.
    /// The sink has to show a lane's transactions in order: a marker stands for all before it.
    async fn look(&mut self, each: &mut EachMarker<'_>) -> Result<(), Failure>;

    /// What the sink is, for people and without secrets.
    fn describe(&self) -> String;
}
