-- What may not be done to the tables (schemas $1, names $2), for those where that is anything.
-- A change finds its row by key and reads what it returns, so it needs SELECT as well.
select r.place, r.words
from (
    select w.place,
           case when c.oid is null then 'the table does not exist'
           when not has_schema_privilege(n.oid, 'usage') then 'usage of the schema'
           else concat_ws(', ',
               case when not has_table_privilege(c.oid, 'select') then 'select' end,
               case when not has_table_privilege(c.oid, 'insert') then 'insert' end,
               case when not has_table_privilege(c.oid, 'update') then 'update' end,
               case when not has_table_privilege(c.oid, 'delete') then 'delete' end)
           end as words
    from unnest($1::text[], $2::text[]) with ordinality w (schema, name, place)
    left join pg_namespace n on n.nspname = w.schema
    left join pg_class c on c.relnamespace = n.oid and c.relname = w.name and c.relkind in ('r', 'p')
) r
where r.words <> ''
order by r.place
