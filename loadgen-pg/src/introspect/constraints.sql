-- Keys, references and checks of the tables ($1), references before keys. Constraints with a parent are copies that
-- partitions carry.
select k.conrelid,
       k.contype::text,
       k.conname::text,
       k.conkey,
       pn.nspname::text,
       p.relname::text,
       case when k.contype = 'f' then
           (select array_agg(a.attname::text order by u.place)
            from unnest(k.confkey) with ordinality u (number, place)
            join pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.number)
       end,
       case when k.contype = 'c' then pg_get_expr(k.conbin, k.conrelid)
            when k.contype in ('x', 'f') then pg_get_constraintdef(k.oid) end,
       k.confmatchtype = 'f',
       array(select o.oprname::text
             from unnest(k.conexclop) with ordinality u (operator, place)
             join pg_operator o on o.oid = u.operator
             order by u.place),
       -- WITHOUT OVERLAPS or PERIOD in its last column, and NOT ENFORCED: from version 18 on.
       coalesce((o.row ->> 'conperiod')::bool, false),
       not coalesce((o.row ->> 'conenforced')::bool, true),
       k.condeferrable,
       k.condeferrable and k.confdeltype = 'a'
from pg_constraint k
cross join lateral (select to_jsonb(k) as row) o
left join pg_class p on p.oid = k.confrelid
left join pg_namespace pn on pn.oid = p.relnamespace
where k.conrelid = any ($1) and (k.contype in ('p', 'f', 'c', 'x')
       or k.contype = 'u' and (o.row ->> 'conperiod')::bool) and k.conparentid = 0
order by k.conrelid, k.contype, k.conname
