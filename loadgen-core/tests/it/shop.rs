//! A small schema with what makes schemas difficult: references, composite keys, a junction, a tree.

use loadgen_core::{Type, memory::Memory, memory::table};

pub(crate) fn text(max: u32) -> Type {
    Type::Text { max: Some(max), fixed: false }
}

pub(crate) fn shop() -> Memory {
    let customers = table("customers").serial("id").column("email", text(60)).nullable("name", text(40));
    let orders = table("orders")
        .serial("id")
        .column("customer_id", Type::Int(64))
        .column("status", text(12))
        .column("total", Type::Decimal { precision: 12, scale: 2 });
    let items = table("order_items")
        .column("order_id", Type::Int(64))
        .column("line", Type::Int(32))
        .column("quantity", Type::Int(32));
    let tags =
        table("tags").column("id", Type::Uuid).column("label", text(20)).nullable("parent", Type::Uuid);
    let tagged = table("order_tags").column("order_id", Type::Int(64)).column("tag_id", Type::Uuid);
    Memory::new([
        customers.primary_key(["id"]).unique(["email"]),
        orders.primary_key(["id"]).references(["customer_id"], "customers", ["id"]),
        items.primary_key(["order_id", "line"]).references(["order_id"], "orders", ["id"]),
        tags.primary_key(["id"]).references(["parent"], "tags", ["id"]),
        tagged.primary_key(["order_id", "tag_id"]).references(["order_id"], "orders", ["id"]).references(
            ["tag_id"],
            "tags",
            ["id"],
        ),
    ])
}
