-- How well the tables of a study match by the unit, where assignments, facts and attributes stand in tables of their own.
-- Grain: source table, variant.
select
    source_table, variant, sum(assigned_units)::bigint as assigned_units, sum(known_units)::bigint as known_units,
    max(ids) as ids, max(unassigned_ids) as unassigned_ids, max(rows_with_id) as rows_with_id,
    max(unassigned_rows) as unassigned_rows, max(doubtful_rows) as doubtful_rows
from computed.table_matches
group by source_table, variant
order by source_table, variant
