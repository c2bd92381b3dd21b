    union all
    select cast(checksum(N'p', f.object_id, f.target_object_id, f.predicate_type, f.operation, s.is_enabled,
                         f.predicate_definition) as bigint)
    from sys.security_predicates f
    join sys.security_policies s on s.object_id = f.object_id
    join sys.tables t on t.object_id = f.target_object_id
    where charindex(concat(N',', t.schema_id, N','), @P1) > 0
