-- Units the log shows in more than one variant; they are taken out of the analysis and counted. Grain: one unit.
select user_id, count(*) as variants
from {{ ref('int_assigned') }}
group by user_id
having count(*) > 1
