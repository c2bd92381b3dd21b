//! Documents as texts.

use serde_json::Value as Json;

use super::item::Unknown;

/// The text that a database makes of a document which it keeps taken apart: with a blank after each colon and comma, and the
/// shortest keys first.
pub(super) fn text(json: &Json) -> Result<String, Unknown> {
    let joined = |parts: Result<Vec<String>, Unknown>| parts.map(|parts| parts.join(", "));
    Ok(match json {
        Json::Object(map) => {
            let mut entries: Vec<(&String, &Json)> = map.iter().collect();
            entries.sort_by_key(|(key, _)| (key.len(), key.as_bytes()));
            let entry = |(key, value): (&String, &Json)| {
                Ok(format!("{}: {}", Json::from(key.as_str()), text(value)?))
            };
            format!("{{{}}}", joined(entries.into_iter().map(entry).collect())?)
        }
        Json::Array(items) => format!("[{}]", joined(items.iter().map(text).collect())?),
        // With an exponent, it would be written out.
        Json::Number(number) if number.to_string().contains(['e', 'E']) => return Err(Unknown),
        other => other.to_string(),
    })
}
