-- What the server is, which database it is, and what it does to keep a commit.
select 'product' as name, cast(serverproperty('ProductVersion') as nvarchar(400)) as setting
union all select 'edition', cast(serverproperty('Edition') as nvarchar(400))
union all select 'server', cast(serverproperty('ServerName') as nvarchar(400))
-- Stays the same wherever the database goes. Babelfish has none.
union all select 'system identifier', coalesce(cast(d.service_broker_guid as nvarchar(400)), concat(d.name, N' of ', convert(nvarchar(400), d.create_date, 126))) from sys.databases as d where d.database_id = db_id()
union all select 'database', db_name()
union all select 'database id', cast(db_id() as nvarchar(400))
union all select 'database created', convert(nvarchar(400), d.create_date, 126) from sys.databases as d where d.database_id = db_id()
union all select 'recovery model', cast(databasepropertyex(db_name(), 'Recovery') as nvarchar(400))
union all select 'compatibility level', cast(d.compatibility_level as nvarchar(400)) from sys.databases as d where d.database_id = db_id()
union all select 'read committed snapshot', cast(d.is_read_committed_snapshot_on as nvarchar(400)) from sys.databases as d where d.database_id = db_id()
union all select 'snapshot isolation', cast(d.snapshot_isolation_state as nvarchar(400)) from sys.databases as d where d.database_id = db_id()
