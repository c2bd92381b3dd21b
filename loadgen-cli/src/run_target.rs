//! A run that is over, by its directory, and the database that it went to.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use loadgen_core::{
    Target,
    ledger::{Header, LedgerReader},
};

use crate::{
    backend::{Backend, BackendSession, database_url},
    environment::Environment,
    failed::{Code, Failed},
    flags::RunDirArgs,
    guard, ledger,
    plan_file::{JobConfig, PlanFile, unescape},
};

/// A ledger, and where its run went.
#[derive(Debug)]
pub(crate) struct RunTarget {
    pub(crate) directory: PathBuf,
    pub(crate) header: Header,
    pub(crate) target: Backend,
    /// How long an answer may take there, where the plan says.
    deadline: Option<Duration>,
    allow_host: Vec<String>,
    /// What gives another address.
    flag: &'static str,
    /// That nobody has said where the run went, if so.
    unknown: Option<String>,
}

impl RunTarget {
    /// Reads the header. The address is that of the flag, or the one in the plan of the run; or that of the environment, where the
    /// plan has none or the same one without the password.
    pub(crate) fn find(args: &RunDirArgs) -> Result<Self, Failed> {
        let directory = ledger::find(&args.run, args.job.as_deref());
        let header = LedgerReader::open(&directory).and_then(|reader| reader.header());
        let header = header.map_err(|error| {
            let which = ledger::no_such_job(&args.run, args.job.as_deref());
            which.unwrap_or_else(|| Failed::because(Code::Usage, &error))
        })?;
        Ok(RunTarget { header, ..RunTarget::without_header(args, directory)? })
    }

    /// The same of a run of which there need not be a ledger.
    pub(crate) fn without_header(args: &RunDirArgs, directory: PathBuf) -> Result<Self, Failed> {
        let environment = Environment::with_file(None)?;
        let Planned { target, database, deadline } =
            planned(&args.run, args.job.as_deref()).unwrap_or_default();
        let address = args.reach.url.clone().or_else(|| address(target, &environment));
        let mut target = patient(target_at(address.as_deref(), &environment)?, deadline);
        if let Some(name) = &database {
            target = target.with_database(name);
        }
        let allow_host = args.reach.allow_host.clone();
        let unknown = address
            .is_none()
            .then(|| format!("{} does not say where the run went", plan_of(&args.run).display()));
        let (header, flag) = (Header::default(), "--url");
        Ok(RunTarget { directory, header, target, deadline, allow_host, flag, unknown })
    }

    /// The same ledger, and another database.
    pub(crate) fn beside(self, address: &str) -> Result<Self, Failed> {
        let target = patient(target_at(Some(address), &Environment::with_file(None)?)?, self.deadline);
        Ok(RunTarget { target, flag: "--sink", unknown: None, ..self })
    }

    /// A session of the database.
    pub(crate) async fn connect(&self) -> Result<BackendSession, Failed> {
        guard::check(&self.target, &self.allow_host).await?;
        let failed = |failure| {
            let (place, flag) = (self.target.describe(), self.flag);
            let message = match &self.unknown {
                Some(why) => {
                    format!("{why}; give its address with {flag} (and {place} is not it: {failure})")
                }
                None => format!("failed to connect to {place}: {failure}; give its address with {flag}"),
            };
            Failed::new(Code::Run, message)
        };
        self.target.connect().await.map_err(failed)
    }
}

/// The database at an address, or where the environment says.
pub(crate) fn target_at(address: Option<&str>, environment: &Environment) -> Result<Backend, Failed> {
    Backend::resolve(address, &|name: &str| environment.get(name))
}

/// The address in the plan of a run. A variable that was left over does not lead elsewhere; it may have the password for the same place.
fn address(planned: Option<String>, environment: &Environment) -> Option<String> {
    let given = database_url(&|name: &str| environment.get(name));
    let place = |address: &str| target_at(Some(address), environment).ok().map(|target| target.describe());
    match (planned, given) {
        (Some(planned), Some(given)) if place(&planned) != place(&given) => Some(planned),
        (planned, given) => given.or(planned),
    }
}

fn patient(target: Backend, deadline: Option<Duration>) -> Backend {
    match deadline {
        Some(deadline) => target.with_statement_deadline(deadline),
        None => target,
    }
}

/// The plan that a run has left beside its ledger.
fn plan_of(run: &Path) -> PathBuf {
    run.join("plan.yaml")
}

/// Where a job went.
#[derive(Default)]
struct Planned {
    target: Option<String>,
    /// Which database there, where it was one of several.
    database: Option<String>,
    deadline: Option<Duration>,
}

/// Where a job in that plan went.
fn planned(run: &Path, job: Option<&str>) -> Option<Planned> {
    let text = std::fs::read_to_string(plan_of(run)).ok()?;
    let plan: PlanFile = serde_saphyr::from_str(&text).ok()?;
    let is_meant = |config: &JobConfig| job.is_none_or(|job| config.name() == job);
    let JobConfig { target, databases, deadline, .. } = plan.jobs.into_iter().find(is_meant)?;
    let database = databases.and_then(|databases| databases.names.into_iter().next());
    // What is written there is escaped, as variables are put into plans.
    let [target, database] = [target, database].map(|text| text.map(|text| unescape(&text)));
    Some(Planned { target, database, deadline: deadline.map(|deadline| deadline.0) })
}
