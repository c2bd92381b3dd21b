drop view if exists vw_table_row_counts;
