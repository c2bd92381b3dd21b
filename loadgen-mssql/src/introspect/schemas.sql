-- The schemas that are not the server's own, which of them is this user's default, and how many tables each has.
select cast(s.name as nvarchar(128)),
       cast(s.schema_id as int),
       cast(case when s.name = schema_name() then 1 else 0 end as bit),
       cast((select count(*) from sys.tables t where t.schema_id = s.schema_id and t.is_ms_shipped = 0) as int)
from sys.schemas s
where s.name not in (N'sys', N'INFORMATION_SCHEMA', N'information_schema_tsql', N'guest', N'cdc', N'db_owner',
                     N'db_accessadmin', N'db_securityadmin', N'db_ddladmin', N'db_backupoperator', N'db_datareader',
                     N'db_datawriter', N'db_denydatareader', N'db_denydatawriter')
order by s.name
