-- What is no table of its own in the schemas ($1; none: those on the search path), with what it is.
select n.nspname::text,
       c.relname::text,
       case when c.relispartition then 'partition'
            when c.relkind = 'v' then 'view'
            when c.relkind = 'm' then 'materialized view'
            when c.relkind = 'f' then 'foreign table'
            when c.relpersistence = 't' then 'temporary table'
            else 'table of an extension' end,
       case when c.relispartition then
           (select p.parent::text from (select pg_partition_root(c.oid)) p (parent)) end
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm', 'f')
  and n.nspname = any (case when cardinality($1::text[]) > 0 then $1::text[] else current_schemas(false)::text[] end)
  and (c.relkind not in ('r', 'p') or c.relispartition or c.relpersistence = 't'
       or exists (select from pg_depend x
                  where x.classid = 'pg_class'::regclass and x.objid = c.oid and x.deptype = 'e'))
order by n.nspname, c.relname
