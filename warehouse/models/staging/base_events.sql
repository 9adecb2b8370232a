-- Raw log with the project's column names, every value but the times still text. Grain: one row of the log.
select
    file_index::bigint * 1099511627776 + file_row_number as row_key,
    {{ var('raw_row') }} as raw_row,
    {%- for column in var('columns') %}
    {{ column.expression }} as {{ column.name }}{{ ',' if not loop.last }}
    {%- endfor %}
from {{ source('raw', 'events') }}
