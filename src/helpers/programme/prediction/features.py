"""Subscribers as of a cutoff: what was known then, what came after, and a split of the two by time."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.errors import ReportError
from helpers.warehouse import query

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

WINDOW_DAYS = 90
"""Days behind a cutoff whose orders and visits are counted."""
KEYS = ("subscriber", "cutoff")
SEGMENTS = ("country", "device", "plan")
LABELS = ("leaves", "buys")


@dataclass(frozen=True)
class Split:
    """Snapshots to learn from and snapshots to be judged by, later in time.

    Attributes:
        train: a row a subscriber and cutoff; every label ends before the boundary.
        test: the same, with every cutoff at or after the boundary.
        boundary: from here on nothing was learnt from.
        horizon_days: days ahead that a label looks.
        dropped: snapshots that straddle the boundary, in neither part.
    """

    train: "pd.DataFrame"
    test: "pd.DataFrame"
    boundary: "pd.Timestamp"
    horizon_days: int
    dropped: int


def subscribers(con: "duckdb.DuckDBPyConnection", horizon_days: int) -> "pd.DataFrame":
    """Every running subscriber at every export: features as of the cutoff, and the labels ``leaves`` and ``buys``.

    Assumptions: the tables say when a thing happened, and nobody corrects them afterwards. It lies when a column of an
    export is filled in later than the export's date, for then a feature holds the future: see
    :func:`helpers.programme.prediction.leak.found`.
    """
    return query.query(con, "subscribers_asof", horizon=horizon_days, window=WINDOW_DAYS)


def columns(rows: "pd.DataFrame") -> list[str]:
    """The features among the columns: neither keys nor segments nor labels.

    >>> import pandas as pd
    >>> columns(pd.DataFrame(columns=["subscriber", "cutoff", "plan", "tickets_30", "leaves", "buys"]))
    ['tickets_30']
    """
    return [c for c in rows.columns if c not in (*KEYS, *SEGMENTS, *LABELS)]


def split(rows: "pd.DataFrame", horizon_days: int, test_share: float) -> Split:
    """Hold back the latest ``test_share`` of the time from the first cutoff to the end of the last label.

    A snapshot is learnt from when its label ends by the boundary, and judged when its cutoff lies at or after it. So no
    label that was learnt from reaches past the day on which a forecast is judged; what straddles the boundary is dropped.
    Assumption: tomorrow is like yesterday up to chance. It lies when the world changes between both parts, which is what
    the comparison of both parts is there to show; a random split would hide it.

    Raises :class:`~helpers.errors.ReportError` when one part has no snapshot.
    """
    import pandas as pd

    horizon = pd.Timedelta(days=horizon_days)
    first, end = rows["cutoff"].min(), rows["cutoff"].max() + horizon
    boundary = first + (1 - test_share) * (end - first)
    early, late = rows["cutoff"] + horizon <= boundary, rows["cutoff"] >= boundary
    if not early.any() or not late.any():
        raise ReportError(
            "the snapshots cannot be split by time",
            got=f"{rows['cutoff'].nunique()} cutoffs, {horizon_days} days ahead, {test_share:g} of the time held back",
            expected="at least one snapshot whose label ends before another's cutoff",
            remedy="lower prediction.horizon_days or change prediction.test_share",
        )
    between = int(rows.loc[~early & ~late, "cutoff"].nunique())
    return Split(rows[early].reset_index(drop=True), rows[late].reset_index(drop=True), boundary, horizon_days, between)
