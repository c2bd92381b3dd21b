drop event trigger if exists loadgen_schema_change;
drop event trigger if exists loadgen_schema_drop;
drop function if exists loadgen_log_schema_change();
drop table if exists schema_change_log;
