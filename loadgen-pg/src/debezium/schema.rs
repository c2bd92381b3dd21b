//! The schema part of a message, as Kafka Connect's JSON has it.

use std::collections::HashMap;

use serde::Deserialize;

/// The schema of one field, or of a whole message.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Schema {
    #[serde(rename = "type")]
    pub(super) ty: String,
    /// What it means beyond its type.
    #[serde(default)]
    pub(super) name: Option<String>,
    #[serde(default)]
    parameters: Option<HashMap<String, String>>,
    #[serde(default)]
    field: Option<String>,
    #[serde(default)]
    fields: Option<Vec<Schema>>,
    #[serde(default)]
    pub(super) items: Option<Box<Schema>>,
}

impl Schema {
    /// What the type means, by its name without the package; the package of Kafka Connect itself stays.
    pub(super) fn meaning(&self) -> &str {
        let name = self.name.as_deref().unwrap_or_default();
        ["io.debezium.time.", "io.debezium.data."]
            .iter()
            .find_map(|package| name.strip_prefix(package))
            .unwrap_or(name)
    }

    /// A parameter that is a number.
    pub(super) fn number<T: std::str::FromStr>(&self, parameter: &str) -> Option<T> {
        self.parameters.as_ref()?.get(parameter)?.parse().ok()
    }

    /// The schema of a field.
    pub(super) fn field(&self, name: &str) -> Option<&Schema> {
        self.fields.as_ref()?.iter().find(|schema| schema.field.as_deref() == Some(name))
    }
}

/// The schema that came last with the messages of one table; it is read only when it differs from the one before.
#[derive(Debug, Default)]
pub(super) struct LastSchema {
    text: String,
    schema: Schema,
}

impl LastSchema {
    /// What a schema part says.
    pub(super) fn of(&mut self, text: &str) -> Result<&Schema, serde_json::Error> {
        if self.text != text {
            self.schema = serde_json::from_str(text)?;
            text.clone_into(&mut self.text);
        }
        Ok(&self.schema)
    }
}
