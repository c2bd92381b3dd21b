-- Unique indexes of the tables ($1) that no constraint stands for: the key, and all columns that expressions use.
select i.indrelid,
       c.relname::text,
       (i.indkey::int2[])[0:i.indnkeyatts - 1],
       (select array_agg(distinct x.refobjsubid::int2)
        from pg_depend x
        where x.classid = 'pg_class'::regclass and x.objid = i.indexrelid
          and x.refclassid = 'pg_class'::regclass and x.refobjid = i.indrelid and x.refobjsubid > 0)
from pg_index i
join pg_class c on c.oid = i.indexrelid
where i.indrelid = any ($1) and i.indisunique and not i.indisprimary
  and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x'))
order by i.indrelid, c.relname
