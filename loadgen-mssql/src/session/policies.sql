-- How many security policies decide which rows of a table (@P1, quoted) are seen, and whether this user would see such a policy.
select (select count(*)
        from sys.security_predicates as p
        join sys.security_policies as s on s.object_id = p.object_id and s.is_enabled = 1
        where p.target_object_id = object_id(@P1) and p.predicate_type = 0) as filters,
       coalesce(has_perms_by_name(quotename(db_name()), N'DATABASE', N'VIEW DEFINITION'), 0) as is_seen
