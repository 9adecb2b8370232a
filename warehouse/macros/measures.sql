{# A metric's measure of the counted events of one world: whether any, how many, or the sum of their amounts. Refunds
   lower the sum and are no event of their own. In a table of units an event is a column of a row, whose amount says how
   many there were. #}
{% macro measured(metric, kind, world) -%}
    {%- set of = " and " ~ world ~ in_window(metric) ~ ")" -%}
    {%- set rows = "filter (where event_name = " ~ text(metric.event) ~ of -%}
    {%- set summed = "filter (where event_name in (" ~ text_list([metric.event, refund_of(metric.event)]) ~ ")" ~ of -%}
    {%- if kind == 'any' -%} (count(*) {{ rows }} > 0)::bigint
    {%- elif kind == 'count' and not var('row_event') -%} count(*) {{ rows }}
    {%- else -%} coalesce(sum(amount) {{ summed }}, 0)::bigint {%- endif -%}
{%- endmacro %}

{# What a ratio divides by: how many there were of another event, or the events of its own that are not zero. #}
{% macro divisor(metric, world) -%}
    {%- if metric.per != 'count' -%} {{ measured({'event': metric.per, 'within_days': metric.within_days}, 'count', world) }}
    {%- else -%} {{ measured(metric, 'any' if var('row_event') else 'count', world) }} {%- endif -%}
{%- endmacro %}

{# What a refund of an event is called; no event of a study has a blank in its name. #}
{% macro refund_of(event) -%}
    {{ return(event ~ ' refund') }}
{%- endmacro %}

{# Whether a counted event falls within the days that a metric waits for; without such days every one does. #}
{% macro in_window(metric) -%}
    {{ " and event_time <= since + interval " ~ metric.within_days ~ " day" if metric.within_days }}
{%- endmacro %}

{# Whether a session's events, or an event, fall on the days of a retention metric: day k ends k times 24 hours after exposure. #}
{% macro on_days(metric, time, since) -%}
    {{ time }} > {{ since }} + interval {{ metric.from_day - 1 }} day and {{ time }} <= {{ since }} + interval {{ metric.to_day }} day
{%- endmacro %}

{# Rows of the groups that satisfy a condition. #}
{% macro summed(condition) -%}
    coalesce(sum(n) filter (where {{ condition }}), 0)::bigint
{%- endmacro %}

{# Sums and sums of products of the rows of a group, each row a unit, or the totals of a cluster in which `units` and
   `valued` are told. #}
{% macro squares(of_clusters=false) -%}
    {%- if of_clusters %}
        sum(units) as units, sum(valued) as valued, sum(conversions) as conversions,
    {%- else %}
        count(*) as units, count(y) as valued, count(*) filter (where y > 0) as conversions,
    {%- endif %}
        count(*) as randomised, count(y) as sample_size, sum(y) as sum_y, sum(y::hugeint * y) as sum_y2, sum(d) as sum_d, sum(d::hugeint * d) as sum_d2,
        sum(y::hugeint * d) as sum_yd, sum(x) filter (where y is not null) as sum_x,
        sum(x::hugeint * x) filter (where y is not null) as sum_x2, sum(x::hugeint * y) as sum_xy, sum(x::hugeint * d) as sum_xd,
        sum(r) as sum_r, sum(r::hugeint * r) as sum_r2, sum(r::hugeint * d) as sum_rd
{%- endmacro %}

{# The units of each cluster within a level added up, and these totals squared. #}
{% macro totals_of_clusters(dimension) -%}
    (
        select
            population, metric, variant{{ '' if dimension == 'all' else ', ' ~ dimension }},
            {{ squares(of_clusters=true) }}
        from (
            select
                population, metric, variant{{ '' if dimension == 'all' else ', ' ~ dimension }}, cluster_key,
                count(*) as units, count(y) as valued, count(*) filter (where y > 0) as conversions,
                sum(y) as y, case when count(y) > 0 then coalesce(sum(d), count(y)) end as d, sum(r) as r,
                sum(x) filter (where y is not null) as x
            from observed
            group by all
        )
        group by all
    )
{%- endmacro %}
