{# How a raw timestamp is written, and the moment it means. A cast alone would drop an offset without a word. #}

{#- plain ISO in UTC, the common case, told apart without a regular expression -#}
{% macro is_plain_time(raw) -%}
    (length({{ raw }}) between 19 and 26 and substr({{ raw }}, 20, 1) in ('', '.') and substr({{ raw }}, 5, 1) = '-')
{%- endmacro %}

{% macro time_format(raw) -%}
    case
        when coalesce({{ raw }}, '') = '' then null
        when {{ is_plain_time(raw) }} then 'iso'
        when {{ raw }} like '% UTC' then 'iso_utc'
        when regexp_full_match({{ raw }}, '\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d(:?\d\d)?)') then 'timezone_offset'
        when regexp_full_match({{ raw }}, '\d{13}') then 'epoch_milliseconds'
        when regexp_full_match({{ raw }}, '\d\d/[A-Za-z]{3}/\d{4} \d\d:\d\d:\d\d') then 'named_month'
        else 'unknown'
    end
{%- endmacro %}

{% macro parsed_time(raw) -%}
    case
        when {{ is_plain_time(raw) }} then try_cast({{ raw }} as timestamp)
        else case {{ time_format(raw) }}
            when 'iso_utc' then try_cast(substr({{ raw }}, 1, length({{ raw }}) - 4) as timestamp)
            when 'timezone_offset' then try_cast({{ raw }} as timestamptz) at time zone 'UTC'
            when 'epoch_milliseconds' then epoch_ms(try_cast({{ raw }} as bigint))
            when 'named_month' then try_strptime({{ raw }}, '%d/%b/%Y %H:%M:%S')
        end
    end
{%- endmacro %}
