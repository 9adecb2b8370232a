"""Sentinel values: amounts and levels that stand for 'unknown', and are counted as if they were known."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.config import Study
from helpers.defaults import SENTINEL_SHARE, SPIKE_SHARE, SPIKE_VALUES
from helpers.experiment.results import EXPOSED, Results
from helpers.experiment.trust.check import TrustCheck
from helpers.formatting import formatted
from helpers.warehouse import codes

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

LEVELS = re.compile(
    r"-?9{3,}|-1|n/?a|nan|nil|null|none|undefined|unspecified|missing|not[ _]?(set|available|provided)|[-?.]+|0000.*|(1900|1970)-01-01.*",
    re.IGNORECASE,
)
"""Levels that stand for 'unknown', without brackets; the project's own word for an empty one is ``unknown``."""

OFTEN = 10
"""A value like 0 or 999 is one of many unless it is this many times as frequent as the usual value."""


@dataclass(frozen=True)
class Sentinel:
    """A value that may stand for 'unknown': of which event or attribute, and its share of the events or units.

    ``among`` is how many values there are where nothing but its share is odd: so is that of a usual price or of a floor.
    """

    where: str
    value: str
    share: float
    among: int = 0

    @property
    def text(self) -> str:
        """
        >>> Sentinel("age", "-1", 0.3).text, Sentinel("the amounts of spend", "29.99", 0.28, among=314).text
        ('-1 in 30 % of age', "29.99 in 28 % of the amounts of spend, one of 314 values: a usual price or a floor, if it is not 'unknown'")
        """
        told = f"{self.value} in {formatted(self.share, 'share')} of {self.where}"
        return (
            f"{told}, one of {self.among:,} values: a usual price or a floor, if it is not 'unknown'"
            if self.among
            else told
        )


def stands_for_unknown(level: str) -> bool:
    """Whether a level of an attribute reads like a placeholder.

    Example:
        >>> [stands_for_unknown(level) for level in ("(none)", "N/A", "-1", "1970-01-01 00:00:00", "mobile", "0", "Nantes")]
        [True, True, True, True, False, False, False]
    """
    return LEVELS.fullmatch(level.strip().strip("()[]<>").strip()) is not None


def of_amounts(values: "pd.DataFrame", study: Study) -> list[Sentinel]:
    """Amounts that metrics sum and that look like placeholders, or hold an implausible share of a continuous column.

    A rule of thumb, so it warns: 0, 999, 9999 ... (of money in units of the currency) with at least
    one event in two hundred and ten times as many as the usual value; and any one value with a fifth of the events
    where there are at least fifty values.
    """
    summed = {m.event for m in study.metrics if m.measure == "sum"}
    found = []
    for row in values.itertuples(index=False):
        if row.event_name not in summed:
            continue
        amount, share = row.amount / 10**row.digits, row.rows / row.all_rows
        looks = amount == 0 or re.fullmatch(r"-?9{3,}", f"{amount:g}") is not None or f"{amount:g}" == "-1"
        spiked = row.distinct_amounts >= SPIKE_VALUES and share >= SPIKE_SHARE
        if spiked or (looks and share >= SENTINEL_SHARE and row.rows >= OFTEN * row.usual_rows):
            among = 0 if looks else int(row.distinct_amounts)
            found.append(Sentinel(f"the amounts of {row.event_name}", f"{amount:g}", share, among))
    return found


def of_codes(con: "duckdb.DuckDBPyConnection", study: Study, among: list[Sentinel]) -> list[Sentinel]:
    """Numbers that stand apart from all other values of an outcome, as 99 does above ages, and are not ``among`` others."""
    told = [
        Sentinel(f"the amounts of {code.event}", " and ".join(code.values), code.share)
        for code in codes.found(con, study)
    ]
    return [each for each in told if (each.where, each.value) not in {(s.where, s.value) for s in among}]


def of_levels(results: Results) -> list[Sentinel]:
    """Levels of the study's segments that stand for 'unknown'; small ones are pooled before they are looked at."""
    total = max(1, results.units(EXPOSED, "all", "all"))
    return [
        Sentinel(dimension.replace("_", " "), level, results.units(EXPOSED, dimension, level) / total)
        for dimension in results.study.segments
        for level in results.levels(EXPOSED, dimension)
        if stands_for_unknown(level)
    ]


def sentinels(found: list[Sentinel]) -> TrustCheck:
    """Warns: a placeholder counted as a value moves both arms alike, so levels and segments are wrong before effects are."""
    return TrustCheck(
        "Sentinel values",
        "Does any value stand for 'unknown'?",
        "; ".join(s.text for s in found) or "nothing looks like a placeholder",
        "warning" if found else "passed",
        "Values",
        "values that stand for 'unknown'",
    )
