-- Every base table in the schemas ($1; none: those on the search path) with its columns, one row a column.
-- Partitions are their parent's business, and tables that belong to an extension are that extension's.
select c.oid,
       n.nspname::text,
       c.relname::text,
       c.relkind = 'p',
       c.relkind = 'r' and exists (select from pg_inherits i where i.inhparent = c.oid),
       a.attnum,
       a.attname::text,
       not a.attnotnull,
       a.attidentity::text,
       a.attgenerated <> '',
       -- A domain may have the default that its columns have not.
       pg_get_expr(f.tree, a.attrelid),
       -- pg_depend does not record built-in functions, the expression's own tree names them all.
       f.tree::text ~ '\{(SQLVALUEFUNCTION|COERCEVIAIO|NEXTVALUEEXPR)'
           or exists (select from regexp_matches(f.tree::text, ':(?:funcid|opfuncid) ([0-9]+)', 'g') m
                      join pg_proc p on p.oid = m[1]::oid where p.provolatile <> 'i'),
       a.atttypid,
       case when bn.nspname = 'pg_catalog' then format_type(t.oid, -1)
            else quote_ident(bn.nspname) || '.' || quote_ident(b.typname)
                 || case when e.oid is null then '' else '[]' end end,
       a.atttypmod,
       a.attndims::int4,
       c.relkind = 'r' and exists (select from pg_am m where m.oid = c.relam and m.amname = 'heap'),
       format_type(a.atttypid, a.atttypmod),
       -- What is left of the sequence behind the column, within the column's type.
       case when a.attidentity <> '' or pg_get_expr(d.adbin, d.adrelid) like 'nextval(%' then (
           select case when q.seqincrement > 0
                       then (least(q.seqmax, w.most) - l.last::numeric) / q.seqincrement
                       else (l.last::numeric - greatest(q.seqmin, -1 - w.most)) / -q.seqincrement end
           from pg_sequence q,
                lateral (select case a.atttypid when 'int2'::regtype then 32767 when 'int4'::regtype then 2147483647
                                else 9223372036854775807 end::int8) w (most),
                lateral (select coalesce(case when has_sequence_privilege(q.seqrelid, 'usage, select')
                                              then pg_sequence_last_value(q.seqrelid) end,
                                         q.seqstart::numeric - q.seqincrement)) l (last)
           where not q.seqcycle and q.seqrelid = coalesce(
               (select p.objid from pg_depend p
                where p.refclassid = 'pg_class'::regclass and p.refobjid = c.oid and p.refobjsubid = a.attnum
                  and p.classid = 'pg_class'::regclass and p.deptype = 'i'),
               (select p.refobjid from pg_depend p join pg_sequence s on s.seqrelid = p.refobjid
                where p.classid = 'pg_attrdef'::regclass and p.objid = d.oid
                  and p.refclassid = 'pg_class'::regclass limit 1))
       ) end::text
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
left join pg_type t on t.oid = a.atttypid
left join lateral (select coalesce(d.adbin, t.typdefaultbin)) f (tree) on true
left join pg_type e on e.oid = t.typelem and e.typarray = t.oid
left join pg_type b on b.oid = coalesce(e.oid, t.oid)
left join pg_namespace bn on bn.oid = b.typnamespace
where c.relkind in ('r', 'p')
  and not c.relispartition
  and c.relpersistence <> 't'
  and n.nspname = any (case when cardinality($1::text[]) > 0 then $1::text[] else current_schemas(false)::text[] end)
  and not exists (select from pg_depend x
                  where x.classid = 'pg_class'::regclass and x.objid = c.oid and x.deptype = 'e')
order by c.oid, a.attnum
