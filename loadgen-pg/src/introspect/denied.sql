-- Columns of the tables ($1) that this user may not write or read although it may others of the table.
select a.attrelid, a.attname::text, f.no_insert, f.no_update, f.no_select
from unnest($1::oid[]) t (oid)
cross join lateral (
    select not has_table_privilege(t.oid, 'insert') and has_any_column_privilege(t.oid, 'insert') as some_insert,
           not has_table_privilege(t.oid, 'update') and has_any_column_privilege(t.oid, 'update') as some_update,
           not has_table_privilege(t.oid, 'select') and has_any_column_privilege(t.oid, 'select') as some_select
) s
join pg_attribute a on (s.some_insert or s.some_update or s.some_select)
                    and a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
cross join lateral (
    select s.some_insert and not has_column_privilege(t.oid, a.attnum, 'insert') as no_insert,
           s.some_update and not has_column_privilege(t.oid, a.attnum, 'update') as no_update,
           s.some_select and not has_column_privilege(t.oid, a.attnum, 'select') as no_select
) f
where f.no_insert or f.no_update or f.no_select
order by a.attrelid, a.attnum
