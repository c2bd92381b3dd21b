-- Policies that decide which rows of the tables in the schemas ($1) a user finds or may write.
select cast(p.target_object_id as int),
       cast(s.name as nvarchar(128)),
       cast(p.predicate_type_desc as nvarchar(60)),
       cast(p.predicate_definition as nvarchar(max))
from sys.security_predicates p
join sys.security_policies s on s.object_id = p.object_id
join sys.tables t on t.object_id = p.target_object_id
where charindex(concat(N',', t.schema_id, N','), @P1) > 0 and s.is_enabled = 1
order by p.target_object_id, s.name
