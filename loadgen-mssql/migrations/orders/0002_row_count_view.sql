-- How many rows there are, for whoever compares this database with a copy: as the catalog counts them, so that no table is read: it
-- is exact once writes have settled, and approximate while they go on.

create view dbo.vw_TableRowCounts as
select db_name() as TenantId,
       s.name as SchemaName,
       t.name as TableName,
       sum(p.rows) as [RowCount],
       sysutcdatetime() as SnapshotTime
from sys.tables t
join sys.schemas s on s.schema_id = t.schema_id
join sys.partitions p on p.object_id = t.object_id and p.index_id in (0, 1)
where t.is_ms_shipped = 0
group by s.name, t.name;
