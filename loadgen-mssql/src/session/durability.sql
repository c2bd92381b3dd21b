-- Whether a commit waits until the log is on the disk.
select d.delayed_durability_desc from sys.databases as d where d.database_id = db_id()
