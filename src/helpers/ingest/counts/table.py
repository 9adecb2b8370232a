"""Counts in a small table, as a dashboard exports them: a row an arm, or a row an arm and day."""

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from helpers import paths
from helpers.config import nearest
from helpers.errors import ReportError
from helpers.formatting import listed
from helpers.ingest.counts import written
from helpers.ingest.counts.written import Kind
from helpers.ingest.summaries.words import is_total
from helpers.stats.summaries.proportion import Proportion
from helpers.stats.summaries.summary import Summary

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "arm": ("arm", "variant", "variation", "group"),
    "day": ("day", "date"),
    "units": ("units", "users", "visitors", "n"),
    "successes": ("successes", "conversions", "converted"),
    "mean": ("mean", "average"),
    "sd": ("sd", "std", "stddev", "standard_deviation"),
    "sum": ("sum",),
    "sum_of_squares": ("sum_of_squares", "sumsq", "sum_sq"),
}
"""What a column may be called."""
VALUES: Mapping[Kind, tuple[str, ...]] = {
    "proportions": ("units", "successes"),
    "means": ("units", "mean", "sd"),
    "sums": ("units", "sum", "sum_of_squares"),
}
"""The columns of each kind of table, beside arm and day."""
LONGEST = 10_000
"""Rows beyond which a table is no table of counts."""


@dataclass(frozen=True)
class CountedTable:
    """The arms of a table by name, the control first.

    Attributes:
        arms: summaries by name.
        days: the units of each by day; no day where the table has none.
        unread: columns that are none of a table of counts, as they are called.
    """

    arms: Mapping[str, Summary]
    days: Mapping[str, Mapping[str, int]]
    unread: tuple[str, ...] = ()


def is_file(words: Sequence[str]) -> bool:
    """Whether the words of a command line are a table and no arms."""
    return len(words) == 1 and (words[0].lower().endswith((".csv", ".tsv", ".txt")) or Path(words[0]).is_file())


def read(file: str, names: Sequence[str] = (), stated: Kind | None = None) -> CountedTable:
    """The table in a file of comma, semicolon or tab separated values; ``names`` of its arms, control first.

    ``stated`` is the kind to read where a table holds the columns of several.

    Without names the control is the one arm that is called as one. A unit stands in one row only: days are summed up.
    Raises :class:`~helpers.errors.ReportError` for what is no such table.
    """
    head, *rows = _rows(Path(file))
    kind, at = _columns(_told(head, rows), file, stated)
    arms: dict[str, Summary] = {}
    days: dict[str, dict[str, int]] = {}
    seen: set[tuple[str, str]] = set()
    for number, row in enumerate(rows, 2):
        if len(row) != len(head):
            raise ReportError(
                f"{paths.shown(Path(file))}, line {number}: the row does not fit the header", got=f"{len(row)} fields",
                expected=f"{len(head)}", remedy="quote a number with separators of thousands, or write it without",
            )  # fmt: skip
        arm, day = row[at["arm"]].strip(), row[at["day"]].strip() if "day" in at else ""
        where = f"{arm or 'a row without an arm'} in line {number}"
        if (arm, day) in seen or not arm or is_total(arm):
            raise ReportError(
                f"{where} is no arm of its own", got=", ".join(row),
                expected="one row for each arm" + (" and day" if day else ""),
                cause="a row of totals, a part of an arm, or a row that stands twice",
                remedy="leave it out, or sum the parts of an arm up",
            )  # fmt: skip
        seen.add((arm, day))
        found = _summary([row[at[name]].strip() for name in VALUES[kind]], kind, where)
        arms[arm] = found if arm not in arms else arms[arm] + found  # type: ignore[operator]
        if "day" in at:
            days.setdefault(day, {})[arm] = found.n
    ordered = _ordered(arms, names, file)
    _refuse_total(ordered)
    for name, arm_found in ordered.items():
        written.several(arm_found.n, name)
    unread = tuple(name.strip() for place, name in enumerate(head) if place not in at.values())
    return CountedTable(ordered, days, unread)


def _rows(file: Path) -> list[list[str]]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ReportError(
            f"{paths.shown(file)} cannot be read", got=getattr(error, "strerror", None) or "bytes that are no UTF-8",
            expected="a table of counts as CSV, or arms such as 500/10000 560/10000",
        ) from None  # fmt: skip
    lines = [line for line in text.splitlines() if line.strip()]
    if not 2 < len(lines) <= LONGEST:
        raise ReportError(
            f"{paths.shown(file)} is no table of counts", got=f"{len(lines):,} lines",
            expected=f"a header and a row for each arm, or each arm and day, at most {LONGEST:,}",
            remedy="rows of units or of events make a report: python -m helpers new-study FILE",
        )  # fmt: skip
    mark = max(",;\t", key=lines[0].count)
    try:
        return list(csv.reader(lines, delimiter=mark))
    except csv.Error as error:
        raise ReportError(
            f"{paths.shown(file)} cannot be read", got=str(error), expected="a table of counts as CSV"
        ) from None


def _at_most(some: Sequence[str], all_: Sequence[str]) -> bool:
    """Whether no count is above the one beside it."""
    return all(int(one) <= int(other) for one, other in zip(some, all_, strict=True))


def _told(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The names of the columns, by what they are where none is called so: as ``new-study`` tells them.

    The one column of words whose name says so is the arm. Of whole numbers one that is called as units are counts them, and
    the only other one, never larger, is who had the outcome.

    >>> _told(["arm", "people", "replied"], [["a", "90", "9"], ["b", "80", "7"]])
    ['arm', 'units', 'successes']
    """
    from helpers.ingest.many_names import says_so
    from helpers.ingest.new_study import vocabulary
    from helpers.ingest.new_study.counted_columns import DEVIATION, MANY_UNITS, MEAN, SQUARES, TOTAL

    roles = {name: role for role, called in COLUMNS.items() for name in called}
    made = [name.strip().lower().replace(" ", "_") for name in head]
    there = {roles[name] for name in made if name in roles}
    cells = {i: [row[i].replace(",", "") for row in rows if len(row) == len(head)] for i in range(len(head))}
    words = [set(vocabulary.tokens(name)) for name in head]
    whole = [i for i, held in cells.items() if held and all(cell.strip().isdigit() for cell in held)]
    free = [i for i, name in enumerate(made) if name not in roles]
    tests: dict[str, Callable[[int], bool]] = {
        "arm": lambda i: i not in whole and vocabulary.touches(head[i], vocabulary.VARIANT),
        "units": lambda i: i in whole and (says_so(head[i]) or not MANY_UNITS.isdisjoint(words[i])),
        "sum_of_squares": lambda i: bool(words[i] & SQUARES),
        "sd": lambda i: bool(words[i] & DEVIATION),
        "sum": lambda i: bool(words[i] & TOTAL) and not words[i] & SQUARES,
        "mean": lambda i: bool(words[i] & MEAN) and not words[i] & DEVIATION,
    }
    for role, fits in tests.items():
        found = [i for i in free if fits(i)]
        if role == "units":  # who has the outcome may be counted in people too
            found = [i for i in found if all(_at_most(cells[k], cells[i]) for k in found)][:1]
        if role not in there and len(found) == 1:
            made[found[0]] = role
            free.remove(found[0])
    units = next((i for i, name in enumerate(made) if roles.get(name) == "units"), None)
    counts = [
        i
        for i in free
        if i in whole
        and units in whole
        and all(int(c) <= int(n) for c, n in zip(cells[i], cells[units or 0], strict=True))
    ]
    if "successes" not in there and units is not None and len(counts) == 1:
        made[counts[0]] = "successes"
    return made


def _columns(head: Sequence[str], file: str, stated: Kind | None) -> tuple[Kind, dict[str, int]]:
    """The kind of a table, and where each of its columns stands; others are left where they are."""
    roles = {name: role for role, called in COLUMNS.items() for name in called}
    told = [name.strip().lower().replace(" ", "_") for name in head]
    found = [(roles[name], place) for place, name in enumerate(told) if name in roles]
    at = dict(found)
    kinds = [kind for kind, values in VALUES.items() if {"arm", *values} <= set(at) and stated in (None, kind)]
    if len(at) < len(found) or len(kinds) != 1:
        strange = [n for n in told if n not in roles]
        near = _meant(strange, set(at)) if not kinds else None
        shapes = " or ".join(", ".join(("arm", *values)) for values in VALUES.values())
        raise ReportError(
            f"the columns of {paths.shown(Path(file))} are not those of a table of counts", got=", ".join(head),
            expected=f"{shapes}, each once, and day where there are days",
            remedy=near or "rename them; where a table holds several of these, say which: --means or --sums, or leave the others out",
        )  # fmt: skip
    values = ("arm", "day", *VALUES[kinds[0]])
    return kinds[0], {role: place for role, place in at.items() if role in values}


def _meant(strange: Sequence[str], there: set[str]) -> str | None:
    """What would make it a table of counts: one name for all that one kind of it lacks, or one of several outcomes; None where nothing does.

    >>> _meant(["unts"], {"arm", "successes"}), _meant(["signups"], {"arm", "units"})
    ("did you mean 'units'?", None)
    >>> _meant(["signups", "refunds"], {"arm", "units"})
    'keep the one of signups and refunds that is compared, and call it successes; python -m helpers new-study FILE takes all of them'
    """
    for values in VALUES.values():
        lacking = [role for role in ("arm", *values) if role not in there]
        said = [nearest(name, COLUMNS[role]) for role in lacking for name in strange]
        if len(lacking) == 1 and (near := next(filter(None, said), None)):
            return near
    if {"arm", "units"} <= there and len(strange) > 1:
        return f"keep the one of {listed(list(strange))} that is compared, and call it successes; python -m helpers new-study FILE takes all of them"
    return None


def _summary(values: Sequence[str], kind: Kind, where: str) -> Summary:
    if kind == "proportions":
        units, successes = values
        return written.share_of(f"{successes}/{units}", where)
    return written.READ[kind](",".join(values), where)


def _ordered(arms: Mapping[str, Summary], names: Sequence[str], file: str) -> dict[str, Summary]:
    """The arms with the control first: as named, or the one arm that is called as a control is."""
    from helpers.ingest.new_study.controls import control_of

    called = [name.strip() for name in names]
    if not called:
        known = control_of(list(arms))
        called = [known, *(name for name in arms if name != known)] if known else []
    if sorted(called) != sorted(arms) or len(called) < 2:
        raise ReportError(
            f"{paths.shown(Path(file))} does not say which arm is the control" if not names else "--names does not name the arms",
            got=", ".join(names) or listed(list(arms)), expected=f"the arms of the table, control first: {', '.join(arms)}",
            remedy=f"add --names {','.join(arms)} with the control first",
        )  # fmt: skip
    return {name: arms[name] for name in called}


def _refuse_total(arms: Mapping[str, Summary]) -> None:
    """Refuse a row that sums up all others, whatever it is called."""
    for name, arm in arms.items():
        rest = [other for key, other in arms.items() if key != name]
        shares = isinstance(arm, Proportion) and all(isinstance(other, Proportion) for other in rest)
        hits = [getattr(other, "successes", 0) for other in rest]
        if (
            len(rest) > 1
            and arm.n == sum(other.n for other in rest)
            and (not shares or sum(hits) == getattr(arm, "successes", 0))
        ):
            raise ReportError(
                f"{name} is as large as all other arms together", got=f"{arm.n:,} units", expected="arms alone",
                cause="a row of totals", remedy="leave it out",
            )  # fmt: skip
