//! The statements of the workload, as shapes.

use std::sync::Arc;

use super::{
    role::{
        CREATED_AT, CUSTOMER, CUSTOMER_ID, EMAIL, FIRST_NAME, ITEM, KEY, LAST_NAME, MODIFIED_AT, ORDER,
        ORDER_DATE, ORDER_ID, PRODUCT_NAME, QUANTITY, STATUS, TOTAL_AMOUNT, UNIT_PRICE,
    },
    tables::{Found, Tables},
};
use crate::{Change, ChangeKind, Shape, Value};

/// The statements; columns stand in the order in which they are named here.
#[derive(Debug)]
pub(super) struct Shapes {
    /// First and last name, email, and the moments of creation and change; gives back the key.
    pub(super) customer: Arc<Shape>,
    /// The customer, the date, the total and the status; gives back the key.
    pub(super) order: Arc<Shape>,
    /// The order, the product, the quantity and the price; gives back the key.
    pub(super) item: Arc<Shape>,
    /// By key and status: another status.
    pub(super) advance: Arc<Shape>,
    /// By key, status and total: another total.
    pub(super) total: Arc<Shape>,
    /// By key: another email, and when it was changed.
    pub(super) email: Arc<Shape>,
    /// By key: the item goes.
    pub(super) remove: Arc<Shape>,
}

/// What finds a row, what is set, and what is given back.
type Columns<'a> = [&'a [usize]; 3];

impl Shapes {
    pub(super) fn of(tables: &Tables) -> Self {
        let mut id = Shape::FIRST;
        let mut shape = |role: usize, kind: ChangeKind, [key, set, returning]: Columns<'_>| {
            let found: &Found = &tables[role];
            let places = |roles: &[usize]| roles.iter().map(|role| found.place(*role)).collect();
            id += 1;
            let (key, set, returning) = (places(key), places(set), places(returning));
            Arc::new(Shape { id: id - 1, table: Arc::clone(&found.table), kind, key, set, returning })
        };
        let (insert, update, delete) = (ChangeKind::Insert, ChangeKind::Update, ChangeKind::Delete);
        let customer = [FIRST_NAME, LAST_NAME, EMAIL, CREATED_AT, MODIFIED_AT];
        let order = [CUSTOMER_ID, ORDER_DATE, TOTAL_AMOUNT, STATUS];
        let item = [ORDER_ID, PRODUCT_NAME, QUANTITY, UNIT_PRICE];
        Shapes {
            customer: shape(CUSTOMER, insert, [&[], &customer, &[KEY]]),
            order: shape(ORDER, insert, [&[], &order, &[KEY]]),
            item: shape(ITEM, insert, [&[], &item, &[KEY]]),
            advance: shape(ORDER, update, [&[KEY, STATUS], &[STATUS], &[]]),
            total: shape(ORDER, update, [&[KEY, STATUS, TOTAL_AMOUNT], &[TOTAL_AMOUNT], &[]]),
            email: shape(CUSTOMER, update, [&[KEY], &[EMAIL, MODIFIED_AT], &[]]),
            remove: shape(ITEM, delete, [&[KEY], &[], &[]]),
        }
    }
}

/// A change of one row.
pub(super) fn one(shape: &Arc<Shape>, values: Vec<Value>) -> Change {
    Change { shape: Arc::clone(shape), values, rows: 1 }
}
