"""What is measured of facts: whether a unit has one, how many, and how much; what somebody said comes first."""

from collections.abc import Sequence
from dataclasses import replace

from helpers.errors import ReportError
from helpers.ingest.near import nearest
from helpers.ingest.new_study import measures, vocabulary
from helpers.ingest.new_study.proposal import Measure
from helpers.ingest.new_study.said import Said
from helpers.ingest.new_study.tables import facts
from helpers.ingest.new_study.tables.facts import FactColumns, FactKind


def of(told: Sequence[FactColumns], said: Said) -> tuple[Measure, ...]:
    """The metrics, the primary one first.

    Raises :class:`~helpers.errors.ReportError` for what was said to be measured and is neither a table of facts, a kind of
    them, nor a column of amounts.
    """
    ordered = sorted(told, key=lambda each: (-_worth(each), each.table.name))
    guessed = [measure for each in ordered for measure in _of(each, first=each is ordered[0], said=said)]
    stated = [
        _named(name, told, guessed, "--primary" if name == said.primary else "--outcome") for name in said.measured
    ]
    how = said.how("primary" if said.primary else "outcomes")
    beside = [] if said.outcomes else [m for m in guessed if m not in stated]
    made = [*(replace(m, comment=how) for m in dict.fromkeys(stated)), *beside][: measures.MOST_OUTCOMES]
    return (replace(made[0], role="primary"), *made[1:])


def _worth(each: FactColumns) -> float:
    """How much a business decides by a table of facts: orders before visits, money before none."""
    names = [kind.name for kind in each.kinds]
    called = next(
        (n for n, words in enumerate(vocabulary.OUTCOME) if any(vocabulary.touches(name, words) for name in names)), 4
    )
    return 2 * each.money + (4 - called) / 4 + max(map(facts.rank, names)) / 20


def _of(each: FactColumns, *, first: bool, said: Said) -> list[Measure]:
    """Rates of all kinds; the number of facts of the likeliest one, where units have several; the amount of those that have it."""
    made = []
    for number, kind in enumerate(each.kinds):
        label = vocabulary.label(kind.name)
        made.append(Measure(f"{kind.name}_rate", f"{label} rate", "secondary", "proportion", kind.name))
        if number == 0 and each.unit.distinct < each.unit.filled:
            made.append(
                Measure(f"{kind.name}_per_unit", f"{label} per unit", "secondary", "mean", kind.name, "count", "count")
            )
        if each.amount and kind.name == each.paid:
            made.append(_sum(each, kind, first=first, said=said))
    return made


def _sum(each: FactColumns, kind: FactKind, *, first: bool, said: Said) -> Measure:
    assert each.amount is not None
    unit, comment = measures.unit_of(each.amount)
    if each.many:
        unit, comment = "money", ""
    if each.amount.name == said.money:
        unit, comment = "money", said.how("money")
    if unit == "money" and first:
        name, label = "revenue_per_unit", "Revenue per unit"
    else:
        name = f"{vocabulary.slug(each.amount.name)}_of_{kind.name}"
        label = f"{vocabulary.label(each.amount.name)} of {kind.name} per unit"
    return Measure(name, label, "secondary", "mean", kind.name, "sum", unit, comment=comment)


def _named(name: str, told: Sequence[FactColumns], guessed: Sequence[Measure], option: str) -> Measure:
    """The metric that somebody means: by its name, by a kind of facts, or by a column of amounts."""
    if named := next((m for m in guessed if m.name == name.strip().casefold()), None):
        return named
    for each in told:
        for kind in each.kinds:
            if name.casefold() == kind.name or vocabulary.slug(name) == kind.name:
                return next(m for m in guessed if m.event == kind.name and m.type == "proportion")
        if each.amount and each.amount.name.casefold() == name.strip().casefold():
            return next(m for m in guessed if m.event == each.paid and m.measure == "sum")
    known = [
        name
        for each in told
        for name in (*(kind.name for kind in each.kinds), *([each.amount.name] if each.amount else []))
    ]
    near = nearest(name, known)
    raise ReportError(
        f"no table of facts is called '{vocabulary.printable(name)}', and no column of amounts",
        got=f"{option} {vocabulary.printable(name)}",
        expected=", ".join(map(vocabulary.printable, known)),
        remedy=f"did you mean {' or '.join(repr(vocabulary.printable(each)) for each in near)}?" if near else None,
    )
