//! Filling tables whose checks refuse some rows.

use loadgen_core::{
    Seed,
    crud::{CrudConfig, Seeding, seeding_plan},
};

use crate::support::database;

#[tokio::test]
async fn rows_that_no_check_lets_in_are_passed_over() {
    let (target, mut session) = database(
        "create table odd (id int primary key, check (id % 3 <> 1));
         create table projects (id bigserial primary key);
         create table groups (id bigserial primary key);
         create table milestones (
             id bigserial primary key, title varchar not null, title_html text,
             iid int, project_id int8 references projects, group_id int8 references groups,
             check (num_nonnulls(group_id, project_id) = 1));
         create unique index on milestones (project_id, iid);
         create unique index on milestones (project_id, title);
         create unique index on milestones (group_id, title) where group_id is not null",
    )
    .await;
    let plan = seeding_plan(&mut session, &CrudConfig::default(), Seed(3)).await.unwrap();
    assert_eq!(plan.refused, []);
    let report = Seeding::new(target, plan, Some(2_000)).connections(2).execute().await.unwrap();
    assert!(report.fatal.is_none() && report.is_complete(), "{report:?}");
}
