//! What came again: whether the stream has jumped back and gone through everything once more.
//!
//! A sink that delivers at least once may jump back and deliver everything from there on again, in order, up to where it was,
//! before it goes on; and it may jump back again while it does. Nothing else may come twice.

use std::{collections::HashMap, sync::Arc};

use super::{
    error::VerifyError,
    findings::Findings,
    reading::{HOLE, Place, Reading, Stream},
    sighting::Sighting,
    spill::{Bytes, Scratch, Spill},
    version::Version,
};

/// Places in streams where something came that is not new.
#[derive(Debug)]
pub(super) struct Replays {
    spill: Spill,
    /// By stream: where its places begin among all, how many there are, and which are not new, a bit each.
    streams: HashMap<u32, Stream>,
    per_part: u64,
}

/// What came again, and where it came first.
pub(super) struct Repeat {
    pub(super) first: u64,
    pub(super) lane: u32,
    pub(super) seq: u64,
    /// Whether the row stays as this leaves it, though there was a newer version of it.
    pub(super) is_stale: bool,
}

impl Replays {
    /// For streams of so many observations each.
    pub(super) fn new(scratch: &Arc<Scratch>, parts: usize, counts: &HashMap<u32, u64>) -> Self {
        let mut order: Vec<(u32, u64)> = counts.iter().map(|(stream, count)| (*stream, *count)).collect();
        order.sort_unstable();
        let mut total = 0;
        let mut streams = HashMap::new();
        for (stream, count) in order {
            streams.insert(stream, Stream { start: total, count, old: Vec::new() });
            total += count;
        }
        let spill = Spill::new(scratch, "repeats", parts);
        let per_part = total.div_ceil(spill.parts() as u64).max(1);
        Replays { spill, streams, per_part }
    }

    /// A place that does not count.
    pub(super) fn hole(&mut self, seen: &Sighting<'_>) -> Result<(), VerifyError> {
        self.repeat(seen, Repeat { first: HOLE, lane: 0, seq: 0, is_stale: false })
    }

    /// A place that does not count, but for leaving its row as it was before if nothing more comes of that.
    pub(super) fn set_back(&mut self, seen: &Sighting<'_>, newest: &Version) -> Result<(), VerifyError> {
        let Version { lane, seq, .. } = *newest;
        self.repeat(seen, Repeat { first: HOLE, lane, seq, is_stale: true })
    }

    /// A place where something came again.
    pub(super) fn repeat(&mut self, seen: &Sighting<'_>, repeat: Repeat) -> Result<(), VerifyError> {
        let Some(stream) = self.streams.get_mut(&seen.stream) else { return Ok(()) };
        if stream.old.is_empty() {
            stream.old = vec![0; stream.count.div_ceil(64) as usize];
        }
        stream.old[(seen.position / 64) as usize] |= 1 << (seen.position % 64);
        let place = stream.start + seen.position;
        self.spill.append((place / self.per_part) as usize, |bytes| {
            bytes.extend_from_slice(&stream.start.to_le_bytes());
            bytes.extend_from_slice(&seen.stream.to_le_bytes());
            bytes.extend_from_slice(&seen.position.to_le_bytes());
            bytes.extend_from_slice(&repeat.first.to_le_bytes());
            bytes.extend_from_slice(&repeat.lane.to_le_bytes());
            bytes.extend_from_slice(&repeat.seq.to_le_bytes());
            bytes.push(u8::from(repeat.is_stale));
            bytes.extend_from_slice(&seen.relation.to_le_bytes());
            bytes.extend_from_slice(&seen.key.to_le_bytes());
        })
    }

    /// Goes through all places in order. Gives the number of streams that end in the middle of a replay.
    pub(super) fn judge(mut self, findings: &mut Findings) -> Result<u64, VerifyError> {
        let mut unfinished = 0;
        let mut reading: Option<(u32, Reading)> = None;
        for part in 0..self.spill.parts() {
            let bytes = self.spill.take(part)?;
            let mut places = places(&bytes).ok_or_else(|| self.spill.damaged(part))?;
            places.sort_unstable_by_key(|place| (place.start, place.position));
            for place in places {
                if reading.as_ref().is_some_and(|(stream, _)| *stream != place.stream)
                    && let Some((stream, last)) = reading.take()
                {
                    unfinished += u64::from(last.end(&self.streams[&stream], findings));
                }
                let (_, reading) = reading.get_or_insert_with(|| (place.stream, Reading::default()));
                reading.take(&place, &self.streams[&place.stream], findings);
            }
        }
        if let Some((stream, last)) = reading {
            unfinished += u64::from(last.end(&self.streams[&stream], findings));
        }
        Ok(unfinished)
    }
}

fn places(bytes: &[u8]) -> Option<Vec<Place>> {
    let mut bytes = Bytes(bytes);
    let mut places = Vec::new();
    while !bytes.0.is_empty() {
        let (start, stream, position) = (bytes.u64()?, bytes.u32()?, bytes.u64()?);
        let (first, lane, seq, is_stale) = (bytes.u64()?, bytes.u32()?, bytes.u64()?, bytes.u8()? == 1);
        let repeat = Repeat { first, lane, seq, is_stale };
        places.push(Place { start, stream, position, repeat, relation: bytes.u32()?, key: bytes.u128()? });
    }
    Some(places)
}
