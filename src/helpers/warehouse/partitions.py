"""Segments that part the units alike: the same groups under two names are one question, not two."""

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb


def alike(con: "duckdb.DuckDBPyConnection", segments: Sequence[str]) -> dict[str, str]:
    """Each segment that parts the exposed units as an earlier one does, with that one; a level of one is a level of the other."""
    found: dict[str, str] = {}
    for one, other in itertools.combinations(segments, 2):
        if one in found or other in found:
            continue
        first, second, pairs = con.execute(
            f"""select count(distinct a), count(distinct b), count(distinct (a, b))
            from (
                select coalesce("{one}"::varchar, '') as a, coalesce("{other}"::varchar, '') as b
                from marts.fct_experiment_units where is_exposed
            )"""
        ).fetchall()[0]
        if first == second == pairs > 1:
            found[other] = one
    return found
