"""Levels of a column that holds variants: what each means, and what is said of one that the study does not map."""

import difflib
from collections.abc import Mapping, Sequence

from helpers.config import ColumnOf, Log, Study, Units
from helpers.errors import ReportError
from helpers.ingest.sql import literal

UNMAPPED = "level without a variant: "
"""Begins the variant of a log's row whose level the study does not map; no name of a variant holds a space."""

KEYS = {"variant": "variants", "shown": "shown"}
"""Columns that hold levels, and the keys of ``data`` that map them."""


def variant_of(text: str, levels: Mapping[str, str]) -> str:
    """SQL of the variant that a log's level means; the level itself where the study maps none.

    A level that is not mapped goes on with :data:`UNMAPPED` before it, so that it can never be taken for a variant and
    the warehouse, which knows the period and the experiment, can tell whether it matters.

    >>> variant_of("arm", {"A": "control"})
    "case when arm = 'A' then 'control' when arm <> '' then 'level without a variant: ' || arm else arm end"
    """
    if not levels:
        return text
    cases = " ".join(f"when {text} = {literal(level)} then {literal(name)}" for level, name in levels.items())
    return f"case {cases} when {text} <> '' then {literal(UNMAPPED)} || {text} else {text} end"


def event_of(text: str, names: Mapping[str, str]) -> str:
    """SQL of the name by which a study calls an event of the log; one that it does not map keeps its own.

    >>> event_of("what", {"Order Completed": "purchase"})
    "case what when 'Order Completed' then 'purchase' else what end"
    """
    cases = " ".join(f"when {literal(logged)} then {literal(name)}" for logged, name in names.items())
    return f"case {text} {cases} else {text} end"


def unmapped(
    study: Study, column: str, holder: str, found: Sequence[tuple[str | None, int]], counted: str
) -> ReportError | None:
    """What is said of levels that mean no variant; None where every one does.

    ``found`` are the levels of the project's ``column`` in ``holder``, each with how many of ``counted`` have it.
    """
    data = study.data
    assert isinstance(data, Log | Units)
    levels = data.variants
    if isinstance(data, Units) and column == "shown":
        levels = data.shown or levels
    known = levels or {v.name: v.name for v in study.variants}
    strange = [level for level, _ in found if level not in known]
    if not strange:
        return None
    source = data.columns[column]
    raw = source.column if isinstance(source, ColumnOf) else source
    near = difflib.get_close_matches(str(strange[0]), known, n=1, cutoff=0.5)
    key = KEYS[column]
    return ReportError(
        f"studies/{study.name}.yml: column '{raw}' of {holder} holds levels that the study does not map",
        got=", ".join("nothing (an empty field)" if level is None else repr(level) for level in strange[:5]),
        expected=", ".join(map(repr, known)),
        cause=f"the levels in the {'table' if isinstance(data, Units) else 'log'} are "
        + ", ".join(f"{level!r} ({n:,} {counted})" if level else f"empty ({n:,} {counted})" for level, n in found[:12]),
        remedy=f"did you mean '{near[0]}'? Correct data.{key}" if near else f"map every level under data.{key}",
    )
