-- The columns of the tables in the schemas ($1, their numbers between commas). A type goes by its name, and one that was made of
-- another by that one's.
select cast(c.object_id as int),
       cast(c.column_id as int),
       cast(c.name as nvarchar(128)),
       cast(case when y.is_user_defined = 1 and y.is_assembly_type = 1 then N'clr'
                 when y.name = N'sysname' then N'nvarchar'
                 when y.is_user_defined = 1 then b.name
                 else y.name end as nvarchar(128)),
       cast(case when y.is_user_defined = 1 then schema_name(y.schema_id) + N'.' + y.name
                 when y.name = N'sysname' then N'sysname' end as nvarchar(300)),
       cast(c.max_length as int),
       cast(c.precision as int),
       cast(c.scale as int),
       cast(c.collation_name as nvarchar(128)),
       cast(c.is_nullable as bit),
       cast(c.is_identity as bit),
       cast(case when c.is_identity = 1 then ident_seed(n.name) end as nvarchar(60)),
       cast(case when c.is_identity = 1 then ident_incr(n.name) end as nvarchar(60)),
       cast(case when c.is_identity = 1 then ident_current(n.name) end as nvarchar(60)),
       cast(c.is_computed as bit),
       cast(p.definition as nvarchar(max)),
       cast(case when c.generated_always_type <> 0 or c.is_column_set = 1 then 1 else 0 end as bit),
       cast(case when c.default_object_id <> 0 then 1 else 0 end as bit),
       cast(case when c.default_object_id <> 0 then object_definition(c.default_object_id) end as nvarchar(max)),
       cast(case when c.encryption_type is not null then 1 else 0 end as bit),
       cast(case when c.collation_name <> cast(databasepropertyex(db_name(), N'Collation') as nvarchar(128))
                 then c.collation_name end as nvarchar(128))
from sys.tables t
join sys.columns c on c.object_id = t.object_id
join sys.types y on y.user_type_id = c.user_type_id
left join sys.types b on b.user_type_id = y.system_type_id
cross apply (select quotename(schema_name(t.schema_id)) + N'.' + quotename(t.name) as name) n
left join sys.computed_columns p on p.object_id = c.object_id and p.column_id = c.column_id
where charindex(concat(N',', t.schema_id, N','), @P1) > 0
  -- What makes a node of a row is the server's own.
  and c.name not like N'graph[_]id[_]%' and c.name not like N'$node[_]id[_]%'
order by c.object_id, c.column_id
