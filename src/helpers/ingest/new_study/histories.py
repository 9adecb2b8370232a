"""What stood before an experiment, and what follows from its outcome: covariates of a unit table, and columns that are none."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from helpers.ingest.new_study import direction, measures, questions, vocabulary
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.proposal import Measure, Noted

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

ALIKE = 0.3
"""Correlation from which on a number that is called as made of another one is made of it."""
UNEQUAL = 5.0
"""Standard errors by which a covariate's means may part between arms before it is called suspicious."""


YEARS = range(1990, 2100)


def of_earlier_years(columns: list[Column], time: Column | None) -> list[Column]:
    """Columns that are called by a year before that of the experiment, or of the latest column of the same name, or beside
    one of that name without a year; the latest first."""
    stem = {c.name: tuple(t for t in vocabulary.tokens(c.name) if not _is_year(t)) for c in columns if c.numeric}
    year = {
        name: years[0] for name in stem if len(years := [int(t) for t in vocabulary.tokens(name) if _is_year(t)]) == 1
    }
    latest = {stem[name]: max(of for other, of in year.items() if stem[other] == stem[name]) for name in year}
    bare = {stem[name] for name in stem if name not in year}
    began = time.first.year if time and time.first else None
    found = [
        c for c in columns
        if c.name in year and stem[c.name]
        and year[c.name] < (began or latest[stem[c.name]] + (stem[c.name] in bare))
    ]  # fmt: skip
    return sorted(found, key=lambda c: (-year[c.name], c.name))


def _is_year(token: str) -> bool:
    return token.isdigit() and int(token) in YEARS


def derived(table: "SourceTable", kinds: measures.Sorted) -> list[tuple[Column, str]]:
    """Attributes and covariates that follow from an outcome."""
    found = []
    again = [c for c in kinds.outcomes if measures.is_told(c)]  # is_buyer beside converted
    for column in (*kinds.segments, *kinds.before, *again):
        maybe = [o for o in kinds.outcomes if not (column in again and (o in again or not o.binary))]
        alike = questions.alike(table, column, maybe) if column.numeric else {}
        for outcome in maybe:
            if column in kinds.before and is_same_before(column, outcome) and not _is_copy(table, column, outcome):
                continue
            goes = alike.get(outcome.name)
            same = goes and (abs(goes.correlation) > 0.98 or goes.together)
            if same or (outcome.binary and questions.determines(table, column, outcome)):
                told = f"it tells '{vocabulary.printable(outcome.name)}'"
                why = (
                    f"called as from before, yet {told} nearly in full, as a copy does; if it was measured before, say so in data.before"
                    if column in kinds.before
                    else f"outcome-derived: {told}, so it is known only afterwards"
                )
                found.append((column, why))
                break
    return found + _remade(table, kinds.outcomes)


def is_same_before(column: Column, outcome: Column) -> bool:
    """Whether a column is called as an outcome is, and as from before besides: what earlier rows said, set beside the later ones.

    Whatever it looks like it is the history of that outcome: arms that part in it were unlike before anything was done, which
    a trust check of the report says, and a shop that sells as much as it did is no copy.
    """
    stem = set(vocabulary.tokens(column.name))
    bare = stem - vocabulary.BEFORE
    return bare < stem and bool(bare) and bare == set(vocabulary.tokens(outcome.name)) - vocabulary.AFTER


def _is_copy(table: "SourceTable", column: Column, outcome: Column) -> bool:
    """Whether two columns hold one value in each row."""
    one, other = table.value(column.name), table.value(outcome.name)
    return not table.number(f"select count(*) from {{table}} where {one} is distinct from {other}")


def unlike(before: Mapping[str, Noted], told: Mapping[str, tuple[bool, float]]) -> list[str]:
    """What is asked of arms that part in what was measured before."""
    return [
        f"Were the arms unlike before? Their means of '{vocabulary.printable(column)}' part by {told[column][1]:.0f} standard errors, more than"
        " chance brings about: the report checks that balance, and gives no verdict where it fails. If it was measured afterwards,"
        " take it out of data.before."
        for column, _ in before.values()
        if told[column][1] > UNEQUAL
    ]


def _remade(table: "SourceTable", outcomes: tuple[Column, ...]) -> list[tuple[Column, str]]:
    """Outcomes that are another one on another scale or with its tail cut, by their names and by their values."""
    found = []
    for column in outcomes:
        words = set(vocabulary.tokens(column.name))
        stem = words - vocabulary.REMADE if words & vocabulary.REMADE else set()
        for whole in outcomes:
            same = stem and whole is not column and stem == set(vocabulary.tokens(whole.name))
            if same and (
                abs(questions.correlation(table, column, whole)) > ALIKE or questions.follows(table, whole, column)
            ):
                found.append(
                    (
                        column,
                        f"made of '{vocabulary.printable(whole.name)}', which is the outcome: on another scale, or with its tail cut",
                    )
                )
                break
    return found


def before(
    table: "SourceTable",
    candidates: list[Column],
    outcomes: tuple[Column, ...],
    names: dict[str, str],
    told: dict[str, tuple[bool, float]],
) -> tuple[dict[str, Noted], list[tuple[Column, str]], list[str]]:
    """The covariate of each outcome: the same measure before; unequal ones are suspicious, the rest is only named."""
    found: dict[str, Noted] = {}
    suspicious, remarks = [], []
    for column in dict.fromkeys(candidates):
        if told[column.name][1] > UNEQUAL and not any(is_same_before(column, o) for o in outcomes):
            suspicious.append((column, f"named as if from before, but its means part by {told[column.name][1]:.0f} standard errors"
                               " between the arms: measured after the exposure?"))  # fmt: skip
            continue
        correlated = {name: alike.correlation for name, alike in questions.alike(table, column, outcomes).items()}
        stem = {t for t in vocabulary.tokens(column.name) if not _is_year(t)} - vocabulary.BEFORE
        amount = measures.unit_of(column)[0] in ("money", "number")
        same = [o for o in outcomes if stem & set(vocabulary.tokens(o.name))]
        pairs = same or [o for o in outcomes if amount and not o.binary and measures.unit_of(o)[0] == "money"]
        pairs = [o for o in pairs if names[o.name] not in found and not measures._no_outcome(column)]
        best = max(pairs or outcomes, key=lambda o: abs(correlated[o.name]))
        kept = 1 - correlated[best.name] ** 2
        said = f"correlation {correlated[best.name]:.3f} with {vocabulary.printable(best.name)}, so CUPED leaves {kept:.4f} of its variance"
        if pairs:
            found[names[best.name]] = (column.name, said)
            remarks.append(
                f"pre-period covariate: column '{vocabulary.printable(column.name)}' for {names[best.name]}; {said}"
            )
        else:
            if same:
                suspicious.append((column, f"not used: from before, and another one is the covariate already; {said}"))
                continue
            remarks.append(
                f"perhaps from before: column '{vocabulary.printable(column.name)}', not used, as it is not the same measure as an outcome; {said}"
            )
    return found, suspicious, remarks


def noted(made: Measure, history: Column | None, column: Column, zero: str) -> Measure:
    """With its covariate, and with what its empty fields may mean; what is counted now and was averaged before is a number."""
    empty = column.rows - column.filled
    asked = (
        f"{empty:,} rows are empty and left out of this metric; this would count them as the best there is, as less is better"
        if direction.is_best_at_zero(column)
        else f"{empty:,} rows are empty; write this if empty means that nothing happened, else they are left out of this metric"
    )
    if history and history.decimal and made.unit == "count":
        averaged = f"no count: '{vocabulary.printable(history.name)}', the same before, has decimals"
        made = replace(made, unit="number", comment=averaged)
    return replace(made, covariate=history is not None, missing=asked if empty else "", zero=zero)
