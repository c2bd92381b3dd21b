-- A number that becomes another one with whatever introspection reads of the schemas ($1): a sum of what rows of the catalog come
-- down to.
select cast(coalesce(sum(cast(p.part as decimal(38, 0))), 0) % 9223372036854775807 as nvarchar(60))
from (
    select cast(checksum(N't', t.object_id, t.name, t.schema_id, t.temporal_type) as bigint) as part
    from sys.tables t
    where charindex(concat(N',', t.schema_id, N','), @P1) > 0
    union all
    select cast(checksum(c.object_id, c.column_id, c.name, c.user_type_id, c.max_length, c.precision, c.scale,
                         c.is_nullable, c.is_identity, c.is_computed, c.default_object_id, c.collation_name, c.is_masked) as bigint)
    from sys.columns c
    join sys.tables t on t.object_id = c.object_id
    where charindex(concat(N',', t.schema_id, N','), @P1) > 0
    union all
    select cast(checksum(N'i', i.object_id, i.index_id, i.name, i.is_unique, i.is_disabled, i.ignore_dup_key, {condition},
                         x.column_id, x.key_ordinal) as bigint)
    from sys.indexes i
    join sys.index_columns x on x.object_id = i.object_id and x.index_id = i.index_id
    join sys.tables t on t.object_id = i.object_id
    where charindex(concat(N',', t.schema_id, N','), @P1) > 0 and i.is_unique = 1
    union all
    select cast(checksum(N'k', k.object_id, k.name, k.parent_object_id, k.referenced_object_id, k.is_disabled) as bigint)
    from sys.foreign_keys k
    join sys.tables t on t.object_id = k.parent_object_id
    where charindex(concat(N',', t.schema_id, N','), @P1) > 0
    union all
    select cast(checksum(N'c', k.object_id, k.name, k.is_disabled, k.is_not_trusted, {definition}) as bigint)
    from sys.check_constraints k
    join sys.tables t on t.object_id = k.parent_object_id
    where charindex(concat(N',', t.schema_id, N','), @P1) > 0
    union all
    select cast(checksum(N'g', g.object_id, g.name, g.is_disabled, g.is_instead_of_trigger,
                         object_definition(g.object_id)) as bigint)
    from sys.triggers g
    join sys.tables t on t.object_id = g.parent_id
    where charindex(concat(N',', t.schema_id, N','), @P1) > 0
    union all
    select cast(checksum(N'd', r.major_id, r.minor_id, r.grantee_principal_id, r.type, r.state) as bigint)
    from sys.database_permissions r
    join sys.tables t on t.object_id = r.major_id
    where charindex(concat(N',', t.schema_id, N','), @P1) > 0 and r.class = 1 and r.minor_id > 0
    {policies}
) p
