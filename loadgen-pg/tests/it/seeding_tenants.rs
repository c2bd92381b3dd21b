//! Filling tables whose references share columns.

use loadgen_core::{
    Run, Seed,
    crud::{Crud, CrudConfig, SeedReport, SeededTable, Seeding, seeding_plan, table_digest},
};
use loadgen_pg::{PgSession, PgTarget};

use crate::support::database;

/// So many rows of each table, and of some others.
fn config(rows: &str, others: &str) -> CrudConfig {
    let tables = ["tenants", "customers", "products", "staff", "orders", "order_lines", "favourites"];
    let table = |name: &&str| format!(r#""{name}": {{"seed": {rows}}}"#);
    let tables: Vec<String> = tables.iter().filter(|name| !others.contains(**name)).map(table).collect();
    serde_json::from_str(&format!(r#"{{"tables": {{{others}, {}}}}}"#, tables.join(", "))).unwrap()
}

async fn shop() -> (PgTarget, PgSession) {
    database(include_str!("seeding_tenants.sql")).await
}

async fn fill(
    (target, session): &mut (PgTarget, PgSession),
    config: &CrudConfig,
    connections: u32,
) -> SeedReport {
    let plan = seeding_plan(session, config, Seed(9)).await.unwrap();
    assert_eq!(plan.refused, []);
    let report = Seeding::new(target.clone(), plan, None).connections(connections).execute().await.unwrap();
    assert_eq!(report.fatal, None);
    report
}

async fn number(session: &mut PgSession, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(session.driver().unwrap()).await.unwrap()
}

fn of<'a>(report: &'a SeedReport, table: &str) -> &'a SeededTable {
    report.tables.iter().find(|seeded| seeded.name.table == table).unwrap()
}

#[tokio::test]
async fn parents_of_a_row_are_of_one_tenant() {
    let mut shop = shop().await;
    for rows in ["2000", "2500"] {
        let config = config(rows, r#""tenants": {"seed": 15}"#);
        let report = fill(&mut shop, &config, 3).await;
        assert!(report.is_complete(), "{report:?}");
        assert_eq!(fill(&mut shop, &config, 2).await.inserted(), 0);
    }
    let session = &mut shop.1;
    assert_eq!(number(session, "select count(*) from order_lines").await, 2_500);
    let bosses = number(session, "select count(distinct boss) from staff").await;
    assert!(bosses > 100, "{bosses}");
    let sellers = number(session, "select count(seller) from orders").await;
    assert!((1_500..2_500).contains(&sellers), "{sellers}");
    let most = number(session, "select max(line)::int8 from order_lines").await;
    assert!(most <= 2, "lines count on within their order: {most}");
    let run = Run::new(shop.0.clone(), Crud::new(CrudConfig::default())).seed(9).lanes(8).operations(1_000);
    let report = run.check().execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:?}", report.errors);
}

#[tokio::test]
async fn rows_of_tenants_are_the_same_whoever_writes_them() {
    let (mut one, mut four) = (shop().await, shop().await);
    let mut digests = Vec::new();
    for (shop, connections) in [(&mut one, 1), (&mut four, 4)] {
        let config =
            config("4000", r#""tenants": {"seed": 15}, "orders": {"seed": 0}, "order_lines": {"seed": 0}"#);
        fill(shop, &config, connections).await;
        let plan = seeding_plan(&mut shop.1, &config, Seed(9)).await.unwrap();
        for table in &plan.tables {
            digests.push(table_digest(&mut shop.1, table).await.unwrap().digest);
        }
    }
    assert_eq!(digests[..7], digests[7..]);
}

#[tokio::test]
async fn a_key_of_what_tenants_have_is_used_up_to_the_last_combination() {
    let mut shop = shop().await;
    let config = config("90", r#""tenants": {"seed": 20}, "favourites": {"seed": 1000000}"#);
    let report = fill(&mut shop, &config, 2).await;
    let favourites = of(&report, "favourites");
    let joined = "select count(*) from customers join products using (tenant_id)";
    assert_eq!(favourites.inserted, number(&mut shop.1, joined).await.unsigned_abs());
    assert!(favourites.short.as_ref().unwrap().contains("no more combinations"), "{favourites:?}");
}

#[tokio::test]
async fn rows_go_to_the_few_tenants_that_have_all_that_they_need() {
    let mut shop = shop().await;
    let config =
        config("3000", r#""tenants": {"seed": 3000}, "products": {"seed": 4}, "favourites": {"seed": 3}"#);
    let report = fill(&mut shop, &config, 2).await;
    assert!(report.is_complete(), "{report:?}");
}

#[tokio::test]
async fn tables_that_have_no_tenant_in_common_are_named() {
    let sql = "
        insert into tenants select gen_random_uuid(), 'n' from generate_series(1, 2);
        insert into customers select (select max(id::text)::uuid from tenants), n, n from generate_series(1, 9) n;
        insert into products select (select min(id::text)::uuid from tenants), n, n from generate_series(1, 9) n;";
    let mut shop = database(&format!("{}{sql}", include_str!("seeding_tenants.sql"))).await;
    let config = config("0", r#""favourites": {"seed": 10}"#);
    let report = fill(&mut shop, &config, 2).await;
    let why = of(&report, "favourites").short.as_deref();
    assert_eq!(
        why,
        Some(
            "no row of public.customers and of public.products and public.tenants has the same (tenant_id); \
             fill them with more rows"
        )
    );
}
