-- Unique indexes: $1 are tables and the leaves of partitioned ones, $2 the table that each of them stands for. Those
-- that rows can be replicated by come first, then constraints. An index of a leaf alone holds for that part of the rows.
-- Columns go by name, as the numbers of a leaf may differ; an entry that is no column is an expression.
select w.owner,
       x.relname::text,
       array(select pg_get_indexdef(i.indexrelid, place, true) from generate_series(1, i.indnkeyatts) place),
       array(select a.attname::text
             from generate_series(1, i.indnkeyatts) place
             left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[place - 1] and a.attnum > 0
             order by place),
       array(select distinct a.attname::text
             from pg_depend d
             join pg_attribute a on a.attrelid = i.indrelid and a.attnum = d.refobjsubid
             where d.classid = 'pg_class'::regclass and d.objid = i.indexrelid
               and d.refclassid = 'pg_class'::regclass and d.refobjid = i.indrelid and d.refobjsubid > 0),
       i.indpred is not null or w.relation <> w.owner,
       -- From version 15 on.
       coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::bool, false),
       case when w.relation = w.owner then pg_get_expr(i.indpred, i.indrelid) end
from unnest($1::oid[], $2::oid[]) w (relation, owner)
join pg_index i on i.indrelid = w.relation
join pg_class x on x.oid = i.indexrelid
left join pg_constraint k on k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x')
where i.indisunique and not i.indisprimary and i.indislive and not x.relispartition
  and k.contype is distinct from 'x'
order by w.owner, w.relation <> w.owner, i.indisreplident desc, k.oid is null, x.relname
