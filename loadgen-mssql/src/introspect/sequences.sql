-- Sequences, and how many numbers each has left unless it begins again.
select cast(s.name as nvarchar(128)),
       cast(q.name as nvarchar(128)),
       cast(q.increment as nvarchar(60)),
       cast(q.current_value as nvarchar(60)),
       cast(case when cast(q.increment as bigint) > 0 then q.maximum_value else q.minimum_value end as nvarchar(60)),
       cast(q.is_cycling as bit)
from sys.sequences q
join sys.schemas s on s.schema_id = q.schema_id
