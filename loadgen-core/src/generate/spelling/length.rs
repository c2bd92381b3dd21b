//! How long the texts of a pattern are, and texts of a given length.

use super::{MORE, Node};
use crate::Rng;

/// From the fewest to the most characters; without an end [`u64::MAX`].
type Span = (u64, u64);

/// Texts are at most so many characters longer than they have to be.
const ROOM: u64 = 1_000;

impl Node {
    /// How many characters a text has.
    pub(super) fn lengths(&self) -> Span {
        match self {
            Node::Literal(text) => {
                let length = text.chars().count() as u64;
                (length, length)
            }
            Node::One(letters) => {
                let one = u64::from(!letters.is_empty());
                (one, one)
            }
            Node::Repeat(node, least, most) => {
                let (low, high) = node.lengths();
                let most = if *most == u32::MAX { u64::MAX } else { u64::from(*most) };
                (low.saturating_mul(u64::from(*least)), high.saturating_mul(most))
            }
            Node::Row(nodes) => sum(nodes.iter().map(Node::lengths)),
            Node::Either(nodes) => {
                let spans = || nodes.iter().map(Node::lengths);
                (
                    spans().map(|(low, _)| low).min().unwrap_or(0),
                    spans().map(|(_, high)| high).max().unwrap_or(0),
                )
            }
        }
    }

    /// Of how many parts the shortest text is made, if each has a character.
    pub(super) fn parts(&self) -> u64 {
        match self {
            Node::Literal(text) => text.chars().count() as u64,
            Node::One(_) => 1,
            Node::Repeat(node, least, _) => node.parts().max(1).saturating_mul(u64::from(*least)),
            Node::Row(nodes) => nodes.iter().map(Node::parts).fold(0, u64::saturating_add),
            Node::Either(nodes) => nodes.iter().map(Node::parts).max().unwrap_or(0),
        }
    }

    /// The most characters of a text with so many repetitions more than the least, everywhere.
    pub(super) fn longest(&self, more: u32) -> u64 {
        match self {
            Node::Repeat(node, least, most) => {
                let count = least.saturating_add(more).min(*most);
                node.longest(more).saturating_mul(u64::from(count))
            }
            Node::Row(nodes) => nodes.iter().map(|node| node.longest(more)).fold(0, u64::saturating_add),
            Node::Either(nodes) => nodes.iter().map(|node| node.longest(more)).max().unwrap_or(0),
            Node::Literal(_) | Node::One(_) => self.lengths().1,
        }
    }

    /// A text with that many characters, unless the pattern leaves gaps that it fell into.
    pub(super) fn fitting(&self, rng: &mut Rng, (low, high): (u32, u32)) -> Option<String> {
        let (least, _) = self.lengths();
        let low = u64::from(low);
        // Repetitions of repetitions would use all the room that there is.
        let span = (low, u64::from(high).min(low.max(least).saturating_add(ROOM)));
        let mut text = String::new();
        self.write_within(rng, span, &mut text);
        (span.0..=span.1).contains(&(text.chars().count() as u64)).then_some(text)
    }

    /// Writes a text whose length is within a span, or as near to it as is known.
    fn write_within(&self, rng: &mut Rng, span: Span, out: &mut String) {
        match self {
            Node::Literal(_) | Node::One(_) => self.write(rng, 0, out),
            Node::Repeat(node, least, most) => {
                let count = count(rng, node.lengths(), (*least, *most), span);
                write_all(rng, &vec![&**node; count as usize], span, out);
            }
            Node::Row(nodes) => write_all(rng, &nodes.iter().collect::<Vec<_>>(), span, out),
            Node::Either(nodes) => {
                let meets = |node: &&Node| {
                    let (low, high) = node.lengths();
                    low <= span.1 && high >= span.0
                };
                let fitting: Vec<&Node> = nodes.iter().filter(meets).collect();
                match fitting.as_slice() {
                    [] => rng.pick(nodes).write(rng, 0, out),
                    fitting => rng.pick(fitting).write_within(rng, span, out),
                }
            }
        }
    }
}

/// How often something of these lengths is repeated, to be within a span.
fn count(rng: &mut Rng, (low, high): Span, (least, most): (u32, u32), span: Span) -> u32 {
    let fewest = if high == 0 { 0 } else { span.0.div_ceil(high) }.max(u64::from(least)).min(u64::from(most));
    let enough = span.0.checked_div(low).unwrap_or(fewest).saturating_add(u64::from(MORE));
    let room = span.1.checked_div(low).unwrap_or(u64::MAX);
    let fewest = if high == u64::MAX { u64::from(least).max(1).min(u64::from(most)) } else { fewest };
    let many = enough.max(fewest.saturating_add(u64::from(MORE))).min(room).min(u64::from(most)).max(fewest);
    u32::try_from(rng.between(fewest as i64, i64::try_from(many).unwrap_or(i64::MAX))).unwrap_or(least)
}

/// Writes one after the other, each so long that the others can still make the whole fit.
fn write_all(rng: &mut Rng, nodes: &[&Node], (low, high): Span, out: &mut String) {
    let (mut low, mut high) = (low, high);
    let mut rest = vec![(0, 0); nodes.len() + 1];
    for at in (0..nodes.len()).rev() {
        rest[at] = sum([rest[at + 1], nodes[at].lengths()].into_iter());
    }
    for (at, node) in nodes.iter().enumerate() {
        let (least, most) = rest[at + 1];
        let before = out.len();
        node.write_within(rng, (low.saturating_sub(most), high.saturating_sub(least)), out);
        let written = out[before..].chars().count() as u64;
        (low, high) = (low.saturating_sub(written), high.saturating_sub(written));
    }
}

fn sum(spans: impl Iterator<Item = Span>) -> Span {
    spans.fold((0, 0), |(low, high), (least, most)| (low.saturating_add(least), high.saturating_add(most)))
}
