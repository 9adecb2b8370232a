{# One digit of the product of two numbers whose digits stand in the columns FIRST_0, FIRST_1 and so on; '' is one. #}
{% macro digit_of_product(first, first_digits, second, second_digits, place) -%}
    {%- set terms = [] -%}
    {%- for i in range(first_digits) if 0 <= place - i < second_digits -%}
        {%- set parts = ([first ~ '_' ~ i] if first else []) + ([second ~ '_' ~ (place - i)] if second else []) -%}
        {%- do terms.append(parts | join(' * ')) -%}
    {%- endfor -%}
    {{ terms | join(' + ') }}
{%- endmacro %}
