"""The models' own SQL without dbt: what a check asks of a file must be what a build will ask of it, and start at once."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from helpers import paths

if TYPE_CHECKING:
    import duckdb


def create(con: "duckdb.DuckDBPyConnection", variables: dict[str, Any], *models: str) -> None:
    """The named models and all that they refer to, in the schemas that dbt gives them: staging as views, the rest as tables.

    ``variables`` are what :func:`helpers.warehouse.build.dbt_vars` makes of a study. The tests of the data are dbt's and
    are not run.
    """
    made: set[str] = set()

    def made_of(name: str) -> str:
        file = _files()[name]
        schema = file.parent.name
        if name not in made:
            sql = _rendered(file.read_text(encoding="utf-8"), variables, made_of)
            kind = "view" if schema == "staging" else "table"
            con.execute(f"create schema if not exists {schema}")
            con.execute(f"create {kind} {schema}.{name} as {sql}")
            made.add(name)
        return f"{schema}.{name}"

    for model in models:
        made_of(model)


@cache
def _files() -> dict[str, Any]:
    return {file.stem: file for file in sorted((paths.WAREHOUSE / "models").rglob("*.sql"))}


@cache
def _macros() -> str:
    files: Sequence[Any] = sorted((paths.WAREHOUSE / "macros").glob("*.sql"))
    return "\n".join(f.read_text(encoding="utf-8") for f in files if f.stem not in ("tests", "schema_name"))


def _rendered(model: str, variables: dict[str, Any], ref: Callable[[str], str]) -> str:
    import jinja2

    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, extensions=["jinja2.ext.do"])

    class Adapter:
        def dispatch(self, macro: str, project: str) -> Any:
            return getattr(module, f"duckdb__{macro}")

    environment.globals |= {
        "var": variables.__getitem__,
        "ref": ref,
        "source": lambda schema, table: variables["events_location"],
        "return": lambda value: value,
        "adapter": Adapter(),
    }
    module: Any = environment.from_string(_macros()).module
    environment.globals |= {name: made for name, made in vars(module).items() if not name.startswith("_")}
    return environment.from_string(model).render()
