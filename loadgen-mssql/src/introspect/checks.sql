-- CHECK constraints of the tables in the schemas ($1), and rules that are bound to their columns or to types.
select cast(k.parent_object_id as int),
       cast(k.name as nvarchar(128)),
       cast({definition} as nvarchar(max)),
       cast(k.is_disabled as bit),
       cast(k.parent_column_id as int),
       cast(0 as bit),
       cast({words} as nvarchar(max)),
       cast(k.is_not_trusted as bit)
from sys.check_constraints k
join sys.tables t on t.object_id = k.parent_object_id
where charindex(concat(N',', t.schema_id, N','), @P1) > 0
union all
select cast(c.object_id as int),
       cast(concat(N'rule ', object_name(c.rule_object_id), N' on ', c.name) as nvarchar(300)),
       cast(object_definition(c.rule_object_id) as nvarchar(max)),
       cast(0 as bit),
       cast(c.column_id as int),
       cast(1 as bit),
       cast(null as nvarchar(max)),
       cast(1 as bit)
from sys.columns c
join sys.tables t on t.object_id = c.object_id
where charindex(concat(N',', t.schema_id, N','), @P1) > 0 and c.rule_object_id <> 0
order by 1, 2
