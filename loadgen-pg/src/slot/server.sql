-- What a slot of this name ($1) would need: the level of the log, whether this user may replicate, whether slot or publication
-- are there already, slots that are free, whether this user may make publications, and the server's version.
select current_setting('wal_level') as wal_level,
       exists (select from pg_roles r
               where r.rolname = current_user and (r.rolreplication or r.rolsuper)
                  or r.rolname = 'rds_replication' and pg_has_role(current_user, r.oid, 'member')) as may_replicate,
       exists (select from pg_replication_slots where slot_name = $1) as has_slot,
       exists (select from pg_publication where pubname = $1) as has_publication,
       current_setting('max_replication_slots')::bigint - (select count(*) from pg_replication_slots) as free,
       has_database_privilege(current_database(), 'create') as may_create,
       current_user::text as role,
       current_setting('server_version_num')::int4 as version
