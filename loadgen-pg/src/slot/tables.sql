-- What each table (schemas $1, names $2) is to a publication, a row for each of its leaves: its place among those asked for
-- (from 1), the leaf, whether it is written to the log, whether this user owns the table, and the columns that tell its rows
-- apart in the log (none: updates cannot be published).
select w.place, leaf.oid::regclass::text as leaf,
       leaf.relpersistence = 'p' and leaf.relkind = 'r' as is_logged,
       pg_has_role(c.relowner, 'usage') as is_owned,
       array(select a.attname::text
             from pg_attribute a
             where a.attrelid = leaf.oid and a.attnum > 0 and not a.attisdropped
               and (leaf.relreplident = 'f'
                    or exists (select from pg_index i
                               where i.indrelid = leaf.oid and i.indimmediate and a.attnum = any (i.indkey)
                                 and (leaf.relreplident = 'd' and i.indisprimary
                                      or leaf.relreplident = 'i' and i.indisreplident)))) as identity
from unnest($1::text[], $2::text[]) with ordinality as w (schema, name, place)
join pg_namespace n on n.nspname = w.schema
join pg_class c on c.relnamespace = n.oid and c.relname = w.name
cross join lateral (select c.oid where c.relkind <> 'p'
                    union all
                    select t.relid from pg_partition_tree(c.oid) t where c.relkind = 'p' and t.isleaf) as tree (oid)
join pg_class leaf on leaf.oid = tree.oid
order by w.place
