-- How rows get into a table (schema $1, name $2): whether it has rules for INSERT; whether rows that are taken may be left
-- out by ON CONFLICT; whether this user may make temporary tables; and its unique and exclusion constraints that are looked
-- at when a transaction ends, for SQL.
select exists (select from pg_rewrite r where r.ev_class = c.oid and r.ev_type = '3' and r.ev_enabled in ('O', 'A')) as has_rules,
       not exists (select from pg_rewrite r where r.ev_class = c.oid and r.ev_type in ('2', '3'))
           and not exists (select from pg_partition_tree(c.oid) t
                           join pg_index i on i.indrelid = t.relid
                           where not i.indimmediate)
           and not exists (select from pg_index i where i.indrelid = c.oid and not i.indimmediate) as has_choice,
       has_database_privilege(current_database(), 'temp') as has_temporary,
       (select string_agg(quote_ident(n.nspname) || '.' || quote_ident(k.conname), ', ' order by k.conname)
        from pg_constraint k
        where k.conrelid = c.oid and k.contype in ('p', 'u', 'x') and k.condeferrable) as late
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where n.nspname = $1 and c.relname = $2
