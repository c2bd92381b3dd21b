//! `--set PATH=VALUE`: one value of a plan, from the command line.

use std::sync::Arc;

use super::{
    PlanError,
    tree::{self, Content, Key, Node, Place},
};

/// Puts a value into the tree. A path is keys with points between them; an entry of a list goes by its number or by
/// its `name`; a key with a point in it is put in double quotes.
pub(crate) fn set(root: &mut Node, assignment: &str) -> Result<(), PlanError> {
    let flag: Arc<str> = format!("--set {assignment}").into();
    let place = Place::Flag(flag);
    let refuse = |message: String| PlanError::new(place.clone(), message);
    let (path, value) =
        assignment.split_once('=').ok_or_else(|| refuse("write PATH=VALUE, as in jobs.0.lanes=10".into()))?;
    let value = tree::parse(value).map_err(|_| refuse("the value is not readable as YAML".into()))?;
    let (mut node, mut above) = (root, String::new());
    for segment in segments(path).ok_or_else(|| refuse(format!("{path:?} is not a path")))? {
        node = step(node, (&above, &segment), &place).map_err(refuse)?;
        above = segment;
    }
    *node = value.moved_to(&place);
    Ok(())
}

fn segments(path: &str) -> Option<Vec<String>> {
    let mut segments = vec![String::new()];
    let mut quoted = false;
    for char in path.chars() {
        match char {
            '"' => quoted = !quoted,
            '.' if !quoted => segments.push(String::new()),
            _ => segments.last_mut()?.push(char),
        }
    }
    (!quoted && segments.iter().all(|segment| !segment.is_empty())).then_some(segments)
}

/// The node that a segment names, which is below that of the one `above`.
fn step<'a>(
    node: &'a mut Node,
    (above, segment): (&str, &str),
    place: &Place,
) -> Result<&'a mut Node, String> {
    let empty = || Node { content: Content::Null, place: place.clone() };
    if matches!(node.content, Content::Null) {
        node.content = Content::Map(Vec::new());
    }
    match &mut node.content {
        Content::Map(entries) => {
            let known = entries.iter().position(|(key, _)| key.name == segment);
            let index = known.unwrap_or_else(|| {
                entries.push((Key { name: segment.to_owned(), place: place.clone() }, empty()));
                entries.len() - 1
            });
            Ok(&mut entries[index].1)
        }
        Content::List(nodes) => {
            let index = position(nodes, segment)
                .ok_or_else(|| format!("there is no entry {segment:?}; {}", entries_of(nodes)))?;
            Ok(&mut nodes[index])
        }
        _ => Err(format!("there is nothing below {above:?}: a single value stands there")),
    }
}

fn position(nodes: &[Node], segment: &str) -> Option<usize> {
    let named = nodes.iter().position(|node| name_of(node) == Some(segment));
    named.or_else(|| segment.parse().ok().filter(|index| *index < nodes.len()))
}

fn name_of(node: &Node) -> Option<&str> {
    let Content::Map(entries) = &node.content else { return None };
    let (_, name) = entries.iter().find(|(key, _)| key.name == "name")?;
    if let Content::Text(text) = &name.content { Some(&text.text) } else { None }
}

fn entries_of(nodes: &[Node]) -> String {
    let names: Vec<String> = nodes
        .iter()
        .enumerate()
        .map(|(index, node)| name_of(node).map_or_else(|| index.to_string(), str::to_owned))
        .collect();
    format!("there are {}", names.join(", "))
}
