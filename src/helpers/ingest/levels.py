"""Levels of a column that holds variants: what each means, and what is said of one that the study does not map."""

import difflib
import json
from collections.abc import Mapping, Sequence

import yaml

from helpers.config import ColumnOf, Log, Study, Units
from helpers.config.columns import logged
from helpers.config.levels import LEAVE_OUT
from helpers.errors import ReportError
from helpers.ingest.sql import literal
from helpers.ingest.values.ids import PLACEHOLDERS

UNMAPPED = "level without a variant: "
"""Begins the variant of a log's row whose level the study does not map; no name of a variant holds a space."""

NOTHING = frozenset(("", "--", "---", *(word for word in PLACEHOLDERS if word.strip("-0123456789"))))
"""Words that stand for no value, as an empty field does; a number or a single sign is a level like others."""

LONGEST = 40
"""Signs of a level that are shown."""

ODD = 50
"""In a table of so many rows a level of a single row is likely a total, and is named with its row."""

KEYS = {"variant": "variants", "shown": "shown"}
"""Columns that hold levels, and the keys of ``data`` that map them."""


def variant_of(text: str, levels: Mapping[str, str]) -> str:
    """SQL of the variant that a log's level means; the level itself where the study maps none.

    A level that is not mapped goes on with :data:`UNMAPPED` before it, so that it can never be taken for a variant and
    the warehouse, which knows the period and the experiment, can tell whether it matters. The level ``""`` is the empty
    field, which is null in most tables and becomes null in all: it says nothing of its unit. A level that is left out
    becomes ``''``, which is no variant either, but was stated.

    >>> variant_of("arm", {"A": "control"})
    "case when arm = 'A' then 'control' when arm <> '' then 'level without a variant: ' || arm end"
    >>> variant_of("arm", {})
    "nullif(arm, '')"
    """
    if not levels:
        return f"nullif({text}, '')"
    empty = f"coalesce({text}, '')"
    cases = " ".join(
        f"when {text if level else empty} = {literal(level)} then {literal('' if name == LEAVE_OUT else name)}"
        for level, name in levels.items()
    )
    return f"case {cases} when {text} <> '' then {literal(UNMAPPED)} || {text} end"


def event_of(text: str, names: Mapping[str, str]) -> str:
    """SQL of the name by which a study calls an event of the log; one that it does not map keeps its own.

    >>> event_of("what", {"Order Completed": "purchase"})
    "case what when 'Order Completed' then 'purchase' else what end"
    """
    cases = " ".join(f"when {literal(logged)} then {literal(name)}" for logged, name in names.items())
    return f"case {text} {cases} else {text} end"


def unmapped(
    study: Study,
    column: str,
    holder: str,
    found: Sequence[tuple[str | None, int]],
    counted: str,
    places: Mapping[str, str] | None = None,
) -> ReportError | None:
    """What is said of levels that mean no variant; None where every one does.

    ``found`` are the levels of the project's ``column`` in ``holder``, each with how many of ``counted`` have it;
    ``places`` say where those stand that occur once, and where an empty one stands first. An empty field may be how the
    data write the one variant of which they show no level.
    """
    data = study.data
    assert isinstance(data, Log | Units)
    levels = data.variants
    if isinstance(data, Units) and column == "shown":
        levels = data.shown or levels
    known = levels or {v.name: v.name for v in study.variants}
    counts = {level or "": n for level, n in found}
    strange = [level for level in counts if level not in known]
    if not strange:
        return None
    source = data.columns[column]
    raw = source.column if isinstance(source, ColumnOf) else source
    key = KEYS[column]
    told = [_told(level, n, counted, (places or {}).get(level)) for level, n in counts.items()]
    nothing = [level for level in strange if level.casefold().strip() in NOTHING]
    unseen = sorted({*known.values()} - {known[level] for level in counts if level in known} - {LEAVE_OUT})
    lone = unseen[0] if len(unseen) == len(nothing) == len(strange) == 1 else ""
    hint = f"; none says {lone}, which may be what {_named(strange[0])} means" if lone else ""
    meant = dict.fromkeys(places or {}, LEAVE_OUT) | dict.fromkeys(nothing, lone or LEAVE_OUT)
    return ReportError(
        f"studies/{study.name}.yml: column '{logged(str(raw))}' of {holder} holds levels that the study does not map",
        got=", ".join(map(_named, strange[:5])),
        expected=", ".join(map(repr, known)),
        cause=f"the levels in the {'table' if isinstance(data, Units) else 'log'} are {', '.join(told[:12])}{hint}",
        remedy=_remedy(strange, known, key, meant),
    )


def _named(level: str) -> str:
    return quoted(level) if level else "nothing (an empty field)"


def _told(level: str, n: int, counted: str, place: str | None) -> str:
    if not level:
        return f"empty ({n:,} {counted}{f', first in {place}' if place else ''})"
    return f"{quoted(level)} ({place or f'{n:,} {counted}'})"


def quoted(level: str) -> str:
    """A level or a name of the data as it may stand in a message: every sign can be seen, and a long one is cut.

    >>> quoted("old\\t"), quoted("b" * 300_000)
    ("'old\\\\t'", "'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb'...")
    """
    return repr(level) if len(level) <= LONGEST else f"{level[:LONGEST]!r}..."


def _remedy(strange: Sequence[str], known: Mapping[str, str], key: str, odd: Mapping[str, str]) -> str:
    """The key as it would map every level: one that only capitals tell from another means the same; what is ``odd``, as
    a row of totals or an empty field, can be left out, or means what is told of it."""
    alike = {level.casefold(): name for level, name in known.items()}
    meant = {level: alike.get(level.casefold(), odd.get(level, "")) for level in strange}
    if all(meant.values()) and all(len(level) <= LONGEST for level in strange):
        listed = ", ".join(f"{_yaml(level)}: {name}" for level, name in {**known, **meant}.items())
        out = "; leave_out leaves the rows of a level out of the experiment" if LEAVE_OUT in meant.values() else ""
        return f"if this is what they mean, data.{key}: {{{listed}}}{out}"
    near = difflib.get_close_matches(strange[0][:LONGEST], known, n=1, cutoff=0.5)
    return f"did you mean '{near[0]}'? Correct data.{key}" if near else f"map every level under data.{key}"


def _yaml(level: str) -> str:
    """A level as a key of YAML; in quotes where it would be read as another thing than this text, as null is."""
    plain = level.isidentifier() and level.isascii() and yaml.safe_load(level) == level
    return level if plain else json.dumps(level, ensure_ascii=False)
