-- Whether there is a column of the tables in the schemas ($1) that not everybody may write or read who may others of the table. What
-- each of them comes to is a long question, and seldom one that has to be asked.
select cast(count(*) as int)
from sys.tables t
join sys.columns c on c.object_id = t.object_id
where charindex(concat(N',', t.schema_id, N','), @P1) > 0
  and (c.is_masked = 1
       or t.object_id in (select p.major_id from sys.database_permissions p where p.class = 1 and p.minor_id > 0))
