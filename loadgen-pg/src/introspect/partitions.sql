-- The trees of partitioned tables ($1), parents before their children.
select r.oid,
       t.relid::oid,
       t.parentrelid::oid,
       t.isleaf,
       pg_get_expr(c.relpartbound, c.oid),
       pg_get_partition_constraintdef(t.relid),
       coalesce(p.partstrat = 'h', false),
       array(select a.attname::text
             from pg_attribute a
             where a.attrelid = t.relid and a.attnum > 0
               and (a.attnum = any (p.partattrs::int2[])
                    -- Columns of expressions: they are a part of the table that cannot be dropped.
                    or p.partexprs is not null
                       and exists (select from pg_depend d
                                   where d.classid = 'pg_class'::regclass and d.objid = t.relid
                                     and d.objsubid = a.attnum and d.refclassid = 'pg_class'::regclass
                                     and d.refobjid = t.relid and d.refobjsubid = 0 and d.deptype = 'i')))
from unnest($1::oid[]) r (oid)
cross join lateral pg_partition_tree(r.oid::regclass) t
join pg_class c on c.oid = t.relid
left join pg_partitioned_table p on p.partrelid = t.relid
order by r.oid, t.level, c.relname
