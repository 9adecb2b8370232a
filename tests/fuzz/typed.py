"""Types that columns of Parquet and DuckDB may have: a value as the type holds it, and what it means when read back."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa

from tests.fuzz.worlds import DAY, SECOND, moment


@dataclass(frozen=True)
class Type:
    """How a column holds moments, ids, levels or amounts; ``fits`` says whether it can hold a value without loss."""

    arrow: pa.DataType
    put: Callable[[Any], Any]
    back: Callable[[Any], Any]
    fits: Callable[[Any], bool] = lambda value: True
    precision: int = 1


def _stamp(unit: str, zone: str | None = None) -> Type:
    per_second = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    return Type(
        pa.timestamp(unit, zone),
        lambda at: at * per_second // SECOND,
        lambda count: count * SECOND // per_second,
        precision=max(1, SECOND // per_second),
    )


def _count(unit: int, made: Callable[[int], Any] = int) -> Type:
    kind = pa.int64() if made is int else pa.float64()
    return Type(
        kind,
        lambda at: made(at * unit // SECOND) if made is int else at / SECOND * unit,
        lambda count: round(count * SECOND / unit) if made is not int else count * SECOND // unit,
        precision=max(1, SECOND // unit) if made is int else 1_000,
    )


MOMENTS = {
    "timestamp_us": _stamp("us"),
    "timestamp_ns": _stamp("ns"),
    "timestamp_ms": _stamp("ms"),
    "timestamp_s": _stamp("s"),
    "timestamptz": _stamp("us", "UTC"),
    "timestamptz_berlin": _stamp("us", "Europe/Berlin"),
    "date": Type(pa.date32(), lambda at: moment(at).date(), lambda days: days * DAY, precision=DAY),
    "epoch_s": _count(1),
    "epoch_ms": _count(10**3),
    "epoch_us": _count(10**6),
    "epoch_ns": _count(10**9),
    "epoch_double": _count(1, float),
}
"""Read back from the integers that the column holds, not by the reader that made objects of them."""


def _whole(low: int, high: int) -> Callable[[str], bool]:
    return lambda text: text.lstrip("-").isdigit() and str(int(text)) == text and low <= int(text) < high


IDS = {
    "int64": Type(pa.int64(), int, str, _whole(-(2**63), 2**63)),
    "int32": Type(pa.int32(), int, str, _whole(-(2**31), 2**31)),
    "uint64": Type(pa.uint64(), int, str, _whole(0, 2**64)),
    "decimal20": Type(pa.decimal128(20, 0), Decimal, lambda value: str(int(value)), _whole(-(10**20), 10**20)),
    "double": Type(pa.float64(), float, lambda value: str(int(value)), _whole(-(2**63), 2**63)),
    "dictionary": Type(pa.dictionary(pa.int32(), pa.string()), str, str),
    "large_string": Type(pa.large_string(), str, str),
}
LEVELS = {
    "int64": IDS["int64"],
    "bool": Type(
        pa.bool_(),
        lambda text: text == "true",
        lambda value: str(value).lower(),
        lambda text: text in ("true", "false"),
    ),
    "dictionary": IDS["dictionary"],
}


def _shown(value: float) -> Decimal:
    return Decimal(repr(value))


AMOUNTS = {
    "double": Type(pa.float64(), float, _shown, lambda value: Decimal(repr(float(value))) == value),
    "int64": Type(pa.int64(), int, Decimal, lambda value: value % 1 == 0),
    "int8": Type(pa.int8(), int, Decimal, lambda value: value % 1 == 0 and abs(value) < 128),
    "decimal18_2": Type(pa.decimal128(18, 2), Decimal, Decimal, lambda value: value == round(value, 2)),
    "decimal38_8": Type(pa.decimal128(38, 8), Decimal, Decimal, lambda value: value == round(value, 8)),
    "bool": Type(pa.bool_(), bool, lambda value: Decimal(int(value)), lambda value: value in (0, 1)),
}
