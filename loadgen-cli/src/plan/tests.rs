use super::*;
use crate::flags::FileArgs;

fn resolved(job: &[&str]) -> Plan {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("plan.yaml");
    let target = "target: postgres://127.0.0.1:1/nowhere";
    std::fs::write(&file, format!("jobs:\n- {{name: a, {target}}}\n- {{name: b, {target}}}\n")).unwrap();
    let job = job.iter().map(|name| (*name).to_owned()).collect();
    let plan = FileArgs { file: Some(file), job, seed: Some(Seed(5)), ..FileArgs::default() };
    Plan::resolve(&SourceArgs { plan, ..SourceArgs::default() }, &LoadArgs::default()).unwrap()
}

#[test]
fn a_job_alone_does_what_it_does_beside_the_others() {
    let seeds = |plan: &Plan| plan.jobs.iter().map(|job| job.seed).collect::<Vec<_>>();
    let (whole, alone) = (resolved(&[]), resolved(&["b"]));
    assert_eq!(seeds(&alone), seeds(&whole)[1..]);
    assert_eq!(seeds(&whole)[0], Seed(5));
}
