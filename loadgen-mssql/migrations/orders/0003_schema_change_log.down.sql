if serverproperty(N'BabelfishVersion') is null
    and exists (select 1 from sys.triggers where parent_class = 0 and name = N'loadgen_schema_change')
    exec sp_executesql N'drop trigger loadgen_schema_change on database';
GO

drop table if exists dbo.SchemaChangeLog;
