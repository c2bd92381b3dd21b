//! Tables in a few words.

use crate::{Check, Column, Fill, ForeignKey, NativeType, Table, TableName, Type};

/// An empty table of the schema `public`.
///
/// ```
/// use loadgen_core::{Type, memory::table};
///
/// let orders = table("orders")
///     .serial("id")
///     .column("status", Type::Text { max: Some(10), fixed: false })
///     .column("customer_id", Type::Int(64))
///     .primary_key(["id"])
///     .references(["customer_id"], "customers", ["id"]);
/// assert_eq!(orders.column_index("status"), Some(1));
/// ```
pub fn table(name: &str) -> Table {
    Table::new(TableName::new("public", name))
}

/// Building blocks. Names that are not among the columns are passed over.
impl Table {
    /// Adds a column that is not null.
    #[must_use]
    pub fn column(self, name: &str, ty: Type) -> Self {
        self.with(name, ty, false, Fill::None)
    }

    /// Adds a column that may be null.
    #[must_use]
    pub fn nullable(self, name: &str, ty: Type) -> Self {
        self.with(name, ty, true, Fill::None)
    }

    /// Adds a 64-bit column that the database numbers by itself.
    #[must_use]
    pub fn serial(self, name: &str) -> Self {
        self.with(name, Type::Int(64), false, Fill::Sequence { always: false })
    }

    /// Adds any column.
    #[must_use]
    pub fn with(mut self, name: &str, ty: Type, nullable: bool, fill: Fill) -> Self {
        let native = NativeType::default();
        self.columns.push(Column { name: name.to_owned(), ty, native, nullable, fill });
        self
    }

    /// Takes a column away, with the keys and references that it is part of.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        let Some(gone) = self.column_index(name) else { return self };
        self.columns.remove(gone);
        if gone < self.special.identity.columns.len() {
            self.special.identity.columns.remove(gone);
        }
        let moved = |columns: &mut Vec<usize>| {
            let stays = !columns.contains(&gone);
            columns.iter_mut().filter(|column| **column > gone).for_each(|column| *column -= 1);
            stays
        };
        if !moved(&mut self.primary_key) {
            self.primary_key.clear();
        }
        self.uniques.retain_mut(moved);
        self.foreign_keys.retain_mut(|key| moved(&mut key.columns));
        self.checks.retain_mut(|check| moved(&mut check.columns));
        self
    }

    /// Makes columns the primary key.
    #[must_use]
    pub fn primary_key<const N: usize>(mut self, columns: [&str; N]) -> Self {
        self.primary_key = self.indexes(columns);
        self
    }

    /// Makes columns a unique key.
    #[must_use]
    pub fn unique<const N: usize>(mut self, columns: [&str; N]) -> Self {
        let key = self.indexes(columns);
        self.uniques.push(key);
        self
    }

    /// Makes columns refer to columns of another table of the schema `public`.
    #[must_use]
    pub fn references<const N: usize>(
        mut self,
        columns: [&str; N],
        parent: &str,
        parent_columns: [&str; N],
    ) -> Self {
        let columns = self.indexes(columns);
        self.foreign_keys.push(ForeignKey {
            name: format!("{}_{parent}_fkey", self.name.table),
            columns,
            parent: TableName::new("public", parent),
            parent_columns: parent_columns.map(str::to_owned).to_vec(),
            deferrable: false,
            delete_waits: false,
        });
        self
    }

    /// Adds a condition over the columns, in SQL; one that is not understood is not enforced.
    #[must_use]
    pub fn check(mut self, condition: &str) -> Self {
        let mentioned = |column: &Column| condition.contains(&column.name);
        let columns = (0..self.columns.len()).filter(|index| mentioned(&self.columns[*index])).collect();
        let name = format!("{}_check{}", self.name.table, self.checks.len() + 1);
        self.checks.push(Check::new(name, condition, columns));
        self
    }

    fn indexes<const N: usize>(&self, names: [&str; N]) -> Vec<usize> {
        names.iter().filter_map(|name| self.column_index(name)).collect()
    }
}
