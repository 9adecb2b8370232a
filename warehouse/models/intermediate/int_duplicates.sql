-- Rows that repeat an event of their unit; the copy ingested first is not among them. Grain: one repeated row.
select row_key, case when same_ingestion then 'exact_duplicate' else 'late_duplicate' end as kind
from {{ ref('int_repeated') }}
where occurrence > 1
