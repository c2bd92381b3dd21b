-- References that members ($1) of partitioned tables ($2) have for themselves, with the names of their columns.
select w.owner,
       k.conname::text,
       pn.nspname::text,
       p.relname::text,
       array(select a.attname::text
             from unnest(k.conkey) with ordinality u (number, place)
             join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.number
             order by u.place),
       array(select a.attname::text
             from unnest(k.confkey) with ordinality u (number, place)
             join pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.number
             order by u.place),
       coalesce((o.row ->> 'conperiod')::bool, false),
       not coalesce((o.row ->> 'conenforced')::bool, true),
       k.condeferrable,
       k.condeferrable and k.confdeltype = 'a'
from unnest($1::oid[], $2::oid[]) w (member, owner)
join pg_constraint k on k.conrelid = w.member
cross join lateral (select to_jsonb(k) as row) o
join pg_class p on p.oid = k.confrelid
join pg_namespace pn on pn.oid = p.relnamespace
where k.contype = 'f' and k.conparentid = 0
order by w.owner, w.member, k.conname
