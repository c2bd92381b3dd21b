//! The words that a name is made of.

/// Splits at underscores, blanks and other marks, before a capital that follows a small letter, before the last
/// capital of several that a small letter follows (`IPAddress`), and between letters and digits. Lower case.
pub(super) fn words(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = Vec::new();
    let mut open = false;
    for (at, &letter) in letters.iter().enumerate() {
        if !letter.is_alphanumeric() {
            open = false;
            continue;
        }
        let before = at.checked_sub(1).map(|before| letters[before]);
        let split = before.is_some_and(|before| starts_word(before, letter, letters.get(at + 1)));
        match words.last_mut() {
            Some(word) if open && !split => word.extend(letter.to_lowercase()),
            _ => words.push(letter.to_lowercase().collect()),
        }
        open = true;
    }
    words
}

fn starts_word(before: char, letter: char, after: Option<&char>) -> bool {
    let camel = letter.is_uppercase()
        && (before.is_lowercase() || before.is_uppercase() && after.is_some_and(|next| next.is_lowercase()));
    camel || before.is_numeric() != letter.is_numeric()
}

/// Plurals that do not go by the endings below.
const IRREGULAR: [(&str, &str); 7] = [
    ("movies", "movie"),
    ("cookies", "cookie"),
    ("series", "series"),
    ("news", "news"),
    ("people", "person"),
    ("children", "child"),
    ("aliases", "alias"),
];

/// The singular of an English plural, if the word looks like one.
pub(super) fn singular(word: &str) -> Option<String> {
    if let Some((_, one)) = IRREGULAR.iter().find(|(many, _)| *many == word) {
        return (*one != word).then(|| (*one).to_owned());
    }
    if let Some(stem) = word.strip_suffix("ies").filter(|stem| stem.len() > 1) {
        return Some(format!("{stem}y"));
    }
    if ["sses", "shes", "ches", "xes", "zes"].iter().any(|ending| word.ends_with(ending)) {
        return word.strip_suffix("es").map(str::to_owned);
    }
    let stem = word.strip_suffix('s')?;
    if stem.len() < 2 || stem.ends_with(['s', 'u', 'i']) { None } else { Some(stem.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_split_into_the_same_words_however_they_are_written() {
        let same =
            ["first_name", "FirstName", "firstName", "first name", "FIRST_NAME", "first-name", "First.Name"];
        same.iter().for_each(|name| assert_eq!(words(name), ["first", "name"], "{name}"));
        assert_eq!(words("IPAddress"), ["ip", "address"]);
        assert_eq!(words("address2"), ["address", "2"]);
        assert_eq!(words("CustomerID"), ["customer", "id"]);
        assert_eq!(words("__x__"), ["x"]);
        assert!(words("").is_empty());
    }

    #[test]
    fn plurals_have_a_singular() {
        let check = |plural, one: Option<&str>| assert_eq!(singular(plural).as_deref(), one, "{plural}");
        check("products", Some("product"));
        check("categories", Some("category"));
        check("addresses", Some("address"));
        check("boxes", Some("box"));
        check("status", None);
        check("address", None);
        check("name", None);
        check("movies", Some("movie"));
        check("people", Some("person"));
        check("series", None);
    }
}
