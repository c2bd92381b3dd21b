//! What was found out about a sink, in a file of its own.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use loadgen_core::{
    column_salt,
    verify::{Check, Counts, Doubt, Evidence, Finding, NotCompared, Verdict, Verification, VerifyError},
};
use serde::Serialize;

use crate::{
    failed::{Code, Failed},
    output,
};

/// What was verified.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    /// The name of the run.
    pub(crate) run: String,
    /// The job, if the run has several.
    pub(crate) job: Option<String>,
    /// The sink, in words and without secrets.
    pub(crate) sink: String,
}

/// Everything but the findings, which come behind it.
#[derive(Serialize)]
struct Head<'a> {
    run: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    job: Option<&'a str>,
    sink: &'a str,
    verdict: Verdict,
    checks: &'a BTreeMap<Check, u64>,
    doubts: &'a [Doubt],
    coverage: &'a [NotCompared],
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    passed_over: &'a BTreeMap<String, u64>,
    counts: &'a Counts,
}

/// How a file with all findings was not written.
enum Unwritten {
    Verify(VerifyError),
    Io(io::Error),
}

impl From<VerifyError> for Unwritten {
    fn from(error: VerifyError) -> Self {
        Unwritten::Verify(error)
    }
}

impl From<io::Error> for Unwritten {
    fn from(error: io::Error) -> Self {
        Unwritten::Io(error)
    }
}

/// The name of the newest of these files, whatever it is about.
const NEWEST: &str = "verify.json";

/// Longer names are cut.
const LONGEST: usize = 80;

/// Writes it into a file that is for this job and sink alone, and gives its path and the first few findings of each check. Where
/// nothing may be written, that is said, and there is no path.
pub(crate) fn write(
    run: &Path,
    subject: &Subject,
    verification: &Verification,
    evidence: Evidence,
    most: usize,
) -> Result<(Option<PathBuf>, Vec<Finding>), Failed> {
    let path = run.join(name_of(subject));
    let mut first = First { most, ..First::default() };
    let beside = path.with_extension("json.new");
    let file = match File::create(&beside) {
        Err(error) if is_closed(&error) => {
            output::say(&format!(
                "warning: no file has all findings, as {} cannot be written: {error}",
                path.display()
            ));
            let read = evidence.each(|finding| {
                first.take(finding);
                Ok::<(), VerifyError>(())
            });
            read.map_err(|error| Failed::because(Code::Run, &error))?;
            return Ok((None, first.sorted()));
        }
        file => file,
    };
    let written = file.map_err(Unwritten::from);
    let written = written.and_then(|file| stream(file, subject, verification, evidence, &mut first));
    let renamed = written.and_then(|()| {
        fs::rename(&beside, &path)?;
        newest(&path, &run.join(NEWEST)).map_err(Unwritten::from)
    });
    match renamed {
        Ok(()) => Ok((Some(path), first.sorted())),
        Err(Unwritten::Verify(error)) => Err(Failed::because(Code::Run, &error)),
        Err(Unwritten::Io(error)) => {
            Err(Failed::new(Code::Run, format!("failed to write {}: {error}", path.display())))
        }
    }
}

/// Whether nothing may be written there, rather than that something went wrong.
fn is_closed(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem)
}

fn stream(
    file: File,
    subject: &Subject,
    verification: &Verification,
    evidence: Evidence,
    first: &mut First,
) -> Result<(), Unwritten> {
    let Verification { checks, doubts, coverage, passed_over, counts, .. } = verification;
    let Subject { run, job, sink } = subject;
    let (job, verdict) = (job.as_deref(), verification.verdict);
    let head = Head { run, job, sink, verdict, checks, doubts, coverage, passed_over, counts };
    let head = serde_json::to_string_pretty(&head).map_err(io::Error::from)?;
    let mut file = BufWriter::new(file);
    write!(file, "{},\n  \"findings\": [", head.trim_end_matches("\n}"))?;
    let mut comma = "";
    evidence.each(|finding| {
        let line = serde_json::to_string(finding).map_err(io::Error::from)?;
        write!(file, "{comma}\n    {line}")?;
        comma = ",";
        first.take(finding);
        Ok::<(), Unwritten>(())
    })?;
    file.write_all(b"\n  ]\n}\n")?;
    Ok(file.flush()?)
}

/// The first few findings of each check.
#[derive(Default)]
struct First {
    most: usize,
    counts: BTreeMap<Check, usize>,
    findings: Vec<Finding>,
}

impl First {
    fn take(&mut self, finding: &Finding) {
        let count = self.counts.entry(finding.check).or_default();
        *count += 1;
        if *count <= self.most {
            self.findings.push(finding.clone());
        }
    }

    fn sorted(mut self) -> Vec<Finding> {
        self.findings.sort_unstable();
        self.findings
    }
}

/// The file that was written last is there under a name that everybody knows as well.
fn newest(path: &Path, known: &Path) -> io::Result<()> {
    match fs::remove_file(known) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    // Not all file systems have links.
    fs::hard_link(path, known).or_else(|_| fs::copy(path, known).map(|_| ()))
}

/// `verify-SINK.json`, or `verify-JOB-SINK.json`. What has to be spelt otherwise gets a hash, so that no two are the same.
fn name_of(subject: &Subject) -> String {
    let whole = match &subject.job {
        Some(job) => format!("{job}-{}", subject.sink),
        None => subject.sink.clone(),
    };
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
    let short: String = whole.chars().map(|letter| if plain(letter) { letter } else { '-' }).collect();
    let kept: String = short.chars().take(LONGEST).collect();
    match kept == whole {
        true => format!("verify-{whole}.json"),
        false => format!("verify-{kept}-{:08x}.json", column_salt(&whole) as u32),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(job: Option<&str>, sink: &str) -> String {
        name_of(&Subject { run: "r".into(), job: job.map(str::to_owned), sink: sink.into() })
    }

    #[test]
    fn each_job_and_sink_has_a_file_of_its_own() {
        assert_eq!(name(None, "source"), "verify-source.json");
        assert_eq!(name(Some("a"), "source"), "verify-a-source.json");
        let names =
            ["slot:a", "slot-a", "postgres://db/a", "postgres://db-a", "debezium:/a/b", "debezium:/a-b"];
        let names: std::collections::BTreeSet<String> = names.iter().map(|sink| name(None, sink)).collect();
        assert_eq!(names.len(), 6, "{names:?}");
        assert!(names.iter().all(|name| !name.contains([':', '/'])), "{names:?}");
        assert!(name(None, &"x".repeat(300)).len() < 120);
    }
}
