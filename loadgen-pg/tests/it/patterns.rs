//! Tables that are asked for by patterns.

use loadgen_core::{
    PrepareError, Seed, Setup, Target,
    crud::{CrudConfig, TableConfig, permitted_plan},
};

use crate::support::{database, target_as};

#[tokio::test]
async fn a_table_without_rights_that_only_a_pattern_means_is_left_out() {
    let (_, mut admin) = database(
        "create table app_ours (id int primary key, name text);
         create table app_theirs (id int primary key, secret text);
         drop role if exists patterned; create role patterned login; grant all on app_ours to patterned",
    )
    .await;
    let mut session = target_as(&mut admin, "patterned").await.connect().await.unwrap();
    let setup = Setup { seed: Seed(1), lanes: 4, check: false };
    let mut planned = async |names: &[&str]| {
        let tables = names.iter().map(|name| (name.to_string(), TableConfig::default())).collect();
        permitted_plan(&mut session, &CrudConfig { tables, ..CrudConfig::default() }, &setup).await
    };
    let plan = planned(&["app_*"]).await.unwrap();
    let names: Vec<&str> = plan.tables.iter().map(|plan| plan.table.name.table.as_str()).collect();
    assert_eq!(names, ["app_ours"]);
    assert!(plan.refused[0].1.contains("for this user"), "{:?}", plan.refused);
    let named = planned(&["app_*", "app_theirs"]).await;
    assert!(matches!(named, Err(PrepareError::Rights(_))), "{named:?}");
}
