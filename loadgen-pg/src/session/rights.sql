-- What may not be done to the tables (schemas $1, names $2) of what is wanted (select $3, insert $4, update $5,
-- delete $6), for those where that is anything. The words follow a "no"; where there is no table, there are none. A
-- default that takes its number from a sequence needs the right to use or to update it; an identity column does not.
with sequences as materialized (
    select f.adrelid, 'usage of the sequence ' || string_agg(s.oid::regclass::text, ', ' order by s.oid) as words
    from pg_depend d
    join pg_attrdef f on f.oid = d.objid
    join pg_class s on s.oid = d.refobjid
    where d.classid = 'pg_attrdef'::regclass and d.refclassid = 'pg_class'::regclass
      and case when s.relkind = 'S' then not has_sequence_privilege(s.oid, 'usage, update') end
    group by f.adrelid
)
select r.place, r.words
from (
    select w.place,
           case when c.oid is null then null
           when not has_schema_privilege(n.oid, 'usage') then 'usage of the schema'
           else concat_ws(', ',
               case when w.wants_select and not has_any_column_privilege(c.oid, 'select') then 'select' end,
               case when w.wants_insert and not has_any_column_privilege(c.oid, 'insert') then 'insert' end,
               case when w.wants_update and not has_any_column_privilege(c.oid, 'update') then 'update' end,
               case when w.wants_delete and not has_table_privilege(c.oid, 'delete') then 'delete' end,
               case when w.wants_insert then q.words end,
               (select string_agg(case p.command when 'w' then 'update' else 'delete' end
                                  || ' (row security has no policy for it)', ', ' order by p.command desc)
                from (values ('w', w.wants_update), ('d', w.wants_delete)) p (command, is_wanted)
                where p.is_wanted and row_security_active(c.oid)
                  and not exists (select from pg_policy y
                                  where y.polrelid = c.oid and y.polpermissive and y.polcmd::text in ('*', p.command)
                                    and (y.polroles = '{0}'
                                         or exists (select from unnest(y.polroles) m where pg_has_role(m, 'usage'))))))
           end as words
    from unnest($1::text[], $2::text[], $3::bool[], $4::bool[], $5::bool[], $6::bool[])
        with ordinality w (schema, name, wants_select, wants_insert, wants_update, wants_delete, place)
    left join pg_namespace n on n.nspname = w.schema
    left join pg_class c on c.relnamespace = n.oid and c.relname = w.name and c.relkind in ('r', 'p')
    left join sequences q on q.adrelid = c.oid
) r
where r.words <> '' or r.words is null
order by r.place
