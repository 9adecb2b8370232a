"""Events as integer columns, and their rendering as the strings of a raw log."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from helpers.simulate.catalogue import CENTS, Catalogue
from helpers.simulate.world import DIRT, VISITOR_TYPES, World

VIEW, CART, PURCHASE = 0, 1, 2
EVENT_NAMES = ("view", "cart", "purchase", *DIRT.unplanned_names)
UNPLANNED = 3  # first code of an unplanned name
MS_PER_DAY = 86_400_000
NONE = -1
EPOCH_START = datetime(1970, 1, 1)

STANDARD, EPOCH, NAMED_MONTH, OFFSET = range(4)  # forms of time; one code per offset from here
BROKEN = OFFSET + len(DIRT.offsets_minutes)  # and from here one code per text that is no time
USER_PRESENT, USER_NULL, USER_EMPTY = range(3)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

USERS_MODULUS, BOT_USERS_FROM = 90_000_000, 90_000_000
LONG_MODULUS = 10**10
STRIDE = 618_033_989  # without a common divisor with either modulus
EVENTS_PER_CHUNK, SESSIONS_PER_CHUNK = 10**8, 10**7  # room for numbers: up to 1,000 chunks
ORDER_SHIFT = 7_320_508_075


@dataclass(frozen=True)
class Columns:
    """A table as a dataclass of arrays of equal length."""

    def __len__(self) -> int:
        return len(getattr(self, fields(self)[0].name))

    def take(self, index: NDArray[np.int64] | NDArray[np.bool_]) -> Self:
        """The rows at ``index``, in that order, or where it is true."""
        return type(self)(**{f.name: getattr(self, f.name)[index] for f in fields(self)})

    def then(self, *others: Self) -> Self:
        """These rows followed by the others'."""
        tables = (self, *others)
        names = [f.name for f in fields(self)]
        return type(self)(**{n: np.concatenate([getattr(t, n) for t in tables]) for n in names})


@dataclass(frozen=True)
class Visits(Columns):
    """Sessions: numbers of user and session, codes of the attributes (``NONE`` is null).

    ``trip`` is the number of the session that a session carries on: the one with the cart bought here.
    Most sessions carry on themselves.
    """

    user: NDArray[np.int64]
    session: NDArray[np.int64]
    trip: NDArray[np.int64]
    visitor_type: NDArray[np.int8]
    device: NDArray[np.int8]
    channel: NDArray[np.int8]
    campaign: NDArray[np.int16]
    country: NDArray[np.int8]
    city: NDArray[np.int16]

    def revisited(self, at: NDArray[np.int64], again: NDArray[np.bool_], chunk: int) -> tuple[Self, NDArray[np.int64]]:
        """The sessions with a new one like ``at[i]`` for each true ``again[i]``; where each ``i`` is now."""
        copies = self.take(at[again])
        numbers = session_numbers(chunk, len(self) + len(copies))[len(self) :]
        where = at.copy()
        where[again] = np.arange(len(self), len(self) + len(copies))
        return self.then(replace(copies, session=numbers)), where


@dataclass(frozen=True)
class Rows(Columns):
    """Events: ``visit`` indexes :class:`Visits`, ``time`` is in ms and ``ingested`` in us of UTC.

    ``price`` is a code: a product, the same plus the number of products for its negative, and
    beyond both what is no price at all; ``form`` says how the time is written.
    """

    event: NDArray[np.int64]
    visit: NDArray[np.int32]
    name: NDArray[np.int8]
    time: NDArray[np.int64]
    ingested: NDArray[np.int64]
    product: NDArray[np.int16]
    price: NDArray[np.int16]
    order: NDArray[np.bool_]
    coupon: NDArray[np.int8]
    form: NDArray[np.int8]
    user: NDArray[np.int8]


def new_rows(
    chunk: int,
    visit: NDArray[np.int64],
    name: NDArray[np.int64],
    time: NDArray[np.int64],
    product: NDArray[np.int16],
    coupon: NDArray[np.int64],
    world: World,
    rng: np.random.Generator,
) -> Rows:
    """Clean events: numbered in the order given, ingested seconds later, priced as listed."""
    seconds = rng.lognormal(np.log(world.ingestion_seconds), world.ingestion_spread, len(time))
    return Rows(
        event=event_numbers(chunk, len(time)),
        visit=visit.astype(np.int32),
        name=name.astype(np.int8),
        time=time,
        ingested=time * 1000 + (seconds * 1_000_000).astype(np.int64),
        product=product,
        price=product.copy(),
        order=name == PURCHASE,
        coupon=coupon.astype(np.int8),
        form=np.full(len(time), STANDARD, np.int8),
        user=np.full(len(time), USER_PRESENT, np.int8),
    )


def event_numbers(chunk: int, count: int, after: int = 0) -> NDArray[np.int64]:
    """Numbers for the events of a chunk that follow the ``after`` first ones."""
    return np.arange(after, after + count) + chunk * EVENTS_PER_CHUNK


def session_numbers(chunk: int, count: int) -> NDArray[np.int64]:
    """Numbers for the sessions of a chunk."""
    return np.arange(count) + chunk * SESSIONS_PER_CHUNK


def spread_out(numbers: NDArray[np.int64], modulus: int, shift: int = 0) -> NDArray[np.int64]:
    """Distinct numbers below ``modulus`` for distinct numbers below it, in no visible order.

    >>> spread_out(np.arange(4), 90_000_000).tolist()
    [0, 78033989, 66067978, 54101967]
    """
    return (numbers * STRIDE + shift) % modulus


def render(rows: Rows, visits: Visits, catalogue: Catalogue, world: World) -> pa.Table:
    """The rows as a raw log has them: strings, nulls, and one timestamp of ingestion."""
    human = visits.user < BOT_USERS_FROM
    user = np.where(human, spread_out(visits.user, USERS_MODULUS), visits.user)
    session = spread_out(visits.session, LONG_MODULUS)
    order = spread_out(visits.session, LONG_MODULUS, ORDER_SHIFT)
    at = rows.visit
    user_id = numbered("u", user[at], 8, null=rows.user == USER_NULL)
    user_id = pc.if_else(pa.array(rows.user == USER_EMPTY), "", user_id)
    return pa.table(
        {
            "event_id": numbered("e", rows.event, 11),
            "event_time": times(rows.time, rows.form),
            "ingested_at": pa.array(rows.ingested.view("datetime64[us]")),
            "event_name": coded(rows.name, EVENT_NAMES),
            "user_id": user_id,
            "session_id": numbered("s", session[at], 10),
            "product_id": coded(rows.product, catalogue.product_ids),
            "category": coded(catalogue.category[rows.product], catalogue.categories),
            "price": coded(rows.price, prices(catalogue)),
            "order_id": numbered("o", order[at], 10, null=~rows.order),
            "coupon": coded(rows.coupon, catalogue.coupons),
            "visitor_type": coded(visits.visitor_type[at], VISITOR_TYPES),
            "device": coded(visits.device[at], [t.name for t in world.devices]),
            "channel": coded(visits.channel[at], [t.name for t in world.channels]),
            "campaign": coded(visits.campaign[at], catalogue.campaigns),
            "country": coded(visits.country[at], [t.name for t in world.countries]),
            "city": coded(visits.city[at], catalogue.cities),
        }
    )


def negative(price: NDArray[np.int16], catalogue: Catalogue) -> NDArray[np.int16]:
    """Codes of the same prices below zero."""
    return price + np.int16(len(catalogue.price))


def no_price(which: NDArray[np.int64], catalogue: Catalogue) -> NDArray[np.int16]:
    """Codes of texts that are no price; ``which`` counts through ``DIRT.not_prices``."""
    return (which + 2 * len(catalogue.price)).astype(np.int16)


def prices(catalogue: Catalogue) -> list[str]:
    """The text of every price code."""
    texts = [f"{cents // CENTS}.{cents % CENTS:02d}" for cents in catalogue.price.tolist()]
    return [*texts, *(f"-{text}" for text in texts), *DIRT.not_prices]


def coded(codes: NDArray[np.integer[Any]], names: Sequence[str]) -> pa.DictionaryArray:
    """Strings as codes into ``names``; negative codes are null.

    Parquet wants each string once in its dictionary, so codes of equal names become one.
    """
    mask = codes < 0
    place = {name: i for i, name in enumerate(dict.fromkeys(names))}
    merged = np.array([place[name] for name in names], np.int16)[codes]
    indices = pa.array(merged, mask=mask if mask.any() else None)
    return pa.DictionaryArray.from_arrays(indices, pa.array(list(place), pa.string()))


def numbered(
    prefix: str, numbers: NDArray[np.int64], digits: int, null: NDArray[np.bool_] | None = None
) -> pa.StringArray:
    """``prefix`` and the number with leading zeros; null where ``null`` is true."""
    text = np.empty((len(numbers), digits + 1), np.uint8)
    text[:, 0] = ord(prefix)
    rest = numbers
    for column in range(digits, 0, -1):
        rest, digit = np.divmod(rest, 10)
        text[:, column] = digit
    text[:, 1:] += ord("0")
    return _fixed(text.view(f"S{digits + 1}").ravel(), null)


def _fixed(text: NDArray[np.bytes_], null: NDArray[np.bool_] | None = None) -> pa.StringArray:
    """Strings that all fill the width of their array, without a detour over Python strings."""
    width = text.dtype.itemsize
    offsets = np.arange(0, (len(text) + 1) * width, width, dtype=np.int32)
    valid = None
    if null is not None:
        valid = pa.py_buffer(np.packbits(~null, bitorder="little").tobytes())
    return pa.StringArray.from_buffers(
        len(text), pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(text)), valid
    )


def times(time: NDArray[np.int64], form: NDArray[np.int8]) -> pa.StringArray:
    """Times in the forms asked for; see :func:`standard_times` for the usual one."""
    texts = _fixed(standard_times(time))
    odd = form != STANDARD
    if not odd.any():
        return texts
    written = [_odd_time(t, f) for t, f in zip(time[odd].tolist(), form[odd].tolist(), strict=True)]
    return pc.replace_with_mask(texts, pa.array(odd), pa.array(written, pa.string()))


def standard_times(time: NDArray[np.int64]) -> NDArray[np.bytes_]:
    """Milliseconds since 1970 as ``YYYY-MM-DD HH:MM:SS.mmm``, from tables of days, seconds and ms.

    Five times as fast as ``np.datetime_as_string``.

    >>> standard_times(np.array([1_785_758_400_123])).tolist()
    [b'2026-08-03 12:00:00.123']
    """
    day, in_day = np.divmod(time, MS_PER_DAY)
    second, ms = np.divmod(in_day, 1000)
    first = int(day.min()) if len(day) else 0
    days = np.arange(first, first + 1 + int((day - first).max(initial=0))).astype("datetime64[D]")
    seconds, thousandths = _clock()
    text = np.empty(len(time), dtype=[("day", "S10"), ("clock", "S10"), ("ms", "S3")])
    text["day"] = np.datetime_as_string(days).astype("S10")[day - first]
    text["clock"] = seconds[second]
    text["ms"] = thousandths[ms]
    return text.view("S23")


@cache
def _clock() -> tuple[NDArray[np.bytes_], NDArray[np.bytes_]]:
    """Texts of every second of a day, `` HH:MM:SS.``, and of every millisecond of a second."""
    clock = np.datetime_as_string(np.arange(MS_PER_DAY // 1000).astype("datetime64[s]")).tolist()
    seconds = np.array([f" {text[-8:]}." for text in clock], "S10")
    return seconds, np.array([f"{ms:03d}" for ms in range(1000)], "S3")


def _odd_time(ms: int, form: int) -> str:
    """One time in a form that only some clients write."""
    if form >= BROKEN:
        return DIRT.not_times[form - BROKEN]
    if form == EPOCH:
        return str(ms)
    if form == NAMED_MONTH:
        moment = EPOCH_START + timedelta(milliseconds=ms)
        return f"{moment:%d}/{MONTHS[moment.month - 1]}/{moment:%Y %H:%M:%S}"
    offset = DIRT.offsets_minutes[form - OFFSET]
    local = EPOCH_START + timedelta(milliseconds=ms, minutes=offset)
    hours, minutes = divmod(abs(offset), 60)
    sign = "-" if offset < 0 else "+"
    return f"{local.isoformat(timespec='milliseconds')}{sign}{hours:02d}:{minutes:02d}"
