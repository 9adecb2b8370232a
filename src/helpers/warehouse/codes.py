"""Numbers among the amounts of an event that likely are codes: 9, 99 or -1 where nothing is known, counted as a value.

A code is a number that a person writes for its looks, stands apart from all other values, and is repeated. How surely it
is no value is reckoned: where larger values are rarer, as they are at the end of any tail, a gap that is ``g`` times as
wide as any other has all of ``k`` values behind it and none within it once in ``g ** k`` times.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from helpers.config import ColumnOf, Log, Study, Units
from helpers.config.columns import logged
from helpers.defaults import SENTINEL_SHARE
from helpers.formatting import formatted
from helpers.warehouse import query

if TYPE_CHECKING:
    import duckdb

CODE: Final = re.compile(r"9+|77+|88+|9+[78]|86400|32767|65535|2147483647|4294967295")
"""Numbers that stand for nothing above all values, or for no more than that: those of a computer and of a day among them."""
BESIDE: Final = ("7", "8")
"""Numbers that stand for nothing only below 9: they tell why nothing is known."""
TOGETHER: Final = 3
"""So many codes stand beside each other."""
CHANCE: Final = 1e-6
"""An accident so rare is none."""
FREE: Final = 20
"""So many amounts of zero, or more, are told."""
LEAST: Final = 5
"""A value of fewer rows is not repeated."""
USUAL: Final = 1 / 3
"""Where more of the values are 1, it is as likely that one came back as that -1 is a code."""
PRICES: Final = 20
"""Amounts of money that are fewer are a list of prices, of which each stands apart."""


@dataclass(frozen=True)
class Placeholder:
    """Numbers that likely stand for no value: of which event, in how many of its rows, and the nearest other value."""

    event: str
    values: tuple[str, ...]
    rows: int
    all_rows: int
    nearest: str

    @property
    def share(self) -> float:
        return self.rows / self.all_rows


def notes(con: "duckdb.DuckDBPyConnection", study: Study) -> Iterator[str]:
    """What ``check`` says of likely codes, with the key by which they are no values."""
    for code in found(con, study):
        told = " and ".join(code.values)
        column = _column(study, code.event)
        listed = f"{{{column}: [{', '.join(code.values)}]}}" if column else "{...}"
        yield (
            f"{told} in {code.rows:,} rows of {code.event} {'stands' if len(code.values) == 1 else 'stand'} apart from all"
            f" other values (the next is {code.nearest}) and {'counts' if len(code.values) == 1 else 'count'} as"
            f" {'a value' if len(code.values) == 1 else 'values'}: data.missing_codes: {listed} if nothing is known there"
        )


def free(con: "duckdb.DuckDBPyConnection", study: Study) -> Iterator[str]:
    """What ``check`` says of events of a log whose money is summed and often zero: given away, or not known."""
    events = sorted(study.money_events)
    if study.is_unit_table or not events:
        return
    for row in query.query(con, "zero_amounts", start=str(study.period.start), events=events).itertuples():
        if row.zeros >= max(FREE, SENTINEL_SHARE * row.known):
            yield (
                f"the amount of {row.zeros:,} of {row.known:,} {row.event_name}"
                f" ({formatted(row.zeros / row.known, 'share')}) is 0 and counts as that: nothing was paid, or it is not known"
            )


def found(con: "duckdb.DuckDBPyConnection", study: Study) -> list[Placeholder]:
    """Likely codes among the outcomes that the metrics of a study count or sum, in the experiment."""
    counted = {event for metric in study.metrics for event in metric.events}
    start = str(study.period.start)
    bounds = query.query(con, "amount_bounds", start=start)
    ends_so = [
        _named(_text(row.least, row.digits)) or _named(_text(row.most, row.digits)) for row in bounds.itertuples()
    ]
    counted &= set(bounds.event_name[ends_so].str.removesuffix(" refund"))
    if not counted:
        return []
    ends = query.query(con, "amount_ends", start=start, events=sorted(counted))
    of_event = {str(event): [*rows.itertuples(index=False)] for event, rows in ends.groupby("event_name", sort=True)}
    tried = []
    for event in sorted(counted):
        tried.append(above(event, of_event.get(event, []), money=event in study.money_events))
        tried.append(
            below(
                event, of_event.get(f"{event} refund", []), of_event.get(event, []), money=event in study.money_events
            )
        )
    return [code for code in tried if code]


def above(event: str, ends: Sequence[Any], *, money: bool = False) -> Placeholder | None:
    """The codes above all other amounts of an event, of its largest ones in ascending order.

    >>> from collections import namedtuple
    >>> End = namedtuple("End", "amount digits rows gap widest least lower_amounts lower_prices lower_rows")
    >>> likert = [End(5, 0, 200, 1, 1, 1, 4, 0, 800), End(9, 0, 30, 4, 1, 1, 5, 0, 1000)]
    >>> above("answer", likert).values, above("answer", likert[:1])
    (('9',), None)
    """
    for many in range(min(TOGETHER, len(ends)), 0, -1):
        codes = ends[-many:]
        first, rows = codes[0], sum(each.rows for each in codes)
        texts = [_text(each.amount, each.digits) for each in codes]
        named = all(_named(text) or (text in BESIDE and texts[-1] == "9") for text in texts)
        priced = (money and first.lower_amounts < PRICES) or 2 * first.lower_prices >= first.lower_amounts
        if not named or not first.lower_amounts or priced:
            continue
        widest = first.widest or first.least  # from zero on, where there is one other value
        times = (first.gap / widest - 1 + many) / many  # places behind the gap, of all of them
        if rows >= LEAST and times > 1 and rows * math.log(times) > -math.log(CHANCE):
            nearest = _text(first.amount - first.gap, first.digits)
            return Placeholder(event, tuple(texts), rows, rows + first.lower_rows, nearest)
    return None


def below(event: str, ends: Sequence[Any], others: Sequence[Any], *, money: bool = False) -> Placeholder | None:
    """The few amounts below zero of an event where all are codes: refunds, were they drawn from what is paid, would be others.

    ``ends`` tell in how many rows each is ``paid``, ``others`` are its largest amounts above zero.
    """
    rows, paid = sum(each.rows for each in ends), sum(each.paid for each in ends)
    texts = [_text(each.amount, each.digits) for each in ends]
    if not all(map(_named, texts)) or len(ends) > TOGETHER or rows < LEAST or (money and paid and texts != ["-1"]):
        return None
    known = others[-1].rows + others[-1].lower_rows if others else 0
    by_chance = rows * math.log(paid / known) if paid else -math.inf
    if by_chance > math.log(CHANCE) or paid > USUAL * known:
        return None
    return Placeholder(event, tuple(texts), rows, rows + known, "0")


def _named(text: str) -> bool:
    """Whether a number looks like a code."""
    return text == "-1" or CODE.fullmatch(text.removeprefix("-")) is not None


def _text(amount: Any, digits: int) -> str:
    """An amount as a person would write it.

    >>> _text(9900, 2), _text(-1, 0), _text(999, 2)
    ('99', '-1', '9.99')
    """
    return f"{Decimal(int(amount)).scaleb(-int(digits)).normalize():f}"


def _column(study: Study, event: str) -> str:
    """The column of the file that holds the amounts of an event; empty where they are a product of two."""
    data = study.data
    if isinstance(data, Units):
        return logged(data.outcomes[event])
    source = data.columns.get("price") if isinstance(data, Log) else None
    if isinstance(source, ColumnOf):
        return "" if source.times else logged(source.column)
    return logged(source) if isinstance(source, str) else ""
