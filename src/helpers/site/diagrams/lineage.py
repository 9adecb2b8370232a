"""The lineage that dbt built, from its manifest, and how many rows each table got."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from helpers import paths
from helpers.errors import ReportError

if TYPE_CHECKING:
    import duckdb

LAYERS: Final = ("raw", "staging", "intermediate", "marts", "computed")
"""Layers of the warehouse in the order of the flow."""

LOG, COMPUTED = "log", "computed in Python"
"""Kinds of table that dbt reads and does not make."""

_RAW = ("base_events", "stg_events_checked")
"""Views that keep every row of the log."""


@dataclass(frozen=True)
class DbtModel:
    """One table or view of the warehouse; ``rows`` is None for a view that is not counted."""

    name: str
    layer: str
    kind: str
    reads: tuple[str, ...]
    description: str
    rows: int | None
    tests: int


def lineage(manifest: Path, counts: Mapping[str, int]) -> tuple[DbtModel, ...]:
    """Sources and models of dbt's ``manifest.json`` in the order of their layers and names.

    ``counts`` are rows by table name; what is not in it has none. Raises ReportError where the manifest is missing.
    """
    if not manifest.is_file():
        raise ReportError(
            "dbt's manifest is not there",
            expected=paths.shown(manifest),
            remedy=f"run: {paths.to_build(manifest.parent.parent.name)}",
        )
    graph = json.loads(manifest.read_text(encoding="utf-8"))
    tests: dict[str, int] = {}
    for node in graph["nodes"].values():
        if node["resource_type"] == "test" and node.get("attached_node"):
            tests[node["attached_node"]] = tests.get(node["attached_node"], 0) + 1
    named = {key: node["name"] for key, node in {**graph["nodes"], **graph["sources"]}.items()}
    models = [_source(node, counts) for node in graph["sources"].values()]
    for key, node in graph["nodes"].items():
        if node["resource_type"] not in ("model", "seed"):
            continue
        layer = node["fqn"][1] if len(node["fqn"]) > 2 else "marts"
        reads = sorted({named[d] for d in node["depends_on"].get("nodes", []) if d in named})
        models.append(
            DbtModel(
                node["name"],
                layer,
                node["config"]["materialized"],
                tuple(reads),
                " ".join(node["description"].split()),
                counts.get(node["name"]),
                tests.get(key, 0),
            )
        )
    order = {layer: i for i, layer in enumerate(LAYERS)}
    return tuple(sorted(models, key=lambda m: (order.get(m.layer, len(order)), m.name)))


def _source(node: Mapping[str, Any], counts: Mapping[str, int]) -> DbtModel:
    computed = node["source_name"] != "raw"
    return DbtModel(
        node["name"],
        "computed" if computed else "raw",
        COMPUTED if computed else LOG,
        ("fct_experiment_results",) if computed else (),
        " ".join(node["description"].split()),
        counts.get(node["name"]),
        0,
    )


def row_counts(con: "duckdb.DuckDBPyConnection") -> dict[str, int]:
    """Rows of every table of a study's marts, and of the views that its flow table accounts for.

    Counts only; nothing of a single row is read.
    """
    tables = con.execute(
        "select schema_name, table_name from duckdb_tables() where not internal and not temporary order by all"
    ).fetchall()
    counts = {
        name: int((con.execute(f'select count(*) from "{schema}"."{name}"').fetchone() or (0,))[0])
        for schema, name in tables
    }
    if "fct_row_flow" in counts:
        flow = con.execute("select kind, disposition, rows from marts.fct_row_flow").fetchall()
        whole = sum(
            n for kind, way, n in flow if way in ("quarantined", "dropped", "kept") and kind != "malformed_line"
        )
        counts |= {"events": whole, **dict.fromkeys(_RAW, whole)}
        counts["stg_events"] = sum(n for kind, _, n in flow if kind == "kept")
    return counts
