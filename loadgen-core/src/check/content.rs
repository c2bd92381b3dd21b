//! What has to be in an array.

use super::{item::Item, limits::Limits, place::value};
use crate::{Type, Value};

/// No array is filled up with more draws than these.
const DRAWS: u32 = 10_000;

impl Limits {
    /// Whether an array is filled up or cut, which whoever makes it knows nothing of.
    pub(super) fn asks_for(&self, ty: &Type) -> bool {
        matches!(ty, Type::Array(_)) && (self.length != (None, None) || !self.has.is_empty())
    }

    /// As many items as there may be, out of more arrays where there are too few.
    pub(super) fn counted(&self, mut items: Vec<Value>, more: &mut dyn FnMut() -> Value) -> Vec<Value> {
        let (least, most) = self.length;
        let least = least.unwrap_or(0);
        for _ in 0..least.min(DRAWS) {
            if items.len() >= least as usize {
                break;
            }
            if let Value::Array(others) = more() {
                items.extend(others);
            }
        }
        items.truncate(most.map_or(usize::MAX, |most| most as usize));
        items
    }

    /// The same with those items that it has to have.
    pub(super) fn filled(&self, drawn: Vec<Value>, ty: &Type, more: &mut dyn FnMut() -> Value) -> Vec<Value> {
        let mut items: Vec<Value> = Vec::new();
        if let Type::Array(element) = ty {
            let wanted = self.has.iter().filter(|item| !drawn.iter().any(|own| Item::from(own) == **item));
            items.extend(wanted.filter_map(|item| value(item, element)));
        }
        items.extend(drawn);
        self.counted(items, more)
    }
}
