-- A log of what is done to tables, kept by a trigger of the database, with the rights of whoever takes this step: others who change
-- tables need none on the log. Where there are no such triggers the table is made and stays empty.

if serverproperty(N'BabelfishVersion') is null
    and coalesce(has_perms_by_name(quotename(db_name()), N'DATABASE', N'ALTER ANY DATABASE DDL TRIGGER'), 0) = 0
    throw 50000, N'changes of tables are not logged: grant ALTER ANY DATABASE DDL TRIGGER to this user, or have an administrator run the migrations', 1;

create table dbo.SchemaChangeLog (
    ChangeId   int identity(1, 1) not null constraint PK_SchemaChangeLog primary key,
    EventTime  datetime2 not null constraint DF_SchemaChangeLog_EventTime default sysutcdatetime(),
    EventType  nvarchar(100) not null,
    ObjectName nvarchar(257) not null,
    SqlCommand nvarchar(max) null
);
GO

-- XML is read with these settings only, whatever those of the session that changes a table. No change is refused because it cannot be
-- logged: not where the log is gone or closed, and not where the event says nothing.
if serverproperty(N'BabelfishVersion') is null
    and coalesce(has_perms_by_name(N'dbo.SchemaChangeLog', N'OBJECT', N'INSERT'), 0) = 0
    throw 50000, N'changes of tables are not logged: grant INSERT on schema dbo to this user, or have an administrator run the migrations', 1;

if serverproperty(N'BabelfishVersion') is null
    exec sp_executesql N'
create trigger loadgen_schema_change on database
with execute as self
for create_table, alter_table, drop_table
as
begin
    set nocount, ansi_padding, ansi_warnings, arithabort, concat_null_yields_null on;
    set numeric_roundabort off;
    declare @event xml = eventdata();
    if @event is null or coalesce(has_perms_by_name(N''dbo.SchemaChangeLog'', N''OBJECT'', N''INSERT''), 0) = 0 return;
    insert into dbo.SchemaChangeLog (EventType, ObjectName, SqlCommand)
    values (
        @event.value(''(/EVENT_INSTANCE/EventType)[1]'', ''nvarchar(100)''),
        concat(
            @event.value(''(/EVENT_INSTANCE/SchemaName)[1]'', ''nvarchar(128)''), N''.'',
            @event.value(''(/EVENT_INSTANCE/ObjectName)[1]'', ''nvarchar(128)'')
        ),
        @event.value(''(/EVENT_INSTANCE/TSQLCommand/CommandText)[1]'', ''nvarchar(max)'')
    );
end';
