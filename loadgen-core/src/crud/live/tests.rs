use super::*;
use crate::crud::combinations::Combining;

fn rows(layout: &Layout, count: i64) -> LiveRows {
    let mut rows = LiveRows::new(layout);
    for id in 0..count {
        rows.push(NewRow { keys: &[Value::Int(id)], sums: &[id as u64, 0], parents: &[] });
    }
    rows
}

fn layout() -> Layout {
    Layout { keys: 1, parts: 2, is_parent: true, cap: 100, ..Layout::default() }
}

#[test]
fn a_forgotten_slot_is_used_again_and_the_others_stay_where_they_are() {
    let mut rows = rows(&layout(), 5);
    rows.forget(&[1]);
    assert_eq!((rows.len(), rows.key(4, 0)), (4, Value::Int(4)));
    assert_eq!(rows.push(NewRow { keys: &[Value::Int(9)], sums: &[9, 9], parents: &[] }), 1);
    assert_eq!((rows.key(1, 0), rows.sums(1)), (Value::Int(9), &[9, 9][..]));
}

#[test]
fn selection_wraps_around_and_never_takes_a_row_twice() {
    let rows = rows(&layout(), 5);
    assert_eq!(rows.select(3, 10, |_| true), [3, 4, 0, 1, 2]);
    assert_eq!(rows.select(3, 2, |slot| slot != 4), [3, 0]);
}

#[test]
fn rows_selected_are_the_rows_forgotten() {
    let mut rows = rows(&layout(), 6);
    let chosen = rows.select(4, 3, |slot| slot % 2 == 0);
    rows.remove(4, &chosen);
    let mut left: Vec<Slot> = (0..rows.len()).map(|position| rows.at(position)).collect();
    left.sort_unstable();
    assert_eq!((chosen, left), (vec![4, 0, 2], vec![1, 3, 5]));
}

#[test]
fn the_slot_of_a_forgotten_parent_is_not_given_away() {
    let mut rows = rows(&layout(), 2);
    rows.adopt(1);
    rows.forget(&[1]);
    let new =
        |id| NewRow { keys: &[Value::Int(9)], sums: if id == 9 { &[9, 9] } else { &[8, 8] }, parents: &[] };
    assert_eq!(rows.push(new(9)), 2);
    rows.release(1);
    assert_eq!(rows.push(new(8)), 1);
}

#[test]
fn what_is_too_much_is_forgotten_in_turn_and_rows_without_children_first() {
    let mut rows = rows(&Layout { cap: 4, ..layout() }, 4);
    rows.adopt(1);
    let mut forgotten = Vec::new();
    for _ in 0..3 {
        let position = rows.surplus().unwrap();
        forgotten.push(rows.at(position));
        rows.forget_at(position);
        rows.push(NewRow { keys: &[Value::Int(9)], sums: &[9, 9], parents: &[] });
    }
    assert!(!forgotten.contains(&1), "{forgotten:?}");
    assert!(forgotten.iter().any(|slot| *slot != forgotten[0]), "always the same one: {forgotten:?}");
}

#[test]
fn where_order_matters_the_newest_rows_stay_the_last_and_the_oldest_are_forgotten_first() {
    let mut rows = rows(&Layout { cap: 8, is_ordered: true, ..layout() }, 8);
    rows.remove(2, &[2, 3]);
    rows.forget(&[6]);
    for id in 8..14 {
        if let Some(position) = rows.surplus() {
            rows.forget_at(position);
        }
        rows.push(NewRow { keys: &[Value::Int(id)], sums: &[0, 0], parents: &[] });
    }
    let left: Vec<Value> = (0..rows.len()).map(|position| rows.key(rows.at(position), 0)).collect();
    assert_eq!(left, [5, 7, 8, 9, 10, 11, 12, 13].map(Value::Int));
}

#[test]
fn rows_keep_their_slots_when_the_layout_changes() {
    let old = Layout { keys: 2, parts: 1, references: 2, cap: 9, ..Layout::default() };
    let mut rows = LiveRows::new(&old);
    for id in 0..3 {
        let keys = [Value::Int(id), Value::Int(-id)];
        rows.push(NewRow { keys: &keys, sums: &[7], parents: &[id as Slot, NO_SLOT] });
    }
    rows.forget(&[1]);
    let new = Layout { keys: 1, parts: 3, references: 3, is_parent: true, ..old };
    let moved = Moved { keys: vec![1], references: vec![None, Some(1), Some(0)] };
    let mut rows = rows.moved(&new, &moved);
    assert_eq!(
        (rows.len(), rows.key(2, 0), rows.parents(2)),
        (2, Value::Int(-2), &[NO_SLOT, NO_SLOT, 2][..])
    );
    assert_eq!(rows.sums(2), [0, 0, 0]);
    rows.pin_all();
    assert!(rows.has_children(0) && rows.has_children(2));
    let new = NewRow { keys: &[Value::Int(9)], sums: &[1, 2, 3], parents: &[0, 0, 0] };
    assert_eq!((rows.push(new), rows.sums(1), rows.has_children(1)), (1, &[1, 2, 3][..], false));
}

#[test]
fn children_hold_on_to_their_parent() {
    let mut rows = rows(&layout(), 2);
    rows.adopt(1);
    assert!(rows.has_children(1) && !rows.has_children(0));
    rows.release(1);
    assert!(!rows.has_children(1));
}

#[test]
fn a_row_that_the_key_does_not_hold_for_takes_no_combination_and_frees_none() {
    let combining =
        Combining { references: vec![0, 1], lines: 1, most: 9, is_partial: true, ..Combining::default() };
    let mut rows = LiveRows::new(&Layout { references: 2, combining, ..layout() });
    let row = || NewRow { keys: &[Value::Int(1)], sums: &[1, 0], parents: &[3, 4] };
    let (inside, apart) = (rows.push(row()), rows.push(row()));
    rows.set_apart(apart);
    rows.remove(0, &[apart]);
    assert_eq!(rows.combinations().line(&[3, 4], &[]), None);
    assert_eq!(rows.push(row()), apart, "its place is given to one that the key holds for");
    rows.remove(0, &[inside]);
    assert_eq!(rows.combinations().line(&[3, 4], &[]), None);
    rows.remove(0, &[apart]);
    assert_eq!(rows.combinations().line(&[3, 4], &[]), Some(0));
}
