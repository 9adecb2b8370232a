"""A log in which one thing happens, such as lines of orders: what a unit does first, and what it does again."""

from typing import TYPE_CHECKING

from helpers.config.descriptive import MODE
from helpers.ingest.new_study import contradictions, log, measures, paying, roles, spans, tolerances, units, vocabulary
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.proposal import Measure, Noted, Planned, StudyProposal
from helpers.ingest.new_study.said import Said

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

NEVER = 1_000_000
"""Lines a day after which a unit is a bot: a large order has thousands, and no bot makes one."""


def propose(
    table: "SourceTable", rows: int, columns: list[Column], unit: Column, time: Column, said: Said
) -> StudyProposal:
    """A description of such a log: each row is the same event, and the rows of a unit's first moment are told apart."""
    contradictions.in_period(table, time, said)
    mapped = log._mapped(table, columns, unit, time, time, None, said.column("money", columns), said)
    del mapped["event_name"]
    price = mapped.get("price")
    many = paying.quantity(table, columns, price)
    what = "purchase" if price or "order_id" in mapped else "visit"
    first = f"first_{what}"
    named: dict[str, Column] = {}
    arms = roles.variants_of(columns)
    for column in (c for c in columns if c not in arms):
        if column is not many and log._attribute(table, column, mapped, unit) and len(named) < measures.MOST_SEGMENTS:
            named[vocabulary.slug_of_column(column.name, units.TAKEN, {*mapped, *named})] = column
    metrics = (
        Measure(f"{what}_again", f"{vocabulary.label(what)} again", "primary", "proportion", what),
        *([Measure("spend_again", "Spend after the first purchase", "secondary", "mean", what, "sum", "money")] if price else []),
    )  # fmt: skip
    negative = bool(price and (price.negative or (many and many.negative)))
    found = {"malformed_line": table.malformed, "missing_id": rows - unit.filled}
    shares: dict[str, tuple[float, str]] = {
        k: (tolerances.tolerated(n, rows + table.malformed), f"{n:,} of {rows:,} rows") for k, n in found.items() if n
    }
    properties = {
        n: ("number" if n == "price" else "string", c.filled == c.rows)
        for n, c in mapped.items() if n not in ("event_id", "event_time", "user_id")
    }  # fmt: skip
    start, end = said.period or log._period(time)
    seen: dict[str, Noted] = {n: (c.name, "") for n, c in (mapped | named).items()}
    return StudyProposal(
        source="log", mode=MODE, rows=rows, arms=(), weights="", columns=seen, start=start, end=end,
        period=said.note("period", "from the first to the last row; the end is excluded"), time_format=roles.time_format(time),
        metrics=metrics, segments=tuple(named), tolerate=shares, negative=negative, revenue="spend_again" if price else "",
        plan=(Planned(first, rows, properties), Planned(what, rows, properties)), steps=(first, what),
        window_hours=max(1, min(24 * 90, int((end - start).total_seconds() // 3600))),
        every=(what, first), times=many.name if many else "", bot_events=NEVER,
        assumed=(
            f"grain: log of one kind of event, taken as a {what} ({rows:,} rows); those of a unit's first moment are its {first}",
            "no experiment, as you said: nothing is compared",
            f"unit: column '{vocabulary.printable(unit.name)}', {unit.distinct:,} units{units.as_said(said, 'unit')}",
            f"time: column '{vocabulary.printable(time.name)}' ({roles.read_as(time)}UTC), {spans.told(time, said)}{units.as_said(said, 'time', 'period')}",
            f"metrics: {units.measured(metrics)}",
            *([f"price: '{vocabulary.printable(price.name)}'" + (f" times '{vocabulary.printable(many.name)}'" if many else "")] if price else []),
            *(["amounts below zero are refunds, which lower sums"] if negative else []),
            f"segments: {', '.join(named) or 'none'}",
            *tolerances.said(shares),
        ),
        first=(
            f"Is each row a {what}? Another column may say what happened: --event COLUMN.",
            *([f"Is the price that of one piece, to be multiplied by '{vocabulary.printable(many.name)}'?"] if many else []),
            *tolerances.asked(shares),
        ),
    )  # fmt: skip
