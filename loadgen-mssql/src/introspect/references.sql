-- The references of the tables in the schemas ($1), a row for each of their columns.
select cast(k.parent_object_id as int),
       cast(k.object_id as int),
       cast(k.name as nvarchar(128)),
       cast(s.name as nvarchar(128)),
       cast(p.name as nvarchar(128)),
       cast(c.parent_column_id as int),
       cast(r.name as nvarchar(128)),
       cast(k.is_disabled as bit),
       cast(k.delete_referential_action as int),
       cast(k.update_referential_action as int)
from sys.foreign_keys k
join sys.tables t on t.object_id = k.parent_object_id
join sys.foreign_key_columns c on c.constraint_object_id = k.object_id
join sys.objects p on p.object_id = k.referenced_object_id
join sys.schemas s on s.schema_id = p.schema_id
join sys.columns r on r.object_id = c.referenced_object_id and r.column_id = c.referenced_column_id
where charindex(concat(N',', t.schema_id, N','), @P1) > 0
order by k.parent_object_id, k.name, c.constraint_column_id
