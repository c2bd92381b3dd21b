//! `loadgen schema`: what a plan file may hold, for editors.

use schemars::{
    Schema, json_schema,
    transform::{Transform, transform_subschemas},
};
use serde_json::Value;

use crate::{failed::Failed, output, plan_file::PlanFile};

pub(super) fn schema() -> Result<(), Failed> {
    output::json(&of_plans())
}

fn of_plans() -> Schema {
    let mut schema = schemars::schema_for!(PlanFile);
    OrVariable.transform(&mut schema);
    schema
}

/// Wherever a value has to look a certain way, a variable may stand for it: `lanes: ${LANES:-8}`.
struct OrVariable;

impl Transform for OrVariable {
    fn transform(&mut self, schema: &mut Schema) {
        transform_subschemas(self, schema);
        let is_plain = |ty: &Value| matches!(ty.as_str(), Some("integer" | "number" | "boolean"));
        let is_one = |ty: &Value| ty.as_array().map_or(is_plain(ty), |several| several.iter().any(is_plain));
        if schema.get("pattern").is_some() || schema.get("type").is_some_and(is_one) {
            let described = schema.remove("description");
            let own = std::mem::take(schema);
            *schema = json_schema!({"anyOf": [own, {"type": "string", "pattern": "\\$\\{"}]});
            if let Some(words) = described {
                schema.insert("description".to_owned(), words);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_may_stand_wherever_a_value_has_a_form() {
        let schema = of_plans();
        let job = schema.pointer("/$defs/JobConfig/properties").unwrap();
        let allows =
            |name: &str| job[name]["anyOf"][1]["pattern"] == "\\$\\{" && job[name]["description"].is_string();
        assert!(allows("lanes"), "{}", job["lanes"]);
        assert!(job["name"]["anyOf"].is_null(), "texts take them anyway: {}", job["name"]);
    }
}
