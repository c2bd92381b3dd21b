//! The plan file: YAML or JSON, strict, with the place of every mistake.

mod choice;
mod config;
mod content;
mod databases;
mod error;
mod read_error;
mod reader;
mod set;
mod substitute;
#[cfg(test)]
mod tests;
mod tree;
mod validate;
mod words;

pub(crate) use config::{JobConfig, PlanFile, WorkloadConfig};
pub(crate) use databases::Databases;
pub(crate) use error::PlanError;
pub(crate) use substitute::{Lookup, unescape};
use tree::Node;
pub(crate) use validate::all_zero;

use crate::failed::{Code, Failed};

/// A plan as it was written, and the means to say where something in it stands.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) plan: PlanFile,
    file: String,
    text: String,
    root: Node,
}

impl Written {
    /// Reads a plan: variables of the environment are put in, then the assignments of `--set`, then it is checked.
    ///
    /// `file` is what messages call it.
    pub(crate) fn read(
        file: &str,
        text: &str,
        lookup: Lookup<'_>,
        assignments: &[String],
    ) -> Result<Self, PlanError> {
        let read = || {
            let mut root = tree::parse(text)?;
            substitute::substitute(&mut root, lookup)?;
            assignments.iter().try_for_each(|assignment| set::set(&mut root, assignment))?;
            let plan: PlanFile = reader::read(&root)?;
            validate::validate(&plan).map_err(|(path, message)| {
                let path: Vec<&str> = path.iter().map(String::as_str).collect();
                PlanError::new(root.nearest(&path).place.clone(), message)
            })?;
            Ok((root, plan))
        };
        let (root, plan) = read().map_err(|error: PlanError| error.in_file(file, text))?;
        Ok(Written { plan, file: file.to_owned(), text: text.to_owned(), root })
    }

    /// A mistake that only shows later, such as the name of a table that is not there.
    pub(crate) fn mistake(&self, path: &[&str], message: impl Into<String>) -> PlanError {
        let place = self.root.nearest(path).place.clone();
        let mistake = PlanError::new(place, message).in_file(&self.file, &self.text);
        if path.last() == Some(&"target") { mistake.about_address() } else { mistake }
    }

    /// A mistake in an entry of the mapping or list at a path, shown at its key or value; none if it is not there.
    pub(crate) fn mistake_at(&self, path: &[&str], entry: &str, message: &str) -> Option<PlanError> {
        let place = self.root.at(path)?.place_of(entry)?;
        Some(PlanError::new(place.clone(), message).in_file(&self.file, &self.text))
    }
}

impl PlanFile {
    /// The plan as YAML that reads as the same, whatever the environment.
    pub(crate) fn to_yaml(&self) -> Result<String, Failed> {
        let yaml = serde_saphyr::to_string(self).map_err(|error| Failed::because(Code::Run, &error))?;
        Ok(substitute::escape(&yaml))
    }

    /// Looks for contradictions that flags may have brought in.
    pub(crate) fn validate(&self) -> Result<(), String> {
        validate::validate(self).map_err(|(_, message)| message)
    }
}

impl JobConfig {
    /// Its own name, or that of its workload.
    pub(crate) fn name(&self) -> &str {
        let workload = self.workload.as_ref().map_or("crud", WorkloadConfig::name);
        self.name.as_deref().unwrap_or(workload)
    }

    /// The names of what it becomes: its databases, where it has any.
    pub(crate) fn names(&self) -> Vec<&str> {
        match &self.databases {
            Some(databases) => databases.names.iter().map(String::as_str).collect(),
            None => vec![self.name()],
        }
    }
}
