"""How well the tables of a study match, beside its marts: a row a table and variant; none where the data are one table."""

from typing import TYPE_CHECKING

from helpers.config import Log, Simulation, Study
from helpers.ingest import Landed

if TYPE_CHECKING:
    import duckdb

COLUMNS = (
    "source_table varchar, variant varchar, assigned_units bigint, known_units bigint, ids bigint, unassigned_ids bigint,"
    " rows_with_id bigint, unassigned_rows bigint, doubtful_rows bigint"
)


def load(con: "duckdb.DuckDBPyConnection", study: Study, log: Landed) -> None:
    """Put what the join found into ``computed.table_matches``, beside the marts and no mart."""
    con.execute("create schema if not exists computed")
    con.execute(f"create or replace table computed.table_matches ({COLUMNS})")
    means = {} if isinstance(study.data, Simulation) or not isinstance(study.data, Log) else study.data.variants
    for each in log.matches:
        for level, (known, assigned) in each.arms.items():
            con.execute(
                "insert into computed.table_matches values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    each.table,
                    means.get(level, level),
                    assigned,
                    known,
                    each.units,
                    each.strangers,
                    each.rows,
                    each.unassigned,
                    each.near,
                ],
            )
