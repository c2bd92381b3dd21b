-- Tables of which a subscription does not say that they are ready, and what those are parts of.
with recursive up (relation) as (
    select srrelid from pg_subscription_rel where srsubstate <> 'r'
    union
    select inhparent from up join pg_inherits on inhrelid = relation
)
select distinct nspname::text, relname::text
from up join pg_class on pg_class.oid = relation join pg_namespace on pg_namespace.oid = relnamespace
where (nspname::text, relname::text) in (select * from unnest($1::text[], $2::text[]))
order by 1, 2
