//! What the source of a function or rule writes to.

/// A table that a source writes, with its schema if that is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) schema: Option<String>,
    pub(super) table: String,
}

/// The tables that `insert into`, `update`, `delete from`, `merge into`, `truncate` and `copy` name. Text that is put
/// together and executed is looked at as well.
pub(super) fn targets(source: &str) -> Vec<Target> {
    let words = words(source, source.to_lowercase().contains("execute"));
    let mut targets = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let before = |back: usize| at.checked_sub(back).map_or("", |at| words[at].plain());
        let opens = match word.plain() {
            "into" => matches!(before(1), "insert" | "merge"),
            "from" => before(1) == "delete",
            // `for update`, `on update`, `do update set`, `before insert or update`.
            "update" => !matches!(before(1), "for" | "on" | "do" | "or" | "before" | "after" | "no" | "key"),
            "truncate" => true,
            "copy" => true,
            _ => false,
        };
        if opens {
            let rest = words[at + 1..].iter().skip_while(|word| matches!(word.plain(), "only" | "table"));
            targets.extend(target(&mut rest.cloned()));
        }
    }
    targets
}

fn target(words: &mut impl Iterator<Item = Word>) -> Option<Target> {
    let Word::Name(first, _) = words.next()? else { return None };
    match (words.next(), words.next()) {
        (Some(Word::Dot), Some(Word::Name(table, _))) => Some(Target { schema: Some(first), table }),
        _ => Some(Target { schema: None, table: first }),
    }
}

#[derive(Clone, Debug)]
enum Word {
    /// A name, and whether it was quoted.
    Name(String, bool),
    Dot,
    Sign,
}

impl Word {
    fn plain(&self) -> &str {
        match self {
            Word::Name(name, false) => name,
            _ => "",
        }
    }
}

/// Names and dots, without comments, and without what is in apostrophes unless that is wanted.
fn words(source: &str, strings_too: bool) -> Vec<Word> {
    let mut words = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let (taken, word) = if rest.starts_with("--") {
            (rest.find('\n').unwrap_or(rest.len()), None)
        } else if rest.starts_with("/*") {
            (rest.find("*/").map_or(rest.len(), |end| end + 2), None)
        } else if first == '\'' && !strings_too {
            (rest[1..].find('\'').map_or(rest.len(), |end| end + 2), Some(Word::Sign))
        } else if let Some(end) = dollar_quoted(rest).filter(|_| !strings_too) {
            (end, Some(Word::Sign))
        } else if first == '"' {
            let name = rest[1..].split('"').next().unwrap_or_default();
            ((name.len() + 2).min(rest.len()), Some(Word::Name(name.to_owned(), true)))
        } else if first.is_alphabetic() || first == '_' {
            let is_inner = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
            let end = rest.find(|c| !is_inner(c)).unwrap_or(rest.len());
            (end, Some(Word::Name(rest[..end].to_lowercase(), false)))
        } else {
            let word = match first {
                '.' => Some(Word::Dot),
                c if c.is_whitespace() || c == '\'' => None,
                _ => Some(Word::Sign),
            };
            (first.len_utf8(), word)
        };
        words.extend(word);
        rest = &rest[taken..];
    }
    words
}

/// Where the text ends that a source begins with between dollar signs, as in `$tag$ ... $tag$`.
fn dollar_quoted(source: &str) -> Option<usize> {
    let begin = source.strip_prefix('$')?.find('$')? + 2;
    let tag = &source[..begin];
    let is_tag = tag[1..begin - 1].chars().all(|c| c.is_alphanumeric() || c == '_');
    is_tag.then(|| source[begin..].find(tag).map_or(source.len(), |end| begin + end + tag.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, expected: &[&str]) {
        let found = targets(source).into_iter().map(|target| match target.schema {
            Some(schema) => format!("{schema}.{}", target.table),
            None => target.table,
        });
        assert_eq!(found.collect::<Vec<_>>(), expected, "{source}");
    }

    #[test]
    fn tables_that_are_written_are_found() {
        check("begin INSERT INTO audit (a) values (new.id); return new; end", &["audit"]);
        check("update only \"My T\" set a = 1; delete from s.\"x\" where 1 = 1", &["My T", "s.x"]);
        check("begin execute 'insert into log values (1)'; end", &["log"]);
        check("merge into t using u on true when matched then update set a = 1", &["t", "set"]);
    }

    #[test]
    fn names_and_texts_that_are_not_closed_end_with_the_source() {
        check("begin raise notice $$\"$$; insert into t values (1); return new; end -- \u{e9}", &["t"]);
        check("begin perform $a$ update t set $b$ x $a$; delete from \"u\" where a = $1; end", &["u"]);
        check("insert into \"\u{e9}", &["\u{e9}"]);
        check("perform \"", &[]);
    }

    #[test]
    fn what_is_only_read_or_spoken_of_is_not() {
        check("if tg_op = 'UPDATE' then select 1 from t for update of t; end if; -- insert into t", &[]);
        check("new.updated_at = now(); return new; /* delete from t */", &[]);
    }
}
