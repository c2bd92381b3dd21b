//! The order of texts, as far as all collations share it.

use std::cmp::Ordering;

/// Letters that some language has elsewhere in its alphabet.
const MOVED: &[u8] = b"qvwxyz";
/// Letters that make one with the letter before them in some language, like the second of "ch", "lj", "ny", "cs" and "dz".
const JOINED: &[u8] = b"ghjsyz";

/// How two texts compare wherever they are compared; `None` where that depends on the language, or on what counts at all.
pub(super) fn order(a: &str, b: &str) -> Option<Ordering> {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let at = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    match (a.get(at), b.get(at)) {
        (None, None) => Some(Ordering::Equal),
        (None, Some(_)) => is_plain(b, at).then_some(Ordering::Less),
        (Some(_), None) => is_plain(a, at).then_some(Ordering::Greater),
        (Some(one), Some(other)) => {
            let alike = match (one, other) {
                (b'0'..=b'9', b'0'..=b'9') => digits(a, at) == digits(b, at),
                (b'0'..=b'9', _) | (_, b'0'..=b'9') => at == 0 || !a[at - 1].is_ascii_digit(),
                _ => one.is_ascii_uppercase() == other.is_ascii_uppercase(),
            };
            (alike && is_plain(a, at) && is_plain(b, at)).then(|| one.cmp(other))
        }
    }
}

/// How many digits there are from a place on: numbers in texts may count as numbers.
fn digits(text: &[u8], at: usize) -> usize {
    text[at..].iter().take_while(|byte| byte.is_ascii_digit()).count()
}

/// Whether a digit or a letter stands there which no language makes anything else of beside its neighbours.
fn is_plain(text: &[u8], at: usize) -> bool {
    let letter = |at: Option<usize>| at.and_then(|at| text.get(at)).map(u8::to_ascii_lowercase);
    let joined = |one: Option<u8>, next: Option<u8>| match (one, next) {
        (Some(one), Some(next)) => {
            let is_pair = one.is_ascii_alphabetic() && (one == next || JOINED.contains(&next));
            is_pair || !next.is_ascii()
        }
        _ => false,
    };
    let (own, before, after) = (letter(Some(at)), letter(at.checked_sub(1)), letter(Some(at + 1)));
    own.is_some_and(|own| own.is_ascii_alphanumeric() && !MOVED.contains(&own))
        && !joined(before, own)
        && !joined(own, after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_have_an_order_where_no_language_has_another() {
        for (less, greater) in [
            ("abc", "abd"),
            ("Adam", "Bob"),
            ("a", "ab"),
            ("2b", "a2"),
            ("EUR", "ITL"),
            ("17", "23"),
            ("New Town", "Old Town"),
        ] {
            assert_eq!(order(less, greater), Some(Ordering::Less), "{less} {greater}");
            assert_eq!(order(greater, less), Some(Ordering::Greater), "{greater} {less}");
        }
        for (one, other) in [
            ("a", "B"),
            ("a", "A"),
            ("ch", "ci"),
            ("z", "t"),
            ("10", "9"),
            ("a b", "ab"),
            ("aa", "ab"),
            ("é", "f"),
        ] {
            assert_eq!(order(one, other), None, "{one} {other}");
        }
    }
}
