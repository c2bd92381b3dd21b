-- How many rows there are, for whoever compares this database with a copy. A subquery finds the name of each table as it is
-- called by then.

create view vw_table_row_counts as
select current_database()::text as tenant_id,
       n.nspname::text as schema_name,
       c.relname::text as table_name,
       counted.row_count,
       statement_timestamp() as snapshot_time
from (
    select 'customers'::regclass as table_id, count(*) as row_count from customers
    union all
    select 'orders'::regclass, count(*) from orders
    union all
    select 'order_items'::regclass, count(*) from order_items
) counted
join pg_catalog.pg_class c on c.oid = counted.table_id
join pg_catalog.pg_namespace n on n.oid = c.relnamespace;
