//! Tables whose columns are called alike, and whose values are not the same.

use std::collections::BTreeSet;

use loadgen_core::{
    Schema, Seed, Type,
    crud::{CrudConfig, CrudPlan},
    memory::table,
};

use crate::shop::text;

#[test]
fn keys_and_unique_texts_of_two_tables_have_next_to_nothing_in_common() {
    let of = |name| {
        let columns = table(name).column("id", Type::Uuid).column("e", text(60)).column("code", text(12));
        columns.primary_key(["id"]).unique(["e"]).unique(["code"])
    };
    let schema = Schema::of([of("a"), of("b")]);
    let plan = CrudPlan::new(&schema, &CrudConfig::default(), Seed(1), 4).unwrap();
    for column in 0..3 {
        let values = |table: usize| {
            let some = plan.tables[table].samples(column, Seed(1), 500);
            some.into_iter().map(|value| value.to_string()).collect::<BTreeSet<String>>()
        };
        let (a, b) = (values(0), values(1));
        assert_eq!((a.len(), b.len()), (500, 500));
        assert_eq!(a.intersection(&b).count(), 0, "column {column}");
    }
}
