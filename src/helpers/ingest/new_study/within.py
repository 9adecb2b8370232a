"""Ids that are unique within something alone, as those of users within a shop: two of one number are two units."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.ingest.new_study import vocabulary
from helpers.ingest.new_study.profile import Column
from helpers.ingest.sql import literal, quoted

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

FEW = 0.2
"""Different values of what ids stand within, for each id, at most: more, as times or amounts, tell any rows apart."""


def told(table: "SourceTable", columns: Sequence[Column], unit: Column, variant: Column | None = None) -> str:
    """What is said of a column within which each id stands once, with the query that makes an id of both; empty without one."""
    events = vocabulary.EVENT | vocabulary.EVENT_WEAK  # each user comes to one once, which is no place
    others = [c for c in columns if c is not unit and c is not variant and c.levels and not c.has_time]
    others = [c for c in others if not vocabulary.touches(c.name, events | vocabulary.TIME)]
    able = [c for c in others if 1 < c.distinct <= FEW * unit.distinct and not (c.binary or c.in_words or c.decimal)]
    if not able:
        return ""
    key = table.text(unit.name)
    asked = ", ".join(f"count(distinct ({table.text(c.name)}, {key}))" for c in able)
    rows, *pairs = (int(n) for n in table.rows(f"select count({key}), {asked} from {{table}}")[0])  # type: ignore[call-overload]
    found = [c for c, n in zip(able, pairs, strict=True) if n == rows]
    if not found:
        return ""
    of, name = found[0], vocabulary.printable(unit.name)
    query = f"select *, concat({quoted(of.name)}, {literal(' ')}, {quoted(unit.name)}) as unit_id from {table.selected}"
    return (
        f"each '{name}' stands once within a '{vocabulary.printable(of.name)}': if ids are given anew in each, make one of both by a"
        f" query in a file beside it, in place of the table: {query}, and say --unit unit_id"
    )
