-- CHECKs that leaves ($1) of partitioned tables ($2) have for themselves, with what brings a row there.
select w.owner,
       k.conname::text,
       pg_get_expr(k.conbin, k.conrelid),
       pg_get_partition_constraintdef(k.conrelid),
       array(select a.attname::text
             from pg_attribute a
             where a.attrelid = k.conrelid and a.attnum = any (k.conkey)
             order by a.attnum),
       not coalesce((to_jsonb(k) ->> 'conenforced')::bool, true)
from unnest($1::oid[], $2::oid[]) w (leaf, owner)
join pg_constraint k on k.conrelid = w.leaf
where k.contype = 'c' and k.coninhcount = 0
order by w.owner, w.leaf, k.conname
