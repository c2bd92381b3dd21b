-- Which of four things this user may not do to tables (their places and quoted names in `wanted`): select, insert, update, delete. A
-- right to some columns is one to the table. NULL in front where there is no table of that name, as far as this user can see.
select object_id(w.name, N'U') as id,
       case when has_perms_by_name(w.name, 'OBJECT', 'SELECT') = 1
              or exists (select 1 from sys.columns as c where c.object_id = object_id(w.name, N'U')
                         and has_perms_by_name(w.name, 'OBJECT', 'SELECT', c.name, 'COLUMN') = 1)
            then 1 else 0 end as may_select,
       coalesce(has_perms_by_name(w.name, 'OBJECT', 'INSERT'), 0) as may_insert,
       case when has_perms_by_name(w.name, 'OBJECT', 'UPDATE') = 1
              or exists (select 1 from sys.columns as c where c.object_id = object_id(w.name, N'U')
                         and has_perms_by_name(w.name, 'OBJECT', 'UPDATE', c.name, 'COLUMN') = 1)
            then 1 else 0 end as may_update,
       coalesce(has_perms_by_name(w.name, 'OBJECT', 'DELETE'), 0) as may_delete
from (values {wanted}) as w (place, name)
order by w.place
