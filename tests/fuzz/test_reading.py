"""Any file is read as an independent reader reads it, or refused with a cause that is true; nothing is silently wrong."""

import csv
import os
import re
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tests.fuzz import oracle
from tests.fuzz.cases import Case, case
from tests.fuzz.conftest import ENDS
from tests.fuzz.oracle import Row, Told, Unreadable
from tests.fuzz.reading import Refused, read, study_of
from tests.fuzz.worlds import BOUGHT

TRIES = int(os.environ.get("FUZZ", "100"))
SHARE = 20
"""Seeds of one test, so that workers share them evenly."""


ALWAYS_TOLERATED = ("outside_period", "repeated", "missing_outcome")
"""Kinds of rows that stop no run, or only when there are many."""


@pytest.mark.parametrize("first", range(0, TRIES, SHARE))
def test_every_file_is_read_as_an_independent_reader_reads_it_or_refused_for_a_true_cause(
    first: int, record_property: Callable[[str, object], None]
) -> None:
    ends: Counter[str] = Counter()
    wrong = []
    for seed in range(first, min(first + SHARE, TRIES)):
        end, said = judged(seed)
        ends[end] += 1
        wrong += [said] if said else []
    record_property(ENDS, dict(ends))
    assert not wrong, "\n\n".join(wrong)


def judged(seed: int) -> tuple[str, str]:
    """How a file ends, and '' where it is read right or refused rightly; else the seed and what is wrong."""
    with tempfile.TemporaryDirectory() as folder:
        made = case(seed, Path(folder))
        try:
            study = study_of(made.world, made.dress, made.written, timed=made.timed, tolerant=made.tolerant)
            found = read(study, Path(folder, "out"))
        except Exception as error:
            return "broken", f"{made.told()}\n  {type(error).__name__}: {str(error)[:600]}"
        wrong = difference(made, found)
    end = f"refused ({', '.join(found.kinds)})" if isinstance(found, Refused) else "read"
    return ("wrong", f"{made.told()}\n  {wrong}") if wrong else (end, "")


def difference(made: Case, found: Told | Refused) -> str:
    """'' where both say the same, or where a refusal is due and its cause is true."""
    expected, refusals = due(made, found.digits if isinstance(found, Told) else {})
    if isinstance(found, Refused):
        said = "\n".join(found.messages)
        untrue = set(found.kinds) - refusals - doubtful(made)
        if untrue:
            return f"refused for {sorted(untrue)}, and due is {sorted(refusals) or 'a reading'}:\n{said}"
        sure = not (made.mutation and made.mutation.loose)
        for kind, rows in found.counts if expected and sure else []:
            if rows not in (expected.lost[kind], expected.lost[kind] + expected.also[kind]):
                return f"{rows} rows told, and there are {expected.lost[kind]}:\n{said}"
        for kind, row in found.places if expected and sure else []:
            if expected.places[kind] and row not in {number for _, number in expected.places[kind]}:
                return f"row {row} told, and it is {sorted(expected.places[kind])}:\n{said}"
        return ""
    if refusals and not (made.mutation and made.mutation.may):
        return f"read, and due is a refusal for {sorted(refusals)}"
    return unequal(made, found, expected)


def due(made: Case, digits: dict[str, int]) -> tuple[Told | None, set[str]]:
    """What an independent reader reads, and the refusals of which one is due; none where the file is to be read."""
    mutation = made.mutation
    always = set(mutation.refused) if mutation else set()
    always |= {"number"} if _of_another_currency(made) else set()
    try:
        expected = oracle.read(
            oracle.table_of(made.written, made.dress, made.roles), made.dress, made.world, made.roles, digits
        )
    except oracle.Disagree:
        if made.dress.typed.get("who") == "double":  # floats have made several ids one
            return None, always | {"ids", "disagree"}
        assert mutation and mutation.refused, "only what a mutation spoils tells two things of one unit"
        return None, always
    except (Unreadable, UnicodeDecodeError, StopIteration, KeyError, OSError, EOFError, csv.Error, pa.ArrowInvalid):
        assert mutation and mutation.refused, "only what a mutation spoils cannot be read"
        return None, always
    if made.dress.typed.get("who") == "double" and any(abs(int(who)) >= 2**53 for who in expected.units):
        return None, always | {"ids"} | set(expected.lost | expected.also)
    if not (mutation and (mutation.loose or mutation.refused)):
        meant, seen = oracle.truth(made.world, made.lines, made.dress, digits), told_of(made, expected)
        lost = expected.lost["malformed_line"]
        assert not seen - meant and (meant - seen).total() <= lost, "the oracle reads what was meant"
    if not made.tolerant:
        always |= {kind for kind in expected.lost | expected.also if kind not in ALWAYS_TOLERATED}
        few = 0 if _days(made, expected) else 0.05
        always |= {"repeated"} if expected.lost["repeated"] > few * expected.all_rows else set()
    if _lost_digits(expected.units):
        always |= {"ids"}
    if _past_range(made, expected):
        always |= {"range"}
    if not expected.rows:
        always |= {"no_rows"}
    elif not expected.values and not expected.lost["two_variants"]:
        always |= {"no_arm"}
    elif expected.silent:
        always |= {"level"}
    return expected, always


def _of_another_currency(made: Case) -> bool:
    """Whether an amount of money is marked as one of another currency than the study's."""
    money, role = made.dress.money, "cost" if made.world.is_log else "spend"
    if money.currency in ("", made.dress.currency) or role in made.dress.typed:
        return False
    return any(money.reads(text) for line in made.lines if isinstance(text := line.cells.get(role), str))


def _days(made: Case, expected: Told) -> bool:
    """Whether a log has no ids and one time of day, so that what stands there twice may be two events."""
    moments = {at for _, at, *_ in expected.rows}
    clocks = {at % 86_400_000_000 for at in moments}
    return made.world.is_log and not made.dress.keyed and (clocks == {0} or len(clocks) == 1 < len(moments))


def _lost_digits(ids: set[str]) -> bool:
    """Whether all are numbers, and some of them such as a spreadsheet makes of longer ones."""
    return any("e" in each for each in ids) and all(re.fullmatch(r"\d+(e\d+)?", each) for each in ids)


def _past_range(made: Case, expected: Told) -> bool:
    """Whether purchases, in the smallest amount that is told, pass 64 bits of a unit, or the squares of all 128 bits."""
    sums: Counter[str] = Counter()
    for unit, _, name, amount in expected.rows.elements():
        if made.world.is_log and name == BOUGHT and amount is not None:
            sums[unit] += abs(amount)  # type: ignore[assignment]
    told = [int(total.scaleb(made.dress.minor)) for total in sums.values()]  # type: ignore[attr-defined]
    return any(total >= 2**63 for total in told) or sum(total**2 for total in told) >= 2**126


def told_of(made: Case, expected: Told) -> Counter[Row]:
    """The rows that the truth lists one by one: of a table of units the exposures."""
    return (
        expected.rows
        if made.world.is_log
        else Counter({row: n for row, n in expected.rows.items() if row[2] == "exposed"})
    )


def _times(made: Case, meant: list[Any]) -> list[Any]:
    """The times of a file that a mutation has left as times; those that are ``meant`` where none is whole."""
    try:
        table = oracle.table_of(made.written, made.dress, made.roles)
    except (Unreadable, UnicodeDecodeError, StopIteration, KeyError, OSError, EOFError, csv.Error, pa.ArrowInvalid):
        return meant
    there = Counter(meant)
    return [text for _, cells in table.rows if isinstance(text := cells.get("when"), str) and there[text]] or meant


def doubtful(made: Case) -> set[str]:
    """Refusals that are right, though a reader who knows the spelling can read the file."""
    kinds = set()
    texts = {
        role: [line.cells[role] for line in made.lines if line.cells.get(role)]
        for role in ("when", "cost", "spend", "score")
    }
    if "when" not in made.dress.typed and texts["when"] and not made.dress.times.evident(_times(made, texts["when"])):
        kinds.add("time")
    for role, shape in (("cost", made.dress.money), ("spend", made.dress.money), ("score", made.dress.scores)):
        if role not in made.dress.typed and not shape.evident(texts[role]):
            kinds.add("number")
    return kinds


def unequal(made: Case, found: Told, expected: Told | None) -> str:
    if made.mutation and made.mutation.loose:
        meant = oracle.truth(made.world, made.lines, made.dress, found.digits)
        invented = told_of(made, found) - meant
        gone = meant - told_of(made, found)
        if invented or (gone and not found.lost):
            return f"rows that nobody wrote {invented}, or lost without a word {gone}"
        return ""
    assert expected
    money = found.digits[BOUGHT if made.world.is_log else "spend"]
    rounded = due(made, {})[0]
    is_rounded = rounded is not None and rounded.rows != expected.rows
    if money < made.dress.minor or (is_rounded and not any("rounded" in note for note in found.notes)):
        return f"amounts are kept to {found.digits} without a word: {found.notes}"
    for what in ("rows", "lost", "values"):
        mine, theirs = getattr(found, what), getattr(expected, what)
        if mine != theirs:
            keys = [key for key in {**mine, **theirs} if mine.get(key) != theirs.get(key)]
            return f"{what} differ in {len(keys)}, such as " + "; ".join(
                f"{key}: {mine.get(key)} read, {theirs.get(key)} right" for key in keys[:4]
            )
    return ""
