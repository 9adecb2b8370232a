"""A number becomes text: the one place where its digits, sign, unit and interval are written."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, TypeVar

from helpers.config.currencies import Currency, minor_digits
from helpers.config.nouns import is_noun, one_of, plural

if TYPE_CHECKING:
    from helpers.config import Metric
    from helpers.stats.binomial import BinomialInterval


Unit = Literal[
    "share",
    "points",
    "relative",
    "money",
    "price",
    "count",
    "signed",
    "number",
    "p",
    "seconds",
    "days",
    "weeks",
    "text",
    "flag",
]
Value = float | int | str | bool | None
Thing = TypeVar("Thing")


LEVEL: Mapping[str, Unit] = {
    "share": "share",
    "money": "price",
    "seconds": "seconds",
    "count": "number",
    "number": "number",
}
"""Units of a metric's value in one arm, by the unit of the metric."""
CHANGE: Mapping[str, Unit] = {
    "share": "points",
    "money": "price",
    "seconds": "number",
    "count": "number",
    "number": "number",
}
"""Units of its change, on its own scale."""


MOST_DIGITS = 12
"""Digits behind the point that a price below its currency's smallest coin has at most."""


MOST_OF_A_CHANGE = 6
"""Digits behind the point that a change in percent or points has at most; a smaller one reads as none."""


def counted(number: float, event: str) -> str:
    """So many of an event, or of users, days and rows, in prose.

    >>> counted(1, "user"), counted(2_000.4, "purchase"), counted(0.3, "purchase"), counted(1, "back_after_a_week")
    ('1 user', '2,000 purchases', '< 1 purchase', '1 unit with back_after_a_week')
    """
    told, single = whole(number), one_of(event) if is_noun(event) else f"unit with {event}"
    return f"{told} {single if told in ('1', '< 1') else plural(event)}"


def whole(number: float) -> str:
    """A count that may be a fraction; one that is there does not read as none.

    >>> whole(2_000.4), whole(0.5), whole(0)
    ('2,000', '< 1', '0')
    """
    return "< 1" if number > 0 and not round(number) else f"{round(number):,}"


def leading(found: Iterable[Thing], size: Callable[[Thing], float]) -> tuple[Thing, ...]:
    """Those whose size, as a whole number, is the largest: several where they tie, none where no size is above zero.

    So that a sentence says of none that it is first where the table shows another one beside it.

    >>> leading([3.1, 8.4, 7.9], float), leading([0.0, -1.0], float), leading([0.2, 0.0], float)
    ((8.4, 7.9), (), (0.2,))
    """
    above = [each for each in found if size(each) > 0]
    largest = max((round(size(each)) for each in above), default=0)
    return tuple(each for each in above if round(size(each)) == largest)


def formatted(value: Value, unit: Unit, currency: str = "EUR") -> str:
    """The one place where a number becomes text.

    >>> formatted(0.4123, "share"), formatted(0.079, "relative"), formatted(-0.0032, "points")
    ('41.23 %', '+7.9 %', '-0.32 points')
    >>> formatted(-0.0002, "relative"), formatted(0.00004, "points"), formatted(-1e-16, "relative")
    ('-0.02 %', '+0.004 points', '+0.0 %')
    >>> formatted(0.2, "share"), formatted(3e-6, "share"), formatted(1 - 3e-6, "share")
    ('20 %', '< 0.01 %', '> 99.99 %')
    >>> formatted(123456789, "money"), formatted(4711, "price"), formatted(3.2e-11, "p")
    ('EUR 1,234,568', 'EUR 47.11', '< 0.0001')
    >>> formatted(0.298, "price"), formatted(120_000, "price", "JPY"), formatted(0.4, "seconds"), formatted(312.4, "seconds")
    ('EUR 0.00298', 'JPY 1,200', '0.4 s', '312 s')
    >>> formatted(None, "share"), formatted(float("nan"), "relative")
    ('not available', 'not available')
    """
    if value is None:
        return "not available"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if math.isnan(value):
        return "not available"
    if math.isinf(value):
        return "unbounded"
    text = _number(float(value), unit, currency)
    return text if any(digit in text for digit in "123456789") else text.replace("-", "+" if unit in SIGNED else "")


def listed(names: Sequence[str]) -> str:
    """Names in a sentence.

    >>> listed(["risk"]), listed(["risk", "uplift", "size"])
    ('risk', 'risk, uplift and size')
    """
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def sentence(text: str) -> str:
    """A text with a full stop, unless it ends as a sentence does or is empty.

    >>> sentence("A shorter form"), sentence("A shorter form. "), sentence("Why not?"), sentence("the word “now.”"), sentence(" ")
    ('A shorter form.', 'A shorter form.', 'Why not?', 'the word “now.”', '')
    """
    bare = text.rstrip()
    return bare if not bare or bare.rstrip("\"'”’»)").endswith((".", "!", "?", "…", ":")) else f"{bare}."


WITH_A_VALUE = ", of those with a value"
"""What the label of a metric ends with that is the mean of the units with a value, not of all."""


def inside(label: str) -> str:
    """A label within a sentence: in small letters, but for a name of capitals or digits.

    >>> inside("Revenue per User"), inside("GMV per user"), inside("D7 retention, iOS"), inside("A click")
    ('revenue per user', 'GMV per user', 'D7 retention, iOS', 'a click')
    """
    words = re.split(r"(\W+)", label)
    return "".join(word if re.search(r"\d|\w[A-Z]", word) else word.lower() for word in words)


def unsigned(size: Value, unit: Unit) -> str:
    """A size, which has no direction: a margin, an error, half of an interval.

    >>> unsigned(0.0032, "points")
    '0.32 points'
    """
    return formatted(size, unit).lstrip("+")


def shift(points: float) -> str:
    """A planted or awaited shift of a share, in as many digits as tell it from none.

    >>> shift(-0.003), shift(-0.0000021), shift(math.nan)
    ('-0.30 points', '-0.0002 points', 'not available')
    """
    told = formatted(points, "points")
    matters = not points or not math.isfinite(points) or any(digit in told for digit in "123456789")
    return told if matters else f"{points * 100:+.{-2 - math.floor(math.log10(abs(points)))}f} points"


def rate(share: float) -> str:
    """A share beside others of a column: two digits behind the point, or as many as tell it from none.

    >>> rate(0.33), rate(0.0672), rate(0.0000451), rate(0.0), rate(math.nan)
    ('33.00 %', '6.72 %', '0.0045 %', '0.00 %', 'not available')
    """
    if not math.isfinite(share):
        return formatted(share, "share")
    small = 0 < share < 0.001
    return f"{share * 100:.{1 - math.floor(math.log10(share * 100)) if small else 2}f} %"


SIGNED = ("relative", "points", "signed")
"""Units whose texts always carry a sign."""


def _number(value: float, unit: Unit, currency: str) -> str:
    minus = "-" if value < 0 else ""
    size = abs(value)
    match unit:
        case "share":
            if 0 < value < 0.00005:
                return "< 0.01 %"
            if 0.99995 <= value < 1 - 1e-12:
                return "> 99.99 %"
            whole = abs(value * 100 - round(value * 100)) < 1e-9
            return f"{value * 100:.0f} %" if whole else f"{value * 100:.2f} %"
        case "relative":
            return f"{value * 100:+.{_telling(value * 100, 1)}f} %"
        case "points":
            return f"{value * 100:+.{_telling(value * 100, 2)}f} points"
        case "money":
            return f"{minus}{currency} {size / 100:,.0f}"
        case "price":
            return f"{minus}{currency} {size / 100:,.{_behind(size / 100, currency)}f}"
        case "p":
            return f"< {LEAST_TOLD:g}" if value < LEAST_TOLD else f"{value:.4f}" if value < 0.9999 else "> 0.999"
        case "count":
            return f"{value:,.0f}"
        case "signed":
            return f"{value:+,.0f}"
        case "seconds":
            return f"{value:,.3g} s" if size < 10 else f"{value:,.0f} s"
        case "days":
            return f"{value:,.1f} days"
        case "weeks":
            return f"{value:,.0f} {'week' if round(value) == 1 else 'weeks'}"
        case _:
            return f"{value:,.4g}" if size < 1000 else f"{value:,.0f}"


def _telling(size: float, digits: int) -> int:
    """Digits behind the point of a change: as many as usual, or as tell it, and the side it lies on, from none.

    >>> [_telling(size, 1) for size in (0.0, 3.2, -0.05, 0.04, -0.0021, 1e-15)]
    [1, 1, 1, 2, 3, 1]
    """
    if 10.0**-MOST_OF_A_CHANGE < abs(size) < 0.5 * 10.0**-digits:
        return -math.floor(math.log10(abs(size)))
    return digits


SCALES: dict[Unit, float] = {"share": 100.0, "relative": 100.0, "points": 100.0, "money": 0.01, "price": 0.01}
"""What a number is multiplied by before it is printed in its unit; where there is none, by 1."""
MOST_OF_A_BAR = 6
"""Digits behind the point that a bar is told in at most: what somebody wrote down has no more."""


def apart(value: float | None, bar: float, unit: Unit, currency: str = "EUR") -> str:
    """A number that stands beside its bar: in as many digits as show on which side of it the number lies.

    >>> apart(-0.0298, -0.03, "relative"), apart(-0.02998, -0.03, "relative"), apart(0.04998, 0.05, "share")
    ('-2.98 %', '-2.998 %', '4.998 %')
    >>> apart(0.0312, 0.05, "share"), apart(0.05, 0.05, "share"), apart(-30.0, 0.0, "money"), apart(0.049996, 0.05, "p")
    ('3.12 %', '5 %', '-EUR 0.30', '0.049996')
    >>> apart(math.inf, 0.05, "relative"), apart(None, 0.05, "share"), apart(0.0, 0.0, "money")
    ('unbounded', 'not available', 'EUR 0')
    """
    told = formatted(value, unit, currency)
    if value is None or not math.isfinite(value) or not math.isfinite(bar) or value == bar or told[0] in "<>":
        return told
    scale, usual = SCALES.get(unit, 1.0), _digits_of(told)
    limit = round(bar * scale, MOST_DIGITS)
    for digits in range(usual, MOST_DIGITS + 1):
        shown = round(value * scale, digits)
        if shown != limit and bool(shown < limit) is bool(value < bar):
            least = minor_digits(currency) if unit == "money" else 0
            return told if digits == usual else _with_digits(value * scale, max(digits, least), unit, currency)
    return told


def stated(value: float, unit: Unit, currency: str = "EUR") -> str:
    """A bar that somebody wrote down: in all of its digits, as many as usual at least.

    >>> stated(0.0105, "relative"), stated(0.02, "relative"), stated(0.0725, "share"), stated(0.00125, "share"), stated(0.05, "share")
    ('+1.05 %', '+2.0 %', '7.25 %', '0.125 %', '5 %')
    >>> stated(0.00125, "points"), stated(150.0, "price"), stated(math.nan, "share")
    ('+0.125 points', 'EUR 1.50', 'not available')
    """
    told = formatted(value, unit, currency)
    if not math.isfinite(value):
        return told
    scale = SCALES.get(unit, 1.0)
    usual = _digits_of(told)
    whole = (d for d in range(MOST_OF_A_BAR + 1) if math.isclose(round(value * scale, d), value * scale, rel_tol=1e-12))
    digits = next(whole, MOST_OF_A_BAR)
    return told if digits <= usual and told[0] not in "<>" else _with_digits(value * scale, digits, unit, currency)


def _digits_of(told: str) -> int:
    """Digits behind the point of the last number in a text."""
    number = re.search(r"-?[\d,]+(?:\.(\d+))?(?!.*\d)", told)
    return len(number[1] or "") if number else 0


def _with_digits(number: float, digits: int, unit: Unit, currency: str) -> str:
    """A number as it is printed, in percent or whole money, with so many digits behind the point."""
    if unit in ("money", "price"):
        return f"{'-' if number < 0 else ''}{currency} {abs(number):,.{digits}f}"
    text = f"{number:{'+' if unit in SIGNED else ''},.{digits}f}"
    return text + {"share": " %", "relative": " %", "points": " points"}.get(unit, "")


def decimal(value: float, digits: int, *, signed: bool = False) -> str:
    """A number with so many digits behind the point, where a column or a sentence wants all of its numbers alike.

    >>> decimal(-0.001, 2), decimal(-0.001, 2, signed=True), decimal(0.126, 2, signed=True), decimal(math.nan, 1)
    ('0.00', '+0.00', '+0.13', 'not available')
    >>> decimal(12_345.678, 1)
    '12,345.7'
    """
    return f"{value:{'+' if signed else ''}z,.{digits}f}" if math.isfinite(value) else formatted(value, "number")


def _behind(size: float, currency: str) -> int:
    """Digits behind the point of a price: the currency's, more below its smallest coin, or where the study has finer money.

    >>> [_behind(size, "EUR") for size in (0, 0.00298, 0.05, 12.5)], _behind(0.0365, Currency.of("EUR", 4)), _behind(7, "JPY")
    ([2, 5, 2, 2], 4, 0)
    """
    digits = minor_digits(currency)
    finest = currency.digits if isinstance(currency, Currency) else None
    if not size or (finest is None and size >= 10.0**-digits):
        return digits
    matter = 2 - math.floor(math.log10(size))
    return max(digits, min(matter, MOST_DIGITS if finest is None else finest))


def interval(low: float, high: float, unit: Unit, currency: str = "EUR") -> str:
    """An interval as text, open where it has no bound.

    >>> interval(0.1, math.inf, "relative"), interval(-math.inf, math.inf, "relative")
    ('+10.0 % to no bound', 'no bound on either side')
    """
    open_ends = ("unbounded" if math.isnan(end) else formatted(end, unit, currency) for end in (low, high))
    return between(*open_ends)


def between(low: str, high: str) -> str:
    """An interval from the texts of its ends, which are recorded one by one.

    >>> between("-1.0 %", "+2.0 %"), between("unbounded", "+2.0 %"), between("unbounded", "unbounded")
    ('-1.0 % to +2.0 %', 'no bound to +2.0 %', 'no bound on either side')
    >>> between("not available", "not available")
    'not available'
    """
    left, right = ("no bound" if end == "unbounded" else end for end in (low, high))
    if left == right == "not available":
        return left
    return "no bound on either side" if left == right == "no bound" else f"{left} to {right}"


def span(low: float, high: float, unit: Unit, currency: str = "EUR") -> str:
    """An interval in a narrow column: that its ends are points is said once.

    >>> span(-0.0012, 0.003, "points"), span(0.01, 0.02, "relative")
    ('-0.12 to +0.30 points', '+1.0 % to +2.0 %')
    >>> span(-0.001, -0.00002, "points"), span(-0.001, math.nan, "points")
    ('-0.10 to -0.002 points', '-0.10 points to not available')
    """
    ends = [None if math.isnan(end) else end for end in (low, high)]
    if unit != "points":
        left, right = (formatted(end, unit, currency) for end in ends)
        return f"{left} to {right}"
    left, right = (shift(end) if end is not None and math.isfinite(end) else formatted(end, unit) for end in ends)
    return f"{left.removesuffix(' points') if right.endswith(' points') else left} to {right}"


def with_interval(value: float, low: float, high: float, unit: Unit, currency: str = "EUR") -> str:
    """A value with its interval behind it.

    >>> with_interval(0.05, 0.0164, 0.1128, "share")
    '5 % (1.64 % to 11.28 %)'
    """
    return f"{formatted(value, unit, currency)} ({interval(low, high, unit, currency)})"


def share(found: BinomialInterval) -> str:
    """A share with its interval behind it."""
    return with_interval(found.share, found.low, found.high, "share")


def level(value: float, metric: Metric, currency: str) -> str:
    """A metric's value in one arm."""
    return formatted(finite(value), LEVEL[metric.unit], currency)


def difference(value: float, metric: Metric, currency: str) -> str:
    """A change of a metric on its own scale."""
    return formatted(finite(value), CHANGE[metric.unit], currency)


def ratio(shares: Sequence[float]) -> str:
    """Weights as whole numbers.

    >>> ratio([0.625, 0.125, 0.125, 0.125])
    '5:1:1:1'
    """
    least = min(shares)
    scale = next((k for k in range(1, 100) if all(abs(s / least * k - round(s / least * k)) < 0.01 for s in shares)), 1)
    return ":".join(str(round(s / least * scale)) for s in shares)


LEAST_TOLD = 0.0001
"""A p-value below is told as below it."""
LEAST_P = 1e-300
"""Below it a p-value is too small for a float to hold; none is zero."""


def p_text(p_value: float, digits: int = 3, *, adjusted: bool = False, level: float | None = None) -> str:
    """A p-value in running text, and whether it is that of one test or ``adjusted`` for those that share its level.

    Beside a ``level`` it has as many digits as show whether it lies below. One below the least that a table tells is told
    as there, unless the level is as small.

    >>> p_text(0.0412), p_text(float("nan")), p_text(5.3e-14), p_text(0.0824, adjusted=True), p_text(2e-6, level=1e-5)
    ('p = 0.0412', 'no test', 'p < 0.0001', 'adjusted p = 0.0824', 'p = 2e-06')
    >>> p_text(0.04999, level=0.05), p_text(0.050004, level=0.05), p_text(0.05, level=0.05)
    ('p = 0.04999', 'p = 0.050004', 'p = 0.05')
    >>> p_text(0.0011214, level=0.0011246), level_text(0.0011246, 0.0011214)
    ('p = 0.00112', '0.001125')
    """
    if math.isnan(p_value):
        return "no test"
    bar = math.nan if level is None else float(level_text(level, p_value))
    while level is not None and digits < MOST_DIGITS:
        shown = float(f"{p_value:.{digits}g}")
        if (shown < bar) is (p_value < level) and (shown != bar or p_value == bar):
            break
        digits += 1
    least = LEAST_TOLD if level is None or level > LEAST_TOLD else LEAST_P
    told = f"p = {p_value:.{digits}g}" if p_value > least else f"p < {least:g}"
    return f"adjusted {told}" if adjusted else told


def level_text(level: float, *beside: float) -> str:
    """A level in running text: in two digits, or in as many as leave each p-value ``beside`` it on its own side.

    >>> level_text(0.05, 0.04), level_text(0.05), level_text(0.0011246, 0.0005, 0.0011214, math.nan)
    ('0.05', '0.05', '0.001125')
    """
    for digits in range(2, MOST_DIGITS + 1):
        shown = float(f"{level:.{digits}g}")
        if all(math.isnan(p) or ((p < shown) is (p < level) and (p != shown or p == level)) for p in beside):
            return f"{level:.{digits}g}"
    return f"{level:.2g}"


NO_INTERVAL = "too few units to say how far chance goes"
"""Why an estimate has no interval, where it says nothing itself."""


def finite(value: float) -> float | None:
    """None where a number could not be had; an infinite bound stays."""
    return None if math.isnan(value) else float(value)
