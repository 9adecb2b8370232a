"""The models' own SQL without dbt: what a check asks of a file must be what a build will ask of it, and start at once."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers import paths

if TYPE_CHECKING:
    import duckdb
    import jinja2


def create(con: "duckdb.DuckDBPyConnection", variables: dict[str, Any], *models: str) -> None:
    """The named models and all that they refer to, in the schemas that dbt gives them: staging as views, the rest as tables.

    ``variables`` are what :func:`helpers.warehouse.build.dbt_vars` makes of a study. The tests of the data are dbt's and
    are not run.
    """
    Models(con, variables).make(*models)


class Models:
    """The models of one study on a connection, each made when it is first asked for, with those that it reads."""

    def __init__(self, con: "duckdb.DuckDBPyConnection", variables: dict[str, Any]) -> None:
        self._con, self._made, self._schemas = con, set[str](), set[str]()
        self.context = {
            "var": variables.__getitem__,
            "ref": self.relation,
            "source": lambda *name: variables["events_location"],
            "adapter": _Adapter,
            "return": lambda value: value,
        }

    def make(self, *names: str) -> None:
        """The named models."""
        for name in names:
            self.relation(name)

    def relation(self, name: str) -> str:
        """A model for the from clause of a query."""
        schema = files()[name].parent.name
        if name not in self._made:
            self._made.add(name)
            sql = _template(name).render(self.context)
            if schema not in self._schemas:
                self._schemas.add(schema)
                self._con.execute(f"create schema if not exists {schema}")
            self._con.execute(f"create {'view' if schema == 'staging' else 'table'} {schema}.{name} as {sql}")
        return f"{schema}.{name}"


class _Adapter:
    @staticmethod
    def dispatch(macro: str, project: str) -> Any:
        return getattr(template("").module, f"duckdb__{macro}")


@cache
def files() -> dict[str, Path]:
    """The file of each model by its name."""
    return {file.stem: file for file in sorted((paths.WAREHOUSE / "models").rglob("*.sql"))}


@cache
def template(sql: str) -> "jinja2.Template":
    """A template that knows the project's macros; without their tests, whose tag is dbt's own."""
    import jinja2

    macros = [file for file in sorted((paths.WAREHOUSE / "macros").glob("*.sql")) if file.stem != "tests"]
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, extensions=["jinja2.ext.do"])
    return environment.from_string("\n".join([*(file.read_text(encoding="utf-8") for file in macros), sql]))


@cache
def _template(model: str) -> "jinja2.Template":
    return template(files()[model].read_text(encoding="utf-8"))
