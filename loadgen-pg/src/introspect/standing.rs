//! What a session says of itself in conditions of row security: settings and users, the same for all of its rows.

use std::{collections::HashMap, ops::Range};

use sqlx::PgConnection;

use crate::asking;

/// The words that stand for the user, as the server writes them.
const USERS: [&str; 3] = ["CURRENT_USER", "SESSION_USER", "CURRENT_ROLE"];
const SETTING: &str = "current_setting(";

/// What the session has answered by now: each question is asked once.
#[derive(Debug, Default)]
pub(super) struct Standing(HashMap<String, Option<String>>);

impl Standing {
    /// The condition with what the session answers in the place of each question about itself. One to which it has no answer stays.
    pub(super) async fn settle(
        &mut self,
        connection: &mut PgConnection,
        condition: &str,
    ) -> sqlx::Result<String> {
        let (mut settled, mut done) = (String::with_capacity(condition.len()), 0);
        for question in questions(condition) {
            if let Some(answer) = self.answer(connection, &condition[question.clone()]).await? {
                settled += &condition[done..question.start];
                settled += &format!("'{}'::text", answer.replace('\'', "''"));
                done = question.end;
            }
        }
        Ok(settled + &condition[done..])
    }

    async fn answer(
        &mut self,
        connection: &mut PgConnection,
        question: &str,
    ) -> sqlx::Result<Option<String>> {
        if let Some(known) = self.0.get(question) {
            return Ok(known.clone());
        }
        let answer: Option<Option<String>> =
            asking::compute(connection, &format!("({question})::text")).await?;
        let answer = answer.flatten();
        self.0.insert(question.to_owned(), answer.clone());
        Ok(answer)
    }
}

/// Where a condition asks for a setting by a constant name, or for the user.
fn questions(condition: &str) -> Vec<Range<usize>> {
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(rest) = condition.get(at..).filter(|rest| !rest.is_empty()) {
        let is_inside =
            condition[..at].ends_with(|before: char| before.is_alphanumeric() || "_.".contains(before));
        let length = match rest.chars().next() {
            Some(quote @ ('\'' | '"')) => 1 + rest[1..].find(quote).map_or(rest.len() - 1, |end| end + 1),
            _ if is_inside => 0,
            _ => asked(rest).inspect(|length| found.push(at..at + length)).unwrap_or(0),
        };
        at += length.max(rest.chars().next().map_or(1, char::len_utf8));
    }
    found
}

/// The length of the question that a text begins with.
fn asked(text: &str) -> Option<usize> {
    if let Some(user) = USERS.iter().find(|user| text.starts_with(**user)) {
        let is_whole = !text[user.len()..].starts_with(|next: char| next.is_alphanumeric() || next == '_');
        return is_whole.then_some(user.len());
    }
    let named = text.strip_prefix(SETTING)?.strip_prefix('\'')?;
    let (_, rest) = named.split_once('\'')?;
    let ends = ["::text)", "::text, true)", "::text, false)"];
    let end = ends.iter().find(|end| rest.starts_with(**end))?;
    Some(text.len() - rest.len() + end.len())
}

#[cfg(test)]
mod tests {
    use super::questions;

    #[test]
    fn questions_are_found_outside_of_texts_and_names() {
        let check = |condition: &str, expected: &[&str]| {
            let found: Vec<&str> = questions(condition).into_iter().map(|at| &condition[at]).collect();
            assert_eq!(found, expected, "{condition}");
        };
        check(
            "((tenant = (current_setting('app.tenant'::text))::uuid) AND (owner = CURRENT_USER))",
            &["current_setting('app.tenant'::text)", "CURRENT_USER"],
        );
        check(
            "current_setting('a'::text, true) = 'it''s CURRENT_USER'",
            &["current_setting('a'::text, true)"],
        );
        check("\"CURRENT_USER\" = my_current_setting('a'::text)", &[]);
        check("current_setting(name) = CURRENT_USERS", &[]);
    }
}
