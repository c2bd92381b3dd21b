//! What is said of tables whose references lead in a circle.

use loadgen_core::{
    Schema, Seed, Table, Type,
    crud::{CrudConfig, CrudPlan},
    memory::table,
};

fn child(name: &str, parent: &str) -> Table {
    let column = format!("{parent}_id");
    let child = table(name).serial("id").column(&column, Type::Int(64)).primary_key(["id"]);
    child.references([column.as_str()], parent, ["id"])
}

#[test]
fn the_circle_is_named_and_not_the_way_to_it() {
    let users = table("users").serial("id").column("n", Type::Int(32)).primary_key(["id"]);
    let tables =
        [child("bill", "rent"), child("rent", "staff"), child("staff", "store"), child("store", "staff")];
    let schema = Schema::of(tables.into_iter().chain([users]));
    let plan = CrudPlan::new(&schema, &CrudConfig::default(), Seed(1), 4).unwrap();
    let why = |name: &str| {
        let refused = plan.refused.iter().find(|(refused, _)| refused.table == name);
        refused.map(|(_, why)| why.as_str()).unwrap_or_default()
    };
    let circles: Vec<&str> = plan
        .refused
        .iter()
        .filter(|(_, why)| why.contains(" in a circle "))
        .map(|(name, _)| name.table.as_str())
        .collect();
    assert_eq!(circles, ["staff"], "{:?}", plan.refused);
    assert!(why("staff").contains("(public.staff → public.store → public.staff)"), "{}", why("staff"));
    for (name, parent) in [("bill", "rent"), ("rent", "staff"), ("store", "staff")] {
        assert!(
            why(name).starts_with(&format!("refers to public.{parent}, which is left out")),
            "{}",
            why(name)
        );
    }
}
