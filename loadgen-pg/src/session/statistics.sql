-- What ANALYZE has found out about columns: of a partitioned table about all partitions, else about the own rows.
select distinct on (s.attname)
    s.attname::text,
    s.null_frac::float8,
    coalesce(s.most_common_vals::text::text[], '{}'),
    coalesce(s.most_common_freqs::float8[], '{}'),
    coalesce(s.histogram_bounds::text::text[], '{}')
from pg_catalog.pg_stats s
where s.schemaname = $1 and s.tablename = $2 and s.attname = any ($3)
order by s.attname, s.inherited
