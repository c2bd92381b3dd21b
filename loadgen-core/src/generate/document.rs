//! JSON documents.

use serde_json::{Map, Number, Value as Json};

use super::{
    Generator,
    list::{List, list},
};
use crate::{Rng, Value};

/// Small objects such as applications keep beside a row. Numbers are integers and odd hundredths, which have one text
/// however a database stores them.
#[derive(Debug)]
pub(super) struct Documents {
    statuses: List,
    categories: List,
    colors: List,
    cities: List,
    words: List,
}

impl Documents {
    pub(super) fn new() -> Self {
        let named = |name| list(name).unwrap_or_default();
        Documents {
            statuses: named("status"),
            categories: named("category"),
            colors: named("color"),
            cities: named("city"),
            words: named("word"),
        }
    }
}

fn text(rng: &mut Rng, list: &List) -> Json {
    Json::String((*rng.pick::<&str>(list)).to_owned())
}

impl Generator for Documents {
    fn generate(&self, rng: &mut Rng) -> Value {
        let mut object = Map::new();
        let mut put = |key: &str, value| object.insert(key.to_owned(), value);
        put("id", Json::from(rng.between(1, 99_999)));
        put("status", text(rng, &self.statuses));
        if rng.chance(0.5) {
            let hundredths = rng.between(0, 49_999) * 2 + 1;
            put("score", Number::from_f64(hundredths as f64 / 100.0).map_or(Json::Null, Json::Number));
        }
        if rng.chance(0.5) {
            put("active", Json::Bool(rng.chance(0.5)));
        }
        if rng.chance(0.5) {
            let tags = rng.between(0, 3);
            put("tags", (0..tags).map(|_| text(rng, &self.categories)).collect());
        }
        if rng.chance(0.3) {
            let inner = [("color", text(rng, &self.colors)), ("city", text(rng, &self.cities))];
            put("details", inner.into_iter().map(|(key, value)| (key.to_owned(), value)).collect());
        }
        if rng.chance(0.2) {
            put("note", text(rng, &self.words));
        }
        if rng.chance(0.1) {
            put("parent", Json::Null);
        }
        Value::Json(Json::Object(object))
    }

    fn describe(&self) -> String {
        "JSON object".to_owned()
    }
}
