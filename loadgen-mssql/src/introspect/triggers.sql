-- Triggers of the tables in the schemas ($1) that run.
select cast(g.parent_id as int),
       cast(g.name as nvarchar(128)),
       cast(g.is_instead_of_trigger as bit),
       cast(object_definition(g.object_id) as nvarchar(max)),
       cast(case when exists (select 1 from sys.trigger_events e where e.object_id = g.object_id and e.type_desc = 'INSERT')
                 then N' INSERT' else N'' end
            + case when exists (select 1 from sys.trigger_events e where e.object_id = g.object_id and e.type_desc = 'UPDATE')
                   then N' UPDATE' else N'' end
            + case when exists (select 1 from sys.trigger_events e where e.object_id = g.object_id and e.type_desc = 'DELETE')
                   then N' DELETE' else N'' end as nvarchar(40))
from sys.triggers g
join sys.tables t on t.object_id = g.parent_id
where charindex(concat(N',', t.schema_id, N','), @P1) > 0 and g.is_disabled = 0
order by g.parent_id, g.name
