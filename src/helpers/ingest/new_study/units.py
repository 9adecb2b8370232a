"""The proposal for a unit table: one row a unit, its variant and its outcomes in columns."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from helpers.config import columns as columns_of
from helpers.config.assumed import NO_TIME, NO_TIME_LASTS
from helpers.config.levels import LEAVE_OUT
from helpers.errors import ReportError
from helpers.formatting import ratio
from helpers.ingest.many_units import said as many_said
from helpers.ingest.many_units import standing_for_many
from helpers.ingest.new_study import (
    answered,
    asking,
    certainty,
    clusters,
    codes,
    contradictions,
    currency,
    cuts,
    dependence,
    direction,
    happened,
    histories,
    limits,
    measured_in,
    measures,
    minor_units,
    no_outcome,
    one_side,
    pieces_asked,
    questions,
    received,
    roles,
    row_times,
    spans,
    tolerances,
    turns,
    two_variants,
    typed,
    vocabulary,
    within,
)
from helpers.ingest.new_study import nothing as nothing_words
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.proposal import Arm, Measure, Noted, StudyProposal
from helpers.ingest.new_study.said import Said
from helpers.ingest.new_study.weights import weights
from helpers.ingest.values.number_formats import TRUE

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

TAKEN = ("user_id", "variant", "event_time", "shown", "event_id", "event_name", "price", "ingested_at", "experiment_id",
         "duration_sec", "order_id", "coupon")  # fmt: skip
"""Names that a segment cannot have."""


def propose(
    table: "SourceTable",
    rows: int,
    columns: list[Column],
    variant: Column,
    others: list[Column],
    totals: dict[str, str],
    said: Said = Said(),  # noqa: B008
    ask: asking.Ask | None = None,
) -> StudyProposal:
    """A study of a unit table whose ``variant`` is known; ``others`` may hold what was really shown.

    ``totals`` are levels that are no arm, each with where it stands; their rows are not in ``table``. What was ``said``
    is taken as it was.

    Raises :class:`~helpers.errors.ReportError` where no column can be an outcome, or rows of one unit disagree.
    """
    unit, *_ = roles_of(columns, said)
    time, rowless = row_times.of(table, [c for c in columns if c is not variant], variant, said)
    contradictions.in_period(table, time, said)
    stated = [contradictions.outcome_of(table, columns, name, "--primary" if name == said.primary else "--outcome", variant)
              for name in said.measured]  # fmt: skip
    money_said = said.column("money", columns)
    cleared, spellings, nothing = roles.meant(variant)
    arms, why = roles.arms_of(cleared, (said.control or "", said.how("control")))
    also = _also(
        variant,
        {s: next(a.name for a in arms if a.level == level) for s, level in spellings.items()},
        totals | dict.fromkeys(nothing, "a word for nothing: these rows say no variant"),
    )
    shown, mapping, otherwise, taken_up = received.seen(table, variant, received.others(columns, variant, others))
    roles_taken = (unit, time, variant, shown, money_said, *stated, *(c for c, _ in taken_up))
    cluster, doubted = clusters.proposed(table, columns, roles_taken, variant, arms, said)
    whole = [(c.column, c.doubt) for c in (cluster, doubted) if c]
    free = [c for c in columns if all(c is not role for role in (*roles_taken, *(c for c, _ in whole)))]
    told = questions.by_arm(table, free, variant)
    leaks = [(c, _leak(table, c, variant, told)) for c in free]
    leaking = [*taken_up, *(whole if doubted else []), *((c, reason) for c, reason in leaks if reason)]
    together, flags = questions.together(table, [c for c, reason in leaks if not reason])
    leaking += [(c, f"tells where '{vocabulary.printable(flags[c.name])}' is missing, which is no outcome")
                for c, reason in leaks if not reason and c.name in flags]  # fmt: skip
    earlier = [c for c in histories.of_earlier_years(columns, time) if c in free]
    leaking += (turning := turns.of(table, free, cluster.column if cluster else None))
    sound = [c for c, reason in leaks if not (reason or c.name in flags or c in [t for t, _ in turning])]
    kinds = measures.sort(table, sound, together, frozenset(c.name for c in earlier), tuple(stated))
    many = standing_for_many(
        table.con,
        table.relation,
        [c.name for c in columns if c not in stated],
        unit.name if unit and vocabulary.names_a_unit(unit.name) else None,
    )
    kinds = measures.per_unit_first(kinds) if many else kinds
    kinds, sided = one_side.without(table, kinds, variant)
    leaking += sided
    behind = [money_said] if money_said and money_said not in stated else []
    kinds = measures.with_stated(measures.sure(kinds, stated, together), stated, behind, alone=bool(said.outcomes))
    if not kinds.outcomes:
        raise no_outcome.none(table, kinds, told)
    if not said.measured and (several := measures.unclear(kinds.outcomes, together)):
        raise no_outcome.which(table, [(c, _seen("outcome", c)) for c in no_outcome.likely_first(several, told)])
    derived = histories.derived(table, kinds)
    kept = {c.name for c, _ in derived} - {c.name for c in stated}
    kinds = replace(kinds, outcomes=tuple(c for c in kinds.outcomes if c.name not in kept))
    names: dict[str, str] = {}
    for column in kinds.outcomes:
        names[column.name] = vocabulary.slug(column.name, {*names.values(), "exposed"})
    before, paired, remarks = histories.before(
        table,
        [c for c in (*earlier, *kinds.before) if c in kinds.before and c.name not in kept],
        kinds.outcomes,
        names,
        told,
    )
    cutting = cuts.silent(table, [c for c in kinds.segments if c.name not in kept], variant, whole=cluster is not None)
    history = {name: c for name, (column, _) in before.items() for c in kinds.before if c.name == column}
    metrics = tuple(
        histories.noted(
            measures.metric(
                c,
                names[c.name],
                "secondary" if i else "primary",
                ("money", said.how("money")) if c is money_said else ("", ""),
            ),
            history.get(names[c.name]),
            c,
            nothing_words.zero(table, c),
        )
        for i, c in enumerate(kinds.outcomes)
    )
    metrics = answered.empty(table, metrics, kinds.outcomes[0], said, ask)
    segments: dict[str, Column] = {}
    for column in cutting.kept:
        segments[vocabulary.slug_of_column(column.name, {*TAKEN, *columns_of.TAKEN}, segments)] = column
    named = {"user_id": unit, "variant": variant, "shown": shown, "event_time": time}
    of_option = {"user_id": "unit", "event_time": "time", "variant": "variant"}
    mapped: dict[str, Noted] = {
        n: (c.name, said.note(of_option[n], _seen(n, c)) if n in of_option else _seen(n, c))
        for n, c in (named | segments).items()
        if c
    }
    if cluster:
        called = vocabulary.slug_of_column(cluster.column.name, {*TAKEN, *columns_of.TAKEN}, mapped)
        mapped[called] = (cluster.column.name, cluster.seen)
    used = [
        c for c in columns if any(c.name == o.name for o in kinds.outcomes) or c.name in {t for t, _ in before.values()}
    ]
    tolerate, repeated = _tolerances(
        table, rows, unit, variant, shown, mapping, otherwise, used, list(kinds.outcomes), time, columns
    )
    start, end, period = (*said.period, said.how("period")) if said.period else period_of(time)
    money = [
        m.name
        for m, c in zip(metrics, kinds.outcomes, strict=True)
        if c is money_said
        or (money_said is None and m.unit == "money" and measures.is_money(c) and not measures.harms(c))
    ]
    paid = currency.of(table, [c for m, c in zip(metrics, kinds.outcomes, strict=True) if m.unit == "money"])
    suspicious = [
        *leaking,
        *derived,
        *paired,
        *((c, _why_left(table, c, reason)) for c, reason in kinds.left),
        *cutting.left,
        *((c, f"sentinel? {s}") for c in columns if (s := measures.sentinels(c))),
    ]
    arm_names = {a.level: a.name for a in arms}
    return StudyProposal(
        source="units", mode="online", rows=rows, arms=tuple(arms), weights=weights(arms, vocabulary.printable(cluster.column.name) if cluster else ""), also=also,
        columns=mapped, start=start, end=end, period=period, time_format=roles.time_format(time),
        baseline=start - timedelta(days=28) if before else None,
        metrics=metrics, segments=tuple(segments),
        outcomes={names[c.name]: (c.name, happened.told(table, c) if c.name in table.happened else _outcome_seen(c, said)) for c in kinds.outcomes},
        happened=tuple(names[c.name] for c in kinds.outcomes if c.name in table.happened),
        codes_of={c.name: words for c in kinds.outcomes if (words := table.happened.get(c.name))}
        | nothing_words.codes_of(table, used),
        negative=any(c.negative for c in (*stated, *behind)), control=said.note("control", ""),
        before=before, shown={level: arm_names[arm] for level, arm in mapping.items()}, tolerate=tolerate,
        suspicious=tuple((c.name, reason) for c, reason in suspicious), revenue=money[0] if money else "",
        money_digits=minor_units.digits(table, kinds.outcomes, money_said), cluster=cluster.noted(called) if cluster else ("", ""),
        currency=paid.noted,
        assumed=(
            f"grain: unit table, one row a unit ({rows:,} rows)",
            _unit_said(unit, repeated) + (as_said(said, "unit") or (certainty.told(certainty.unit(unit), said, "unit") if unit else "")),
            *([f"randomised by: {_said(cluster.column)}, {cluster.seen}"] if cluster else []),
            f"time: {_said(time)} ({roles.read_as(time)}UTC), {spans.told(time, said)}" + (as_said(said, "time", "period") or certainty.told(certainty.time(time), said, "time")) if time
            else f"time: no column holds a moment{rowless}; the period is " + (f"{start} to {end}{as_said(said, 'period')}" if said.period
                                                                     else f"a placeholder of two weeks from {start:%Y-%m-%d}"),
            f"variant: {_said(variant)}{as_said(said, 'variant')}, levels {_levels(arms)}{certainty.told(certainty.variant(variant), said, 'variant')}; {why}"
            + certainty.arms(arms, said, variant),
            *(f"variant {vocabulary.printable(level)!r}: {meant}, {said}" for level, (meant, said) in also.items()),
            f"weights: {weights(arms, vocabulary.printable(cluster.column.name) if cluster else '')}",
            *([f"shown: {_said(shown)} says what was shown; {otherwise:,} rows disagree with the variant"] if shown else []),
            f"metrics: {measured(metrics, how_said(metrics, kinds.outcomes, said))}",
            *certainty.primary(typed.name(kinds.outcomes[0].name), certainty.outcome(kinds.outcomes[0], (*kinds.outcomes, *measures.seldom(kinds)), together), said),
            *([f"currency: {paid.noted[0]}, {paid.noted[1]}"] if paid.noted[1] else []),
            f"segments: {', '.join(segments) or 'none'}",
            *tolerances.said(tolerate),
            *(remarks or ["pre-period covariate: none found, so no variance reduction"]),
        ),
        first=(
            *(happened.asked(table, c) for c in kinds.outcomes if c.name in table.happened),
            *nothing_words.asked(table, used),
            *nothing_words.in_part(table, [*kinds.outcomes, *(c for c, _ in kinds.left)]),
            *received.asked(taken_up, variant),
            *([] if said.measured else pieces_asked.asked(table, columns, kinds.outcomes[0])),
            *histories.unlike(before, told),
            *(f"Is a row one unit? {many_said(column)}." for column in many),
            *paid.first,
            *spans.asked(time, said),
            *spans.watched(time, said),
            *cutting.asked,
            *([] if cluster else dependence.asked(table, columns, unit, time, variant)),
            *(each.first for each in (cluster, doubted) if each and "cluster" not in said),
            *_first(why, arms, time, _empty(metrics, kinds.outcomes, said), tolerate, said, typed.name(kinds.outcomes[0].name),
                    [f"{typed.name(c.name)} ({no_outcome.seen(c)})" for c in (*measures.seldom(kinds), *kinds.outcomes[1:], *no_outcome.as_well(kinds))]),
        ),
    )  # fmt: skip


FEWEST = 20
"""Units that are in one arm each in all of their rows, from which on that is no chance."""


def _why_left(table: "SourceTable", column: Column, reason: str) -> str:
    """Why a column is no outcome, with what makes one of words, and of numbers past what a metric holds."""
    if reason.startswith(measures.IN_WORDS[0]):
        return f"{reason}; {measured_in.or_of_words(table, column)}"
    if reason.startswith(measures.NUMBERS_BUT) and contradictions.too_large(table, column):
        return f"{reason}, which are larger than a metric holds; --outcome says what to do"
    return reason


NO_PERIOD = "When did the experiment run? The period is a placeholder."


def roles_of(columns: list[Column], said: Said) -> tuple[Column | None, Column | None, Column | None]:
    """The columns of the unit, the time and the event: as they were said, else as they seem; no column has two roles."""
    free = [c for c in columns if c.name not in said.named]
    unit, time, event = (said.column(option, columns) for option in ("unit", "time", "event"))
    return (
        unit or roles.unit_of(free),
        time or roles.time_of(free),
        event or roles.event_of(free) or codes.event_of(free),
    )


def as_said(said: Said, *options: str) -> str:
    """What is added where somebody said something, or answered it."""
    told = dict.fromkeys(said.how(option) for option in options if option in said)
    return f", {' and '.join(told)}" if told else ""


def _also(variant: Column, spellings: dict[str, str], totals: dict[str, str]) -> dict[str, Noted]:
    """Levels beside those of the arms, each with the variant it means or ``leave_out``, and the rows it has."""
    counts = dict(variant.levels)
    found: dict[str, Noted] = {level: (name, f"{counts[level]:,} of these rows") for level, name in spellings.items()}
    found |= {level: (LEAVE_OUT, place) for level, place in totals.items()}
    if variant.rows > variant.filled:
        empty = variant.rows - variant.filled
        found[""] = (LEAVE_OUT, f"{empty:,} of {variant.rows:,} rows have no variant: why?")
    return found


def _empty(metrics: tuple[Measure, ...], outcomes: tuple[Column, ...], said: Said) -> tuple[list[str], list[str]]:
    """Metrics with empty fields that may mean nothing happened, and those of which less is better, where they cannot."""
    zero: list[str] = []
    unknown: list[str] = []
    for metric, column in zip(metrics, outcomes, strict=True):
        if metric.missing and not metric.zero:
            stated = said.better if metric.role == "primary" else None
            lower = stated == direction.LOWER if stated else direction.is_best_at_zero(column)
            (unknown if lower else zero).append(metric.name)
    return zero, unknown


def measured(metrics: tuple[Measure, ...], told: Mapping[str, str] | None = None) -> str:
    """Metrics with role, type and unit, in a line; ``told`` has how somebody said some of them."""
    how = told or {}
    return ", ".join(
        f"{m.name} ({' '.join(filter(None, [m.role, m.type, m.unit and 'of ' + m.unit]))}{', ' * bool(how.get(m.name))}{how.get(m.name, '')})"
        for m in metrics
    )


def how_said(metrics: tuple[Measure, ...], outcomes: Sequence[Column], said: Said) -> dict[str, str]:
    """How somebody said some of the metrics, by name."""
    options = dict.fromkeys(said.outcomes, "outcomes")
    options |= {name: option for option in ("money", "primary") if (name := getattr(said, option))}
    return {m.name: said.how(options[c.name]) for m, c in zip(metrics, outcomes, strict=True) if c.name in options}


def _levels(arms: list[Arm]) -> str:
    return ", ".join(f"{vocabulary.printable(a.level)} ({a.count:,})" for a in arms)


def _leak(table: "SourceTable", column: Column, variant: Column, told: dict[str, tuple[bool, float]]) -> str:
    if told[column.name][0]:
        return "a leak: filled in some variants only, so it tells the variant"
    if questions.determines(table, column, variant):
        return "a leak: its value tells the variant in every row"
    return ""


def _tolerances(
    table: "SourceTable", rows: int, unit: Column | None, variant: Column, shown: Column | None, mapping: dict[str, str],
    otherwise: int, used: list[Column], outcomes: list[Column], time: Column | None, columns: list[Column],
) -> tuple[dict[str, tuple[float, str]], questions.Repeats | None]:  # fmt: skip
    """What the table has wrong, as shares that a study must tolerate to be read; and how units repeat."""
    found = {"malformed_line": table.malformed, "shown_otherwise": otherwise}
    if unit:
        found["missing_id"] = rows - unit.filled
    limits.refuse(table, *outcomes)
    found["wrong_type"] = max((c.filled - c.numbers for c in used if not c.in_words), default=0)
    if time and time.filled < time.rows:  # a total below, which has no variant either
        found["unparseable_time"] = int(
            table.number(
                f"select count(*) from {{table}} where {table.text(time.name)} is null and {table.text(variant.name)} is null"
            )
        )
    repeated = None
    if unit:
        cases = " or ".join(
            f"({questions.is_level(table, shown, s)} and {questions.is_level(table, variant, v)})" for s, v in mapping.items()
        ) if shown else "true"  # fmt: skip
        repeated = questions.repeats(table, unit, variant, outcomes, f"({cases})")
        if repeated.disagreeing:
            anew = (
                repeated.in_two_variants or repeated.units < FEWEST
            )  # ids of one number, given anew, would be in one arm by chance
            ids = within.told(table, columns, unit, variant) if anew else ""
            raise ReportError(
                f"{table.called}: {repeated.disagreeing:,} units stand in several rows with different outcomes",
                got=f"{rows:,} rows of {repeated.units:,} units in '{vocabulary.printable(unit.name)}', and no column of event names",
                expected="one row a unit (a unit table), or one row an event with a column that names the event (a log)",
                cause="ids that are unique within something alone" if ids else "a table of visits, days or orders",
                remedy=ids
                or "".join(f"{asked} If so: " for asked in no_outcome.everybody(columns, outcomes))
                + "name the unit's column if it is another one (--unit COLUMN), or that of what happened (--event COLUMN);"
                f" where rows are measured and these were randomised, --cluster {'COLUMN' if repeated.in_two_variants else typed.name(unit.name)}; else sum it up to one row a unit",
            )
        found["duplicate_unit"] = repeated.duplicate_rows
    shares = {
        k: (tolerances.tolerated(n, rows + table.malformed), f"{n:,} of {rows:,} rows") for k, n in found.items() if n
    }
    if repeated and repeated.in_two_variants:
        n = repeated.in_two_variants
        two_variants.refuse(table.called, variant.name, n, repeated.units)
        shares["two_variants"] = (tolerances.tolerated(n, repeated.units), f"{n:,} of {repeated.units:,} units")
    return shares, repeated


def period_of(time: Column | None) -> tuple[datetime, datetime, str]:
    """Start and end of the experiment as its rows have them, the end excluded, and what tells them."""
    if time is None or time.first is None or time.last is None:
        return NO_TIME, NO_TIME + NO_TIME_LASTS, "ASSUMED: the table holds no times; replace both"
    start = datetime(time.first.year, time.first.month, time.first.day)
    end = datetime(time.last.year, time.last.month, time.last.day) + timedelta(days=time.days)
    return start, end, "whole days from the first to the last row; the end is excluded"


def _seen(role: str, column: Column) -> str:
    if role == "user_id":
        return f"{column.distinct:,} units"
    if role == "outcome" and column.in_words:
        yes = sum(n for level, n in column.levels if level.lower() in TRUE)
        return f"yes in {yes:,} of {column.filled:,} rows"
    if role == "outcome" and not column.binary:
        return (
            f"mean {column.mean:,.4g}, largest {column.high:,.10g}, zero in {column.zero / max(1, column.numbers):.0%}"
        )
    if role == "outcome":
        return f"1 in {column.mean:.4g} of the rows" if column.numbers else ""
    return f"{column.distinct} levels" if column.levels else ""


def _outcome_seen(column: Column, said: Said) -> str:
    option = next((o for o, names in (("primary", (said.primary,)), ("outcomes", said.outcomes), ("money", (said.money,)))
                   if column.name in names), "")  # fmt: skip
    return said.how(option) if option else _seen("outcome", column)


def _said(column: Column) -> str:
    return f"column '{vocabulary.printable(column.name)}'"


def _unit_said(unit: Column | None, repeated: questions.Repeats | None) -> str:
    if unit is None or repeated is None:
        return "unit: no column names it, so every row is a unit of its own; equal rows are different units"
    extra = (
        [f"{repeated.duplicate_rows:,} row{'s' * (repeated.duplicate_rows > 1)} of them again"]
        if repeated.duplicate_rows
        else []
    )
    extra += [f"{repeated.in_two_variants:,} stand in two variants"] if repeated.in_two_variants else []
    return f"unit: {_said(unit)}, {repeated.units:,} units" + (
        f"; {' and '.join(extra)}" if extra else ", each in one row"
    )


def _first(
    why: str,
    arms: list[Arm],
    time: Column | None,
    empty: tuple[list[str], list[str]],
    tolerate: dict[str, tuple[float, str]],
    said: Said,
    primary: str,
    others: list[str],
) -> tuple[str, ...]:
    told = [f"Were {ratio([a.weight for a in arms])} the designed weights?"]
    if "control" not in said:
        told.insert(0, f"Is the control right? {why[0].upper()}{why[1:]}.")
    if time is None and not said.period:
        told.append(NO_PERIOD)
    zero, unknown = empty
    if zero:
        told.append(
            f"Does an empty {' or '.join(zero)} mean that nothing happened? Then write missing: zero at the metric."
        )
    if unknown:
        told.append(
            f"Why is {' or '.join(unknown)} empty in some rows? They are left out of the metric: a zero would"
            " count what never came about as the best there is."
        )
    return (
        *told,
        *tolerances.asked(tolerate),
        *certainty.agreed(primary, others, said),
    )
