"""The models of the warehouse without dbt, whose start costs more than a hundred small logs, and the tests of their data.

That a real build makes the same marts is a test of its own.
"""

import functools
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import yaml

from helpers import paths
from helpers.warehouse import render

if TYPE_CHECKING:
    import duckdb
    import jinja2

MODELS = {name: f"{file.parent.name}.{name}" for name, file in render.files().items()}
"""The table of each model by its name."""
OF_DBT = """
{% macro test_unique(model, column_name) %}
select {{ column_name }} from {{ model }} where {{ column_name }} is not null group by 1 having count(*) > 1
{% endmacro %}
{% macro test_not_null(model, column_name) %}select * from {{ model }} where {{ column_name }} is null{% endmacro %}
{% macro test_accepted_values(model, column_name, values) %}
select * from {{ model }} where {{ column_name }} not in ({{ text_list(values) }})
{% endmacro %}
{% macro test_relationships(model, column_name, to, field) %}
select * from {{ model }} where {{ column_name }} is not null and {{ column_name }} not in (select {{ field }} from {{ to }})
{% endmacro %}
"""
"""The generic tests that dbt brings along."""


def broken(con: "duckdb.DuckDBPyConnection", variables: dict[str, Any]) -> list[str]:
    """Makes every model of a study; the names of the data tests that fail."""
    models = render.Models(con, variables)
    models.make(*MODELS)
    macros = _macros().make_module(models.context)

    def given(value: Any) -> Any:
        called = re.fullmatch(r"(ref|source)\('(\w+)'.*\)", str(value))
        return models.context[called[1]](called[2]) if called else value

    def fails(model: str, column: str | None, test: str, arguments: dict[str, Any], where: str | None) -> bool:
        table = f"(select * from {MODELS[model]} where {where})" if where else MODELS[model]
        told = {key: given(value) for key, value in arguments.items()} | ({"column_name": column} if column else {})
        return con.execute(str(getattr(macros, f"test_{test}")(model=table, **told))).fetchone() is not None

    return [
        f"{test} of {model}.{column or ''}"
        for model, column, test, *more in _tests()
        if fails(model, column, test, *more)
    ]


@functools.cache
def _macros() -> "jinja2.Template":
    text = (paths.WAREHOUSE / "macros" / "tests.sql").read_text(encoding="utf-8") + OF_DBT
    return render.template(
        re.sub(r"{% test (\w+)", r"{% macro test_\1", text).replace("{% endtest %}", "{% endmacro %}")
    )


@functools.cache
def _tests() -> list[tuple[str, str | None, str, dict[str, Any], str | None]]:
    """Model, column, test, its arguments and the rows that it is about, of every data test of the models."""
    return [
        (model["name"], column, *_told(test))
        for file in sorted((paths.WAREHOUSE / "models").rglob("schema.yml"))
        for model in yaml.safe_load(file.read_text(encoding="utf-8"))["models"]
        for column, test in _named(model)
    ]


def _named(model: dict[str, Any]) -> Iterator[tuple[str | None, Any]]:
    yield from ((None, test) for test in model.get("data_tests", []))
    for column in model.get("columns", []):
        yield from ((column["name"], test) for test in column.get("data_tests", []))


def _told(test: Any) -> tuple[str, dict[str, Any], str | None]:
    if isinstance(test, str):
        return test, {}, None
    ((name, details),) = test.items()
    return name, details.get("arguments", {}), details.get("config", {}).get("where")
