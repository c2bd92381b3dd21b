//! What a session is started with.

use sqlx::postgres::PgConnectOptions;

use super::SettingsError;

/// The format of what comes back, and what the server takes our statements for. The driver itself sends `TimeZone=UTC`,
/// `DateStyle=ISO` and `client_encoding=UTF8`.
const FORMATS: [(&str, &str); 7] = [
    ("IntervalStyle", "postgres"),
    ("bytea_output", "hex"),
    ("lc_monetary", "C"),
    ("xmloption", "content"),
    ("standard_conforming_strings", "on"),
    ("array_nulls", "on"),
    ("transform_null_equals", "off"),
];

/// Statements are prepared while tables are empty, and a plan made then would read the whole table for ever after: every
/// statement of ours finds its rows by key. What that adds to the cost of a scan would call the compiler in. And a plan for
/// these very keys costs more than it saves: updates of two rows took twice as long with one.
const OURS: [(&str, &str); 3] =
    [("enable_seqscan", "off"), ("jit", "off"), ("plan_cache_mode", "force_generic_plan")];

/// Adds what a session is started with to the user's own `options`, which win but for the formats.
pub(super) fn with(
    options: PgConnectOptions,
    given: Option<String>,
) -> Result<PgConnectOptions, SettingsError> {
    let own = given.as_deref().map(settings).transpose()?.unwrap_or_default();
    let ours: Vec<_> =
        OURS.into_iter().filter(|(name, _)| !own.iter().any(|(known, _)| known == name)).collect();
    // The driver has taken PGOPTIONS from the process as they are; what comes later wins.
    let is_sent = given.is_some() && options.get_options() == given.as_deref();
    let own = if is_sent { Vec::new() } else { own };
    Ok(options.options(own).options(FORMATS).options(ours))
}

/// Takes `-c name=value` and `--name=value` apart as the server does: a backslash keeps what follows it.
fn settings(text: &str) -> Result<Vec<(String, String)>, SettingsError> {
    let mut settings = Vec::new();
    let mut words = words(text).into_iter();
    while let Some(word) = words.next() {
        let setting = match (word.strip_prefix("-c"), word.strip_prefix("--")) {
            (Some(""), _) => words.next(),
            (Some(setting), _) | (_, Some(setting)) => Some(setting.to_owned()),
            _ => None,
        };
        let setting = setting.as_deref().and_then(|setting| setting.split_once('='));
        let (name, value) = setting.filter(|(name, _)| !name.is_empty()).ok_or(SettingsError::Options)?;
        settings.push((name.to_lowercase().replace('-', "_"), value.to_owned()));
    }
    Ok(settings)
}

fn words(text: &str) -> Vec<String> {
    let (mut words, mut word) = (Vec::new(), None::<String>);
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        match char {
            '\\' => word.get_or_insert_default().extend(chars.next()),
            blank if blank.is_ascii_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(char),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&[(&str, &str)]>) {
        let found = settings(text).ok();
        let found: Option<Vec<_>> =
            found.as_ref().map(|all| all.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect());
        assert_eq!(found.as_deref(), expected, "{text}");
    }

    #[test]
    fn settings_are_understood_as_the_server_understands_them() {
        check("", Some(&[]));
        check("  -c JIT=on\t--Plan-Cache-Mode=auto\n", Some(&[("jit", "on"), ("plan_cache_mode", "auto")]));
        check(r"-cdatestyle=ISO,\ DMY", Some(&[("datestyle", "ISO, DMY")]));
        check("-c a.b=c=d", Some(&[("a.b", "c=d")]));
        for bad in ["-c", "jit=on", "-c jit", "-B 10", "--=x", "-e"] {
            check(bad, None);
        }
    }
}
