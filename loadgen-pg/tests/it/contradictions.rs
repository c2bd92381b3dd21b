//! What a plan file says of columns, and their checks do not allow.

use loadgen_core::{
    Fill, PrepareError, Seed,
    crud::{self, CrudConfig, CrudPlanError},
};

use crate::support::{database, table};

const TABLE: &str = "
    create table t (id int primary key, a int not null check (a between 1 and 10), s text not null check (s ~ '^[a-z]+$'),
        d1 date not null, d2 date not null, note text not null default 'none', check (d2 > d1));
    create table filled (id int primary key, a int not null check (a between 1 and 10));
    create function fill() returns trigger language plpgsql as $$ begin new.a := 5; return new; end $$;
    create trigger fill before insert or update on filled for each row execute function fill();";

#[tokio::test]
async fn values_that_a_check_refuses_in_every_row_are_an_error_that_names_the_column() {
    let (_, mut session) = database(TABLE).await;
    let mut check = async |column: &str, said: &str, expected: &str| {
        let json = format!(r#"{{"tables": {{"t": {{"columns": {{{said}}}}}}}}}"#);
        let config: CrudConfig = serde_json::from_str(&json).unwrap();
        let error = crud::plan(&mut session, &config, Seed(3), 4).await.unwrap_err();
        let PrepareError::Plan(error) = &error else { panic!("{error:?}") };
        let error = error.downcast_ref::<CrudPlanError>().unwrap();
        let part = error.part().map(ToString::to_string).unwrap_or_default();
        assert!(part.contains(&format!("public.t.{column}")), "{said}: {error:?}");
        assert!(error.to_string().contains(expected), "{said}: {error}");
    };
    check("a", r#""a": {"min": 20, "max": 30}"#, "refuses 64 of 64 rows").await;
    check("s", r#""s": {"pattern": "[A-Z]{3}"}"#, "refuses 64 of 64 rows").await;
    check("s", r#""s": {"meaning": "email"}"#, "refuses 64 of 64 rows").await;
    let days = r#""d1": {"min": "2024-01-01", "max": "2024-12-31"}, "d2": {"min": "2023-01-01", "max": "2023-12-31"}"#;
    check("d2", days, "refuses 64 of 64 rows").await;
    check("a", r#""a": {"leave_out": true}"#, "cannot be left out").await;
}

#[tokio::test]
async fn what_a_default_or_a_trigger_fills_may_be_left_out_and_may_be_anything() {
    let (_, mut session) = database(TABLE).await;
    for said in [
        r#""t": {"columns": {"note": {"leave_out": true}}}"#,
        r#""filled": {"columns": {"a": {"leave_out": true}}}"#,
        r#""filled": {"columns": {"a": {"min": 20, "max": 30}}}"#,
    ] {
        let config: CrudConfig = serde_json::from_str(&format!(r#"{{"tables": {{{said}}}}}"#)).unwrap();
        let plan = crud::plan(&mut session, &config, Seed(3), 4).await.unwrap();
        assert_eq!(plan.refused, [], "{said}");
    }
}

#[tokio::test]
async fn the_default_of_a_domain_is_that_of_its_columns() {
    let (_, mut session) = database(
        "create sequence s; create domain number as int default nextval('s'); create domain code as text default 'none';
         create table t (id number primary key, c code not null, d code not null default 'own')",
    )
    .await;
    let t = table(&mut session, "t").await;
    assert_eq!(t.columns[0].fill, Fill::Sequence { always: false });
    assert_eq!(t.columns[1].fill, Fill::Constant("'none'::text".to_owned()));
    assert_eq!(t.columns[2].fill, Fill::Constant("'own'::text".to_owned()));
    let left = r#"{"tables": {"t": {"columns": {"c": {"leave_out": true}}}}}"#;
    let plan = crud::plan(&mut session, &serde_json::from_str(left).unwrap(), Seed(3), 4).await.unwrap();
    assert_eq!(plan.refused, []);
}
