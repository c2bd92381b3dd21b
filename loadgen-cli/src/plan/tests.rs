use super::*;
use crate::flags::FileArgs;

fn resolved(job: &[&str]) -> Plan {
    let target = "target: postgres://127.0.0.1:1/nowhere";
    let text = format!("jobs:\n- {{name: a, {target}}}\n- {{name: b, {target}}}\n");
    read(&text, FileArgs { job: job.iter().map(|name| (*name).to_owned()).collect(), ..with_seed(5) })
}

fn with_seed(seed: u64) -> FileArgs {
    FileArgs { seed: Some(Seed(seed)), ..FileArgs::default() }
}

fn read(text: &str, plan: FileArgs) -> Plan {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("plan.yaml");
    std::fs::write(&file, text).unwrap();
    let plan = FileArgs { file: Some(file), ..plan };
    Plan::resolve(&SourceArgs { plan, ..SourceArgs::default() }, &LoadArgs::default()).unwrap()
}

#[test]
fn a_job_alone_does_what_it_does_beside_the_others() {
    let seeds = |plan: &Plan| plan.jobs.iter().map(|job| job.seed).collect::<Vec<_>>();
    let (whole, alone) = (resolved(&[]), resolved(&["b"]));
    assert_eq!(seeds(&alone), seeds(&whole)[1..]);
    assert_eq!(seeds(&whole)[0], Seed(5));
}

#[test]
fn the_seed_of_a_flag_goes_before_that_of_a_job_and_what_is_said_is_what_was_used() {
    let text = "jobs: [{target: 'postgres://127.0.0.1:1/nowhere', seed: 7}]";
    let said = |plan: Plan| (plan.seed, plan.jobs[0].seed, plan.seed_was_drawn);
    assert_eq!(said(read(text, FileArgs::default())), (Seed(7), Seed(7), false));
    assert_eq!(said(read(text, with_seed(99))), (Seed(99), Seed(99), false));
    let (plan, job, was_drawn) = said(read(&text.replace(", seed: 7", ""), FileArgs::default()));
    assert!(plan == job && was_drawn);
}
