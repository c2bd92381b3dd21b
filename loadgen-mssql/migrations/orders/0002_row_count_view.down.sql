drop view if exists dbo.vw_TableRowCounts;
