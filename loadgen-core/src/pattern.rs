//! Names with wildcards.

/// Whether a name is the wanted one, or fits it where it holds `*` (any text) or `?` (any character).
pub fn is_called(name: &str, wanted: &str) -> bool {
    name == wanted || is_pattern(wanted) && fits(name, wanted)
}

/// Whether a name may stand for several.
pub fn is_pattern(name: &str) -> bool {
    name.contains(['*', '?'])
}

/// Goes back to the last `*` alone: whatever an earlier one could take in addition, the last can take as well.
fn fits(name: &str, pattern: &str) -> bool {
    let (name, pattern): (Vec<char>, Vec<char>) = (name.chars().collect(), pattern.chars().collect());
    let (mut at, mut place) = (0, 0);
    let mut last: Option<(usize, usize)> = None;
    while at < name.len() {
        match pattern.get(place) {
            Some('*') => {
                last = Some((place, at));
                place += 1;
            }
            Some(one) if *one == '?' || *one == name[at] => (at, place) = (at + 1, place + 1),
            _ => {
                let Some((star, taken)) = last else { return false };
                last = Some((star, taken + 1));
                (at, place) = (taken + 1, star + 1);
            }
        }
    }
    pattern[place..].iter().all(|rest| *rest == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_take_any_text_and_question_marks_one_character() {
        for (name, pattern) in
            [("app_1", "app_*"), ("a", "*"), ("", "*"), ("xay", "*a*"), ("aab", "*ab"), ("añb", "a?b")]
        {
            assert!(is_called(name, pattern), "{name} {pattern}");
        }
        for (name, pattern) in [("app", "app_*"), ("ab", "a?b"), ("b", "?*?"), ("Aab", "a*"), ("aabc", "*ab")]
        {
            assert!(!is_called(name, pattern), "{name} {pattern}");
        }
    }

    #[test]
    fn a_name_with_a_star_in_it_is_called_so() {
        assert!(is_called("a*b", "a*b") && !is_called("a.b", "a.c"));
    }
}
