-- What runs by itself when rows are written to $1, which stand for the tables $2: triggers with the source of their
-- functions, and rules with their text. One row each.
select w.owner,
       'trigger ' || t.tgname,
       t.tgtype & 3 = 3 and t.tgtype & 28 <> 0,
       coalesce(p.prosrc, ''),
       false
from unnest($1::oid[], $2::oid[]) w (relation, owner)
join pg_trigger t on t.tgrelid = w.relation
join pg_proc p on p.oid = t.tgfoid
where not t.tgisinternal and t.tgenabled in ('O', 'A') and t.tgtype & 28 <> 0
union
select w.owner,
       'rule ' || r.rulename,
       false,
       pg_get_ruledef(r.oid),
       r.is_instead
from unnest($1::oid[], $2::oid[]) w (relation, owner)
join pg_rewrite r on r.ev_class = w.relation
where r.ev_type <> '1' and r.ev_enabled in ('O', 'A') and w.relation = w.owner
order by 1, 2
