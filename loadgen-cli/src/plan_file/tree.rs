//! A plan file as a tree in which every value knows its place.

use std::{fmt, sync::Arc};

use serde_saphyr::{Location, Spanned};

use super::PlanError;

/// Where a value stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Place {
    /// Nowhere in particular.
    #[default]
    Unknown,
    /// Line and column of the file, from 1.
    File(u64, u64),
    /// A flag, as it was given.
    Flag(Arc<str>),
}

/// A value and its place.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) content: Content,
    pub(crate) place: Place,
}

/// What YAML and JSON have in common.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    Null,
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Text(Text),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

/// Text; `raw` is what the file says where a variable of the environment was put in.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    pub(crate) text: String,
    pub(crate) raw: Option<String>,
}

/// A key and its place.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) name: String,
    pub(crate) place: Place,
}

/// Reads a document. Keys that come twice are refused, and so is what is not YAML.
pub(crate) fn parse(text: &str) -> Result<Node, PlanError> {
    let options = serde_saphyr::options! { with_snippet: false, strict_booleans: true };
    let spanned: Spanned<Content> = serde_saphyr::from_str_with_options(text, options).map_err(refuse)?;
    Ok(spanned.into())
}

fn refuse(error: serde_saphyr::Error) -> PlanError {
    let place = error.location().map_or(Place::Unknown, Place::from);
    if let serde_saphyr::Error::DuplicateMappingKey { key: Some(key), .. } = error.without_snippet() {
        return PlanError::new(place, format!("the key {key:?} comes twice"));
    }
    if let serde_saphyr::Error::MultipleDocuments { .. } = error.without_snippet() {
        return PlanError::new(place, "a second document begins here, and a plan is one");
    }
    let rendered = error.to_string();
    let message = rendered.split(" at line ").next().unwrap_or(&rendered);
    let message = message.strip_prefix("error: ").unwrap_or(message);
    let message = message.strip_prefix(&format!("{place}: ")).unwrap_or(message);
    PlanError::new(place, format!("not readable as YAML or JSON: {message}"))
}

impl Node {
    /// The value at a path, or the last one on the way there.
    pub(crate) fn nearest(&self, path: &[&str]) -> &Node {
        let Some((first, rest)) = path.split_first() else { return self };
        self.child(first).map_or(self, |child| child.nearest(rest))
    }

    /// The value at a path.
    pub(crate) fn at(&self, path: &[&str]) -> Option<&Node> {
        path.iter().try_fold(self, |node, name| node.child(name))
    }

    /// Where the key of an entry stands, or in a list the entry itself.
    pub(crate) fn place_of(&self, entry: &str) -> Option<&Place> {
        match &self.content {
            Content::Map(entries) => {
                entries.iter().map(|(key, _)| key).find(|key| key.name == entry).map(|key| &key.place)
            }
            Content::List(nodes) => nodes.iter().find(|node| node.is_text(entry)).map(|node| &node.place),
            _ => None,
        }
    }

    /// Numbers may stand for text.
    fn is_text(&self, text: &str) -> bool {
        match &self.content {
            Content::Text(own) => own.text == text,
            Content::Unsigned(number) => number.to_string() == text,
            Content::Signed(number) => number.to_string() == text,
            Content::Float(number) => number.to_string() == text,
            _ => false,
        }
    }

    fn child(&self, name: &str) -> Option<&Node> {
        match &self.content {
            Content::Map(entries) => entries.iter().find(|(key, _)| key.name == name).map(|(_, node)| node),
            Content::List(nodes) => nodes.get(name.parse::<usize>().ok()?),
            _ => None,
        }
    }

    /// Puts every value below, this one included, at one place.
    pub(crate) fn moved_to(mut self, place: &Place) -> Node {
        self.place = place.clone();
        match &mut self.content {
            Content::List(nodes) => {
                *nodes = std::mem::take(nodes).into_iter().map(|node| node.moved_to(place)).collect();
            }
            Content::Map(entries) => {
                for (key, node) in entries.iter_mut() {
                    key.place = place.clone();
                    let empty = Node { content: Content::Null, place: Place::Unknown };
                    *node = std::mem::replace(node, empty).moved_to(place);
                }
            }
            _ => {}
        }
        self
    }
}

impl From<Location> for Place {
    fn from(location: Location) -> Self {
        if location.line() == 0 { Place::Unknown } else { Place::File(location.line(), location.column()) }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Unknown => Ok(()),
            Place::File(line, column) => write!(f, "line {line} column {column}"),
            Place::Flag(flag) => f.write_str(flag),
        }
    }
}
