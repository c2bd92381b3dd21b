use std::sync::Arc;

use super::*;
use crate::{
    LaneId, Schema, Seed, Table, Type, Value,
    crud::{CrudConfig, live::NewRow},
    memory::table,
};

fn referring(name: &str, parents: &[&str]) -> Table {
    let mut own = table(name).column("id", Type::Int(64)).primary_key(["id"]);
    for parent in parents {
        let column = format!("{parent}_id");
        own = own.column(&column, Type::Int(64)).references([column.as_str()], parent, ["id"]);
    }
    for key in &mut own.foreign_keys {
        (key.deferrable, key.delete_waits) = (true, true);
    }
    own
}

/// A hen and an egg of each other, and the town that the egg is from and that has no second one.
struct Circle {
    plan: Arc<CrudPlan>,
    lane: CrudLane,
    town: usize,
    members: Vec<Member>,
}

fn circle() -> Circle {
    let town = table("town").column("id", Type::Int(64)).primary_key(["id"]);
    let egg = referring("egg", &["hen", "town"]).unique(["town_id"]);
    let schema = Schema::of([town, egg, referring("hen", &["egg"])]);
    let plan = Arc::new(CrudPlan::new(&schema, &CrudConfig::default(), Seed(1), 1).unwrap());
    assert_eq!(plan.refused, []);
    let at = |name: &str| plan.tables.iter().position(|own| own.table.name.table == name).unwrap();
    let (town, egg, hen) = (at("town"), at("egg"), at("hen"));
    let mut lane = CrudLane::new(LaneId(0), &plan);
    let parents = [(town, &[][..]), (egg, &[0, 0]), (hen, &[0])];
    for (table, parents) in parents {
        let sums = vec![0; plan.tables[table].layout.parts];
        lane.tables[table].live.push(NewRow { keys: &[Value::Int(1)], sums: &sums, parents });
        lane.tables[table].count += 1;
    }
    for (table, parents) in parents {
        lane.each_parent(&plan, table, parents, LiveRows::adopt);
    }
    let member = |table| Member { table, parents: Vec::new(), slot: 0, start: 0 };
    Circle { plan, lane, town, members: vec![member(egg), member(hen)] }
}

impl Circle {
    /// Each of the two statements found so many rows.
    fn commit(&mut self, rows: u64) -> Rows {
        let applied = [(); 2].map(|()| Applied { rows, returned: Vec::new() });
        self.lane.commit_group(&self.plan, 3, &self.members, &applied)
    }

    fn told(&self) -> crate::Tally {
        let mut tally = crate::Tally::default();
        self.lane.tally(&self.plan, &mut tally);
        tally
    }

    fn is_town_free(&self) -> bool {
        self.lane.tables[self.members[0].table].live.combinations().line(&[0, 0], &[]).is_some()
    }
}

#[test]
fn rows_that_were_not_found_keep_their_parents_and_nothing_is_said_to_have_happened() {
    let mut circle = circle();
    let before = circle.told();
    assert_eq!(circle.commit(0), Rows::default());
    let after = circle.told();
    assert_eq!(after.history, before.history);
    assert!(circle.lane.tables[circle.town].live.has_children(0) && !circle.is_town_free());
    for member in &circle.members {
        let own = &circle.lane.tables[member.table];
        assert_eq!((own.live.len(), own.missed, own.count), (0, 1, 1));
    }
}

#[test]
fn rows_that_are_gone_leave_their_parents() {
    let mut circle = circle();
    let before = circle.told();
    assert_eq!(circle.commit(1), Rows { deleted: 2, ..Rows::default() });
    assert_ne!(circle.told().history, before.history);
    assert!(!circle.lane.tables[circle.town].live.has_children(0) && circle.is_town_free());
    for member in &circle.members {
        let own = &circle.lane.tables[member.table];
        assert_eq!((own.live.len(), own.missed, own.count), (0, 0, 0));
    }
}
