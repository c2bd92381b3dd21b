-- What is no table in the schemas ($1), with what it is.
select cast(s.name as nvarchar(128)),
       cast(o.name as nvarchar(128)),
       cast(case when o.type = 'V' then N'view' else N'synonym' end as nvarchar(20))
from sys.objects o
join sys.schemas s on s.schema_id = o.schema_id
where charindex(concat(N',', o.schema_id, N','), @P1) > 0 and o.type in ('V', 'SN') and o.is_ms_shipped = 0
order by s.name, o.name
