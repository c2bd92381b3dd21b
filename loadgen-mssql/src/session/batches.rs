//! The batches of a text, parted where the tools of SQL Server part them.

/// A batch, and how often it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Batch<'a> {
    pub(super) text: &'a str,
    pub(super) times: u32,
}

/// The batches of a text: the lines between those of `GO`, which are none where they stand in a text, a name or a comment.
pub(super) fn batches(text: &str) -> Vec<Batch<'_>> {
    let (mut batches, mut start, mut at, mut within) = (Vec::new(), 0, 0, Within::Code);
    for line in text.split_inclusive('\n') {
        match (within == Within::Code).then(|| separator(line)).flatten() {
            Some(times) => {
                batches.push(Batch { text: &text[start..at], times });
                start = at + line.len();
            }
            None => within = within.after(line),
        }
        at += line.len();
    }
    batches.push(Batch { text: &text[start..], times: 1 });
    batches.retain(|batch| !batch.text.trim().is_empty());
    batches
}

/// How often the batch before a line is sent, if that ends it: `GO`, `GO 5`, and a comment after either.
fn separator(line: &str) -> Option<u32> {
    let line = line.split_once("--").map_or(line, |(line, _)| line);
    let mut words = line.split_whitespace();
    words.next().filter(|word| word.eq_ignore_ascii_case("GO"))?;
    match (words.next(), words.next()) {
        (None, _) => Some(1),
        (Some(times), None) => times.parse().ok(),
        _ => None,
    }
}

/// What a line begins in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Within {
    Code,
    /// A text or a name, up to this character where that is not written twice.
    Quotes(char),
    /// Comments, which may hold each other.
    Comments(u32),
}

impl Within {
    fn after(mut self, line: &str) -> Self {
        let mut rest = line.chars().peekable();
        while let Some(c) = rest.next() {
            let next = rest.peek().copied().unwrap_or_default();
            let (now, is_pair) = match (self, c, next) {
                (Within::Code, '-', '-') => return self,
                (Within::Code, '/', '*') => (Within::Comments(1), true),
                (Within::Code, '\'' | '"', _) => (Within::Quotes(c), false),
                (Within::Code, '[', _) => (Within::Quotes(']'), false),
                (Within::Quotes(end), ..) if c == end && next == end => (self, true),
                (Within::Quotes(end), ..) if c == end => (Within::Code, false),
                (Within::Comments(depth), '/', '*') => (Within::Comments(depth + 1), true),
                (Within::Comments(1), '*', '/') => (Within::Code, true),
                (Within::Comments(depth), '*', '/') => (Within::Comments(depth - 1), true),
                _ => (self, false),
            };
            self = now;
            if is_pair {
                rest.next();
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn once(text: &str) -> Vec<&str> {
        batches(text)
            .into_iter()
            .inspect(|batch| assert_eq!(batch.times, 1))
            .map(|batch| batch.text)
            .collect()
    }

    #[test]
    fn lines_of_go_part_batches_and_no_others_do() {
        assert_eq!(once("a\nGO\nb\n  go  \r\n\nGO\nc"), ["a\n", "b\n", "c"]);
        assert_eq!(once("a\nGO -- next\nb\nGO--\nc"), ["a\n", "b\n", "c"]);
        assert_eq!(once("select 'go'\nGOTO x\n"), ["select 'go'\nGOTO x\n"]);
        assert_eq!(once(" \nGO\n"), [""; 0]);
        for step in crate::orders::migrations() {
            assert!(!batches(&step.up).is_empty() && !batches(&step.down).is_empty());
        }
    }

    #[test]
    fn a_batch_is_sent_as_often_as_its_go_says() {
        let (five, last) = (Batch { text: "a\n", times: 5 }, Batch { text: "b\n", times: 1 });
        assert_eq!(batches("a\nGO 5 -- times\nb\n"), [five, last]);
    }

    #[test]
    fn go_in_a_text_a_name_or_a_comment_is_part_of_it() {
        for whole in [
            "/* a\nGO\n/* b */\nGO\n*/ select 1\n",
            "select 'it''s\nGO\n'\n",
            "select 1 as [a]]b\nGO\n]\n",
            "select 1 as \"a\nGO\n\"\n",
            "select '/*'\n, '--\nGO\n'\n",
        ] {
            assert_eq!(once(whole), [whole]);
        }
        assert_eq!(once("-- it's /*\nGO\nb"), ["-- it's /*\n", "b"]);
        assert_eq!(once("select 1 /* a */ */ 2 /*/ 'x */\nGO\nb").len(), 2);
    }
}
