//! What servers call the databases of jobs: names that are spelt otherwise may mean one and the same.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use loadgen_core::{Action, Failure};

/// Where the jobs of a plan are, as far as their databases have answered.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places(Arc<Mutex<BTreeMap<String, Place>>>);

#[derive(Debug)]
struct Place {
    words: String,
    /// Whether the job is that of one of several databases.
    is_tenant: bool,
}

impl Places {
    /// The database of a job has answered.
    ///
    /// # Errors
    /// When it is one of several databases, and another of them is the same.
    pub(crate) fn note(&self, job: &str, words: String, is_tenant: bool) -> Result<(), Failure> {
        let mut known = self.known();
        let same = known.iter().find(|(other, place)| {
            is_tenant && place.is_tenant && other.as_str() != job && place.words == words
        });
        if let Some((other, _)) = same {
            let why = format!(
                "{job} is the database of the job {other} by another name, {words}; name it once in `databases`"
            );
            return Err(Failure::aborted(Action::Fatal, "same database", why));
        }
        known.insert(job.to_owned(), Place { words, is_tenant });
        Ok(())
    }

    /// Where a job is, if its database has answered.
    pub(crate) fn of(&self, job: &str) -> Option<String> {
        self.known().get(job).map(|place| place.words.clone())
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<String, Place>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_database_has_one_job_of_several_whatever_it_is_called() {
        let places = Places::default();
        let note = |job: &str, is_tenant| places.note(job, "mssql://db:1433/Shop".to_owned(), is_tenant);
        note("beside them", false).unwrap();
        note("Shop", true).unwrap();
        note("Shop", true).unwrap();
        let refused = note("shop", true).unwrap_err();
        assert_eq!(refused.action, Action::Fatal);
        assert!(refused.message.starts_with("shop is the database of the job Shop"), "{refused}");
        note("and another", false).unwrap();
        assert_eq!((places.of("shop"), places.of("Shop").as_deref()), (None, Some("mssql://db:1433/Shop")));
    }
}
