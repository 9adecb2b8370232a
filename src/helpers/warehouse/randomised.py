"""What an online experiment was randomised by, as far as the data show: columns that tell the variant, clusters in two."""

from typing import TYPE_CHECKING

from helpers.config import Log, Simulation, Study
from helpers.ingest import Landed
from helpers.ingest.columns import column_expressions, mapped
from helpers.ingest.sql import literal, quoted
from helpers.ingest.telling import ARM, UNIT, Telling, telling

if TYPE_CHECKING:
    import duckdb


STRETCHES = {
    "day of exposure": "date_trunc('day', exposed_at)",
    "hour of exposure": "date_trunc('hour', exposed_at)",
    "quarter of an hour of exposure": "time_bucket(interval 15 minute, exposed_at)",
}
"""Stretches of time, the longest first, named as columns that tell the variant."""


def load(con: "duckdb.DuckDBPyConnection", study: Study, log: Landed) -> None:
    """Put the columns that tell the variant into ``computed.telling_columns``, beside the marts and no mart."""
    con.execute("create schema if not exists computed")
    con.execute("create or replace table computed.telling_columns (raw_column varchar, levels bigint, units bigint)")
    for each in found(con, study, log):
        con.execute("insert into computed.telling_columns values (?, ?, ?)", [each.column, each.levels, each.units])


def notes(con: "duckdb.DuckDBPyConnection", study: Study, log: Landed) -> list[str]:
    """Sentences for ``check`` on columns that tell the variant, of a study that does not say why, and on an arm of one cluster."""
    alone = _of_one_cluster(con) if study.cluster else []
    one = [
        f"one {study.cluster} in {name}: cannot be told, for what it is like cannot be parted from what it got"
        for name in alone
    ]
    if study.independent:
        return one
    return one + [
        f"{said(t, study)}: a trust check fails until the study says {remedy(t)}" for t in found(con, study, log)
    ]


def _of_one_cluster(con: "duckdb.DuckDBPyConnection") -> list[str]:
    """The variants whose exposed units all stand in one cluster."""
    counted = """select variant from marts.fct_experiment_units where is_exposed and variant is not null
        group by 1 having count(distinct cluster_key) = 1 order by 1"""
    return [name for (name,) in con.execute(counted).fetchall()]


def said(told: Telling, study: Study) -> str:
    """What is seen of a column that tells the variant.

    >>> from helpers.config import load
    >>> said(Telling("city", 40, 6000), load("studies/rees46.yml"))
    "each of the 40 levels of 'city' is in one variant only, 6,000 units"
    """
    named, of = told.column.split(" ")[0], told.column.partition(" ")[2]
    levels = f"{named}s {of}" if told.column in STRETCHES else f"levels of '{told.column}'"
    return f"each of the {told.levels:,} {levels} is in one variant only, {told.units:,} {study.randomised}"


def remedy(told: Telling) -> str:
    """What a study says of it."""
    stretch = told.column.removesuffix(" of exposure")
    column = f"a column of the {stretch}" if told.column in STRETCHES else "the name of this column"
    return f"cluster: and {column}, or independent: and why they were assigned one by one"


def found(con: "duckdb.DuckDBPyConnection", study: Study, log: Landed) -> list[Telling]:
    """Columns of the file, mapped or not, that tell the variant of the units in the marts; see :func:`telling`.

    The day of exposure is one of them, or a shorter stretch. Those of a table were looked for when it was landed. In a simulated log, and
    offline, the project itself assigns.
    """
    if study.is_hashed or isinstance(study.data, Simulation):
        return []
    return [*_stretches(con, study), *(_columns(con, study, log) if isinstance(study.data, Log) else log.telling)]


def _stretches(con: "duckdb.DuckDBPyConnection", study: Study) -> list[Telling]:
    """Whether the arms were exposed at different times, as before and after a change, or by turns; told by the longest."""
    if not study.has_time:
        return []
    taken = ", ".join(f"{stretch} as {quoted(name)}" for name, stretch in STRETCHES.items())
    relation = (
        f"""select cluster_key as {UNIT}, variant as {ARM}, {taken} from marts.fct_experiment_units where is_exposed"""
    )
    return telling(con, relation, STRETCHES, {v.name: v.weight for v in study.variants})[:1]


def _columns(con: "duckdb.DuckDBPyConnection", study: Study, log: Landed) -> list[Telling]:
    assert isinstance(study.data, Log)
    user = next(c["expression"] for c in column_expressions(study, log.types, log.reading) if c["name"] == "user_id")
    roles = {"user_id", "variant", "event_id", "event_time", "event_name", "price", "duration_sec", "ingested_at"}
    named = mapped(
        study.data.model_copy(update={"columns": {k: v for k, v in study.data.columns.items() if k in roles}})
    )
    columns = [name for name in log.types if name not in named]
    if not columns:
        return []
    relation = f"""select units.cluster_key as {UNIT}, units.variant as {ARM}, {", ".join(f"rows_of.{quoted(c)}" for c in columns)}
        from (select *, {user} as unit_of_row from read_parquet({literal(log.location)}, file_row_number = true)) as rows_of
        join marts.fct_experiment_units as units on units.user_id = unit_of_row where units.is_exposed"""
    return telling(con, relation, columns, {v.name: v.weight for v in study.variants})
