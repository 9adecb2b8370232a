-- Every count that the flow table and the tracking plan need, in one pass over the log: rows are grouped by all that
-- is asked of them, and the few groups are summed up. Grain: one row in all.
-- A row of a unit table is told by its exposure, so that the flow counts rows of the table, not the events made of them.
{% set row = "event_name = " ~ text(var('row_event')) ~ " and " if var('row_event') else "" %}
{% set kept = "problem is null and kind is null and not bot" %}
with groups as (
    select
        case when events.event_name in ({{ text_list(var('planned_events')) }}) then events.event_name end as event_name,
        events.problem,
        events.flaw,
        duplicates.kind,
        bots.user_id is not null as bot,
        events.time_format,
        events.amount = 0 as is_free,
        not has_price and events.event_name in ({{ text_list(var('summed_events')) }}) as is_empty,
        {%- for check in var('property_checks') %}
        {{ check.condition }} as property_{{ loop.index0 }},
        {%- endfor %}
        count(*) as n
    from {{ ref('stg_events_checked') }} as events
    left join {{ ref('int_duplicates') }} as duplicates on duplicates.row_key = events.row_key
    left join {{ ref('int_bots') }} as bots on bots.user_id = events.user_id
    group by all
)

select
    {{ summed(row ~ 'true') }} as all_rows,
    {{ var('refused').values() | sum }}::bigint as refused,
    {%- for problem in var('problems') %}
    {{ summed(row ~ "problem = '" ~ problem ~ "'") }} as {{ problem }},
    {%- endfor %}
    {%- for flaw in var('flaws') %}
    {{ summed(row ~ kept ~ " and flaw = '" ~ flaw ~ "'") }} as {{ flaw }},
    {%- endfor %}
    {%- for kind in ['exact_duplicate', 'late_duplicate'] %}
    {{ summed(row ~ "problem is null and kind = '" ~ kind ~ "'") }} as {{ kind }},
    {%- endfor %}
    {{ summed(row ~ "problem is null and kind is null and bot") }} as bot,
    {{ summed(row ~ kept) }} as kept,
    {%- for format in ['timezone_offset', 'epoch_milliseconds', 'named_month'] %}
    {{ summed(row ~ kept ~ " and time_format = '" ~ format ~ "'") }} as {{ format }},
    {%- endfor %}
    {%- for check in var('property_checks') %}
    {{ summed(kept ~ (" and flaw = 'wrong_type'" if check.violation == 'wrong_type' else "") ~ " and event_name = " ~ text(check.event) ~ " and property_" ~ loop.index0) }} as property_{{ loop.index0 }},
    {%- endfor %}
    {%- for event in var('planned_events') %}
    {{ summed(kept ~ " and event_name = " ~ text(event)) }} as kept_{{ loop.index0 }},
    {%- endfor %}
    {{ summed(kept ~ " and is_free and event_name in (" ~ text_list(var('revenue_events')) ~ ")") }} as free_purchases,
    {{ summed(kept ~ " and is_empty") if not var('row_event') else "0::bigint" }} as missing_revenue
from groups
