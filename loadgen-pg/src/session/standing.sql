-- What this server is, which one it is, and what it does to keep a commit.
select 'database', current_database()::text
union all
select 'database oid', oid::text from pg_database where datname = current_database()
union all
select 'system identifier', system_identifier::text from pg_control_system()
union all
select name, setting
from pg_settings
where name in ('default_transaction_isolation', 'fsync', 'full_page_writes', 'server_version', 'synchronous_commit',
               'synchronous_standby_names', 'wal_level')
order by 1
