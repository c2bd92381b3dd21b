-- The types of all columns of the tables ($1) and whatever those are made of, one row a type.
-- Multiranges are named through JSON, as servers before 14 have no such column.
with recursive used (id) as (
    select atttypid from pg_attribute where attrelid = any ($1) and attnum > 0 and not attisdropped
    union
    select part.id
    from used
    join pg_type t on t.oid = used.id
    cross join lateral (
        select t.typbasetype
        union all select t.typelem
        union all select a.atttypid from pg_attribute a
                  where t.typrelid <> 0 and a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped
        union all select r.rngsubtype from pg_range r where r.rngtypid = t.oid
        union all select r.rngtypid from pg_range r where (to_jsonb(r) ->> 'rngmultitypid')::oid = t.oid
    ) part (id)
    where part.id <> 0
)
select t.oid,
       t.typname::text,
       t.typtype::text,
       t.typarray,
       case when e.typarray = t.oid then e.oid else 0::oid end,
       t.typbasetype,
       t.typtypmod,
       t.typndims,
       t.typnotnull,
       coalesce((select r.rngsubtype from pg_range r where r.rngtypid = t.oid),
                (select r.rngtypid from pg_range r where (to_jsonb(r) ->> 'rngmultitypid')::oid = t.oid), 0::oid),
       coalesce((select array_agg(l.enumlabel::text order by l.enumsortorder) from pg_enum l where l.enumtypid = t.oid),
                '{}'),
       coalesce(f.types, '{}'),
       coalesce(f.modifiers, '{}'),
       coalesce(f.dimensions, '{}'),
       coalesce(k.names, '{}'),
       coalesce(k.conditions, '{}'),
       -- The operator that finds a value of a type that is not the server's own, wherever the search path leads.
       case when t.typtype = 'b' and t.typnamespace <> 'pg_catalog'::regnamespace then
           (select min(quote_ident(n.nspname) || '.=')
            from pg_operator o
            join pg_namespace n on n.oid = o.oprnamespace
            where o.oprname = '=' and o.oprleft = t.oid and o.oprright = t.oid)
       end
from used
join pg_type t on t.oid = used.id
left join pg_type e on e.oid = t.typelem
left join lateral (
    select array_agg(a.atttypid order by a.attnum) as types,
           array_agg(a.atttypmod order by a.attnum) as modifiers,
           array_agg(a.attndims::int4 order by a.attnum) as dimensions
    from pg_attribute a
    where t.typtype = 'c' and a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped
) f on true
left join lateral (
    select array_agg(c.conname::text order by c.conname) as names,
           array_agg(pg_get_expr(c.conbin, 0) order by c.conname) as conditions
    from pg_constraint c
    where c.contypid = t.oid and c.contype = 'c'
) k on true
