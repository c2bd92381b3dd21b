//! Deterministic, open-model traffic.
