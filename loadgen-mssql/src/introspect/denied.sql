-- Columns of the tables in the schemas ($1) that this user may not write or read although it may others of the table, and
-- those of which it sees a mask.
select cast(r.object_id as int), cast(r.column_id as int), cast(1 - r.may_update as bit), cast(1 - r.may_select as bit)
from (
    select c.object_id,
           c.column_id,
           has_perms_by_name(quotename(s.name) + N'.' + quotename(t.name), N'OBJECT', N'UPDATE', c.name, N'COLUMN') as may_update,
           -- Since 2022 the right may be given for a table or a column alone.
           case when c.is_masked = 1 and coalesce(has_perms_by_name(quotename(db_name()), N'DATABASE', N'UNMASK'), 0) = 0
                     and coalesce(has_perms_by_name(quotename(s.name) + N'.' + quotename(t.name), N'OBJECT', N'UNMASK', c.name, N'COLUMN'), 0) = 0
                then 0
                else has_perms_by_name(quotename(s.name) + N'.' + quotename(t.name), N'OBJECT', N'SELECT', c.name, N'COLUMN')
                end as may_select
    from sys.tables t
    join sys.schemas s on s.schema_id = t.schema_id
    join sys.columns c on c.object_id = t.object_id
    where charindex(concat(N',', t.schema_id, N','), @P1) > 0
      and (c.is_masked = 1
           or t.object_id in (select p.major_id from sys.database_permissions p where p.class = 1 and p.minor_id > 0))
) r
where r.may_update = 0 or r.may_select = 0
order by r.object_id, r.column_id
