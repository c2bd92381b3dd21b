-- How many messages the next piece of a slot has, and those of them that describe or update one table: R and U, and behind the
-- letter the number of the table.
select count(*),
       coalesce(array_agg(data) filter (
           where get_byte(data, 0) in (82, 85)
             and substring(data from 2 for 4) = oidsend(to_regclass($4)::oid)), '{}')
from pg_logical_slot_get_binary_changes($1::text::name, null, $2, 'proto_version', '1', 'publication_names', $3)
