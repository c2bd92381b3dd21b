-- Row security of those of the tables ($1) where it applies to this user: by command (r, a, w, d), what a row has to
-- meet, without a condition where nothing is allowed. An update has two lines: one about the row as it was, and one
-- about the row that it makes.
select t.oid,
       command,
       case when count(*) filter (where p.polpermissive) > 0 then
           concat_ws(' AND ',
               '(' || string_agg(p.condition, ' OR ' order by p.polname) filter (where p.polpermissive) || ')',
               string_agg(p.condition, ' AND ' order by p.polname) filter (where not p.polpermissive))
       end,
       array(select distinct a.attname::text
             from pg_policy y
             join pg_depend d on d.classid = 'pg_policy'::regclass and d.objid = y.oid
                              and d.refclassid = 'pg_class'::regclass and d.refobjid = t.oid and d.refobjsubid > 0
             join pg_attribute a on a.attrelid = t.oid and a.attnum = d.refobjsubid
             where y.polrelid = t.oid and y.polcmd::text in ('*', command))
from unnest($1::oid[]) t (oid)
cross join (values ('r', false), ('a', true), ('w', false), ('w', true), ('d', false)) c (command, is_made)
left join lateral (
    select y.polname, y.polpermissive,
           '(' || coalesce(pg_get_expr(case when is_made then coalesce(y.polwithcheck, y.polqual) else y.polqual end, y.polrelid), 'true') || ')' as condition
    from pg_policy y
    where y.polrelid = t.oid and y.polcmd::text in ('*', command)
      and (y.polroles = '{0}' or exists (select from unnest(y.polroles) member where pg_has_role(member, 'usage')))
) p on true
where row_security_active(t.oid)
group by t.oid, command, is_made
order by t.oid, command, is_made
