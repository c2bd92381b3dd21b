-- What answers. Servers that speak like SQL Server say here what they are.
select cast(serverproperty('BabelfishVersion') as nvarchar(128)) as babelfish,
       cast(serverproperty('ProductVersion') as nvarchar(128)) as version,
       cast(serverproperty('Edition') as nvarchar(128)) as edition,
       cast(serverproperty('EngineEdition') as int) as engine
