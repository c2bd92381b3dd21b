-- The tables in the schemas ($1), with what is out of the ordinary about them. What older servers do not have comes from the row
-- of NULLs in front: a name that is no column of an inner view is looked for outside.
select cast(t.object_id as int),
       cast(s.name as nvarchar(128)),
       cast(t.name as nvarchar(128)),
       cast(case when t.is_external = 1 then N'external table'
                 when t.is_filetable = 1 then N'file table'
                 when t.temporal_type = 1 then N'history table'
                 when (select ledger_type from sys.tables x where x.object_id = t.object_id) = 1 then N'history table'
                 when (select is_edge from sys.tables x where x.object_id = t.object_id) = 1 then N'edge table'
                 end as nvarchar(20)),
       cast(t.is_memory_optimized as bit),
       cast(case when (select ledger_type from sys.tables x where x.object_id = t.object_id) = 3 then 1 else 0 end as bit),
       cast(case when t.temporal_type = 2 then 1 else 0 end as bit)
from (select cast(null as int) as ledger_type, cast(null as int) as is_edge) m
cross join sys.tables t
join sys.schemas s on s.schema_id = t.schema_id
where charindex(concat(N',', t.schema_id, N','), @P1) > 0
  and t.is_ms_shipped = 0 and t.name not like N'MSSQL[_]DroppedLedger%'
order by t.object_id
