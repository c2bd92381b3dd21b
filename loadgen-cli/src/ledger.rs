//! Where the ledgers of a run are.

use std::path::{Path, PathBuf};

use loadgen_core::{
    Target, column_salt,
    ledger::{Header, Ledger, LedgerOptions, LedgerState, LedgerSync, state},
};

use crate::{
    failed::{Code, Failed},
    job::Job,
    plan::Plan,
};

/// Below the directory of a run.
const DIRECTORY: &str = "ledger";

/// The ledger of a job that is about to begin: one for each job, below one another where there are several.
pub(crate) fn create(
    (out, sync): (&Path, LedgerSync),
    run: &str,
    plan: &Plan,
    job: &Job,
) -> Result<(Ledger, Header), Failed> {
    let among = plan.name_among(job);
    let (directory, name) = (place(out, among), among.map_or(run.to_owned(), |job| format!("{run}/{job}")));
    let journals = if sync == LedgerSync::Group { 1 } else { job.connections() };
    let options = LedgerOptions { journals, sync, ..LedgerOptions::default() };
    let ledger = Ledger::create(directory, options).map_err(|error| Failed::because(Code::Run, &error))?;
    let hash = format!("{:016x}", column_salt(&plan.to_yaml()?));
    Ok((ledger, Header { run: name, target: job.target.describe(), plan: hash, ..Header::default() }))
}

/// Where the ledger of a job is, which is named if the run has several.
fn place(out: &Path, job: Option<&str>) -> PathBuf {
    let all = out.join(DIRECTORY);
    job.map_or(all.clone(), |job| all.join(file_name(job)))
}

/// Refuses the directory of a run that has a ledger: its plan says where to resolve, to verify and to clean up.
pub(crate) fn refuse_taken(out: &Path) -> Result<(), Failed> {
    let ledger = out.join(DIRECTORY);
    if !ledger.exists() {
        return Ok(());
    }
    let (out, ledger) = (out.display(), ledger.display());
    let why = format!(
        "{ledger} is the ledger of another run, which {out} belongs to: name another directory, or remove it"
    );
    Err(Failed::new(Code::Run, why))
}

/// Takes away ledgers that nothing was written to, of a run that has come to nothing: the next may have the same directory.
pub(crate) fn take_back(out: &Path, plan: &Plan) {
    for job in &plan.jobs {
        let directory = place(out, plan.name_among(job));
        let files: Vec<_> = std::fs::read_dir(&directory).into_iter().flatten().flatten().collect();
        if files.iter().all(|file| file.metadata().is_ok_and(|file| file.is_file() && file.len() == 0)) {
            files.iter().for_each(|file| _ = std::fs::remove_file(file.path()));
            let _ = std::fs::remove_dir(&directory);
        }
    }
    // Of several jobs, one may have got further than others.
    let _ = std::fs::remove_dir(place(out, None));
}

/// What names a job to the commands that messages advise, if the run has several.
pub(crate) fn which(job: Option<&str>) -> String {
    job.map_or(String::new(), |job| format!(" --job {job}"))
}

/// What to do about the ledger of a job that has ended otherwise than it should, if there is something to do.
pub(crate) fn unsettled(out: &Path, plan: &Plan, job: &Job) -> Option<String> {
    let name = plan.name_among(job);
    // Who cannot read it now is told so by `resolve`.
    let state = state(&find(out, name)).unwrap_or(LedgerState::Unsettled);
    let which = which(name);
    let out = out.display();
    (state != LedgerState::Settled).then(|| {
        format!(
            "{}: its last transactions are not settled; `loadgen resolve {out}{which}` does that",
            job.name
        )
    })
}

/// The jobs that have ledgers of their own below a directory.
pub(crate) fn jobs(directory: &Path) -> Vec<String> {
    let below = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let jobs = below.filter(|entry| entry.path().join("0000-000000.log").is_file());
    let mut names: Vec<String> = jobs.map(|entry| job_name(&entry.file_name().to_string_lossy())).collect();
    names.sort_unstable();
    names
}

/// What to say of a run whose ledgers are those of jobs, none of which was meant.
pub(crate) fn no_such_job(run: &Path, job: Option<&str>) -> Option<Failed> {
    let jobs = jobs(&find(run, None));
    let known = jobs.join(", ");
    let place = run.display();
    let message = match job {
        _ if jobs.is_empty() => return None,
        Some(job) if jobs.iter().any(|known| known == job) => return None,
        Some(job) => format!("{place} has no ledger of a job {job}; its jobs are {known}"),
        None => format!("{place} has a ledger for each job; name one with --job: {known}"),
    };
    Some(Failed::new(Code::Usage, message))
}

/// The directory of a run and the job that is meant, where somebody has named the ledger below it instead.
pub(crate) fn run_of(named: &Path) -> (PathBuf, Option<String>) {
    let is_run = |run: &&Path| run.join(DIRECTORY).is_dir();
    let is_ledger = |path: &&Path| path.file_name().is_some_and(|name| name == DIRECTORY);
    // What is named may be a link, or `.`.
    let whole = named.canonicalize().unwrap_or_else(|_| named.to_owned());
    let above = whole.parent();
    if is_run(&named) {
        return (named.to_owned(), None);
    }
    if let Some(run) = above.filter(|_| is_ledger(&whole.as_path())).filter(is_run) {
        return (run.to_owned(), None);
    }
    let job = whole.file_name().map(|name| job_name(&name.to_string_lossy()));
    match above.filter(is_ledger).and_then(Path::parent).filter(is_run) {
        Some(run) => (run.to_owned(), job),
        None => (named.to_owned(), None),
    }
}

/// The ledger in the directory of a run, or in a directory that is one.
pub(crate) fn find(run: &Path, job: Option<&str>) -> PathBuf {
    let below = run.join(DIRECTORY);
    let directory = if below.is_dir() { below } else { run.to_owned() };
    job.map_or(directory.clone(), |job| directory.join(file_name(job)))
}

/// What a file or directory of a job is called: its name, but for what has a meaning in paths.
pub(crate) fn file_name(job: &str) -> String {
    let is_plain =
        |at: usize, c: char| !matches!(c, '/' | '\\' | ':' | '%') && !c.is_control() && (at > 0 || c != '.');
    let mut name = String::with_capacity(job.len());
    for (at, c) in job.char_indices() {
        match is_plain(at, c) {
            true => name.push(c),
            false => name.extend(c.to_string().bytes().map(|byte| format!("%{byte:02X}"))),
        }
    }
    name
}

/// The job that has a file or directory of that name.
fn job_name(file: &str) -> String {
    percent_encoding::percent_decode_str(file).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_of_a_job_leads_out_of_the_directory() {
        for (job, expected) in [
            ("shop", "shop"),
            ("first one", "first one"),
            ("b]🐘", "b]🐘"),
            ("../../etc", "%2E.%2F..%2Fetc"),
            ("/etc", "%2Fetc"),
            ("..", "%2E."),
            ("a%2Fb\\\n", "a%252Fb%5C%0A"),
        ] {
            assert_eq!(file_name(job), expected);
            assert_eq!(job_name(expected), job);
            assert_eq!(Path::new(&file_name(job)).components().count(), 1);
        }
    }
}
