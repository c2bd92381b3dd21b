-- The columns of the unique indexes of the tables in the schemas ($1): the primary key first, then constraints.
select cast(t.object_id as int),
       cast(i.index_id as int),
       cast(i.name as nvarchar(128)),
       cast(c.column_id as int),
       cast(i.is_primary_key as bit),
       cast({condition} as nvarchar(max)),
       cast(i.ignore_dup_key as bit)
from sys.tables t
join sys.indexes i on i.object_id = t.object_id
join sys.index_columns c on c.object_id = i.object_id and c.index_id = i.index_id
where charindex(concat(N',', t.schema_id, N','), @P1) > 0
  and (i.is_unique = 1 or i.is_primary_key = 1) and i.is_disabled = 0 and c.key_ordinal > 0
order by t.object_id, i.is_primary_key desc, i.is_unique_constraint desc, i.name, c.key_ordinal
