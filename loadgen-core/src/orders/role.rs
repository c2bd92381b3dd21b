//! The tables and columns that the workload knows, and what each has to be able to hold.

use crate::{Column, Fill, Type};

/// What a column is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// The key, which the database gives.
    Key,
    /// The key of another table.
    Reference,
    /// Texts of so many characters.
    Text(u32),
    /// A moment.
    Moment,
    /// An amount of money.
    Money,
    /// A number of pieces.
    Pieces,
}

/// A table, with its columns in an order of our own.
#[derive(Debug)]
pub(super) struct Role {
    pub(super) name: &'static str,
    pub(super) columns: &'static [(&'static str, Need)],
}

/// The tables.
pub(super) const ROLES: [&Role; 3] = [&CUSTOMERS, &ORDERS, &ITEMS];

/// Places of tables among [`ROLES`].
pub(super) const CUSTOMER: usize = 0;
pub(super) const ORDER: usize = 1;
pub(super) const ITEM: usize = 2;

const CUSTOMERS: Role = Role {
    name: "Customers",
    columns: &[
        ("CustomerId", Need::Key),
        ("FirstName", Need::Text(20)),
        ("LastName", Need::Text(20)),
        ("Email", Need::Text(80)),
        ("CreatedAt", Need::Moment),
        ("ModifiedAt", Need::Moment),
    ],
};

const ORDERS: Role = Role {
    name: "Orders",
    columns: &[
        ("OrderId", Need::Key),
        ("CustomerId", Need::Reference),
        ("OrderDate", Need::Moment),
        ("TotalAmount", Need::Money),
        ("Status", Need::Text(10)),
    ],
};

const ITEMS: Role = Role {
    name: "OrderItems",
    columns: &[
        ("OrderItemId", Need::Key),
        ("OrderId", Need::Reference),
        ("ProductName", Need::Text(40)),
        ("Quantity", Need::Pieces),
        ("UnitPrice", Need::Money),
    ],
};

/// Places of columns in their tables' roles; that of the key is 0 in each.
pub(super) const KEY: usize = 0;
pub(super) const FIRST_NAME: usize = 1;
pub(super) const LAST_NAME: usize = 2;
pub(super) const EMAIL: usize = 3;
pub(super) const CREATED_AT: usize = 4;
pub(super) const MODIFIED_AT: usize = 5;
pub(super) const CUSTOMER_ID: usize = 1;
pub(super) const ORDER_DATE: usize = 2;
pub(super) const TOTAL_AMOUNT: usize = 3;
pub(super) const STATUS: usize = 4;
pub(super) const ORDER_ID: usize = 1;
pub(super) const PRODUCT_NAME: usize = 2;
pub(super) const QUANTITY: usize = 3;
pub(super) const UNIT_PRICE: usize = 4;

impl Need {
    /// What keeps a column from holding what it has to, if anything does.
    pub(super) fn obstacle(self, column: &Column) -> Option<String> {
        let words = || column.native.words();
        let is_generated = column.fill == Fill::Generated;
        match (self, &column.ty) {
            (Need::Key, _) if column.fill == Fill::None => {
                Some("has to be numbered by the database, as an identity column is".to_owned())
            }
            (Need::Key, _) => None,
            _ if is_generated => Some("is computed by the database and cannot be written".to_owned()),
            (Need::Reference, _) | (Need::Moment, Type::Timestamp { .. }) | (Need::Pieces, Type::Int(_)) => {
                None
            }
            (Need::Text(least), Type::Text { max, .. }) if max.is_none_or(|max| max >= least) => None,
            (Need::Money, Type::Decimal { precision, scale }) if *scale >= 2 && *precision >= 9 => None,
            (Need::Text(least), _) => {
                Some(format!("is {} and has to hold texts of {least} characters", words()))
            }
            (Need::Moment, _) => Some(format!("is {} and has to be a date with a time", words())),
            (Need::Money, _) => {
                Some(format!("is {} and has to be an exact decimal of at least (9, 2)", words()))
            }
            (Need::Pieces, _) => Some(format!("is {} and has to be a whole number", words())),
        }
    }
}
