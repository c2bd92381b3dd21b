-- A number that becomes another one with whatever introspection reads of the schemas ($1; none: those on the search path)
-- and with what their tables allow: the sum of hashes of the rows of the catalog, each with the transaction that wrote it.
with wanted as materialized (
    select oid, xmin from pg_namespace
    where nspname = any (case when cardinality($1::text[]) > 0 then $1::text[] else current_schemas(false)::text[] end)
), tables as materialized (
    select c.oid, c.xmin from pg_class c
    where c.relnamespace in (select oid from wanted)
      and c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relpersistence <> 't'
), parts (catalog, one, other, written) as (
    select 1, oid, 0, xmin from wanted
    union all
    select 2, oid, 0, xmin from tables
    union all
    select 3, a.attrelid, a.attnum, a.xmin from pg_attribute a join tables t on t.oid = a.attrelid
    union all
    select 4, d.oid, 0, d.xmin from pg_attrdef d join tables t on t.oid = d.adrelid
    union all
    select 5, c.oid, 0, c.xmin from pg_constraint c where c.conrelid in (select oid from tables) or c.contypid <> 0
    union all
    select 6, i.indexrelid, 0, i.xmin from pg_index i join tables t on t.oid = i.indrelid
    union all
    select 7, g.oid, 0, g.xmin from pg_trigger g join tables t on t.oid = g.tgrelid
    union all
    select 8, p.oid, 0, p.xmin from pg_policy p join tables t on t.oid = p.polrelid
    union all
    select 9, h.inhrelid, h.inhseqno, h.xmin from pg_inherits h join tables t on t.oid = h.inhparent
    union all
    select 10, r.oid, 0, r.xmin from pg_rewrite r join tables t on t.oid = r.ev_class
    union all
    select 11, e.oid, 0, e.xmin from pg_enum e
    union all
    select 12, y.oid, 0, y.xmin from pg_type y where y.typtype in ('d', 'r')
    union all
    select 13, p.oid, 0, p.xmin from pg_proc p
    where p.oid in (select g.tgfoid from pg_trigger g join tables t on t.oid = g.tgrelid)
    union all
    select 14, a.attrelid, a.attnum, a.xmin from pg_attribute a join pg_class c on c.oid = a.attrelid where c.relkind = 'c'
)
select (coalesce(sum(hashint8extended((one::int8 << 32) | (catalog << 24) | (other & 65535), written::text::int8)), 0)
           % 9223372036854775807::numeric)::int8
from parts
