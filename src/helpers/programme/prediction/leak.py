"""Whether a feature knows the future: told by how well it alone separates, now and as it was read one horizon earlier."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.defaults import LEAKING_AUC
from helpers.errors import ReportError
from helpers.programme.prediction import features, scores
from helpers.stats.estimate import Estimate

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class ScreenedColumn:
    """What one column alone says of the label; ``auc`` is at least one half, whichever way it points.

    Attributes:
        name: of the column.
        auc: as read at the cutoff.
        earlier: as read one horizon before, of the same subscribers.
    """

    name: str
    auc: Estimate
    earlier: float

    @property
    def leaks(self) -> bool:
        """Whether it separates better than honest history does, and had said little of it one horizon before."""
        return bool(self.auc.low > LEAKING_AUC and self.earlier - 0.5 < (self.auc.value - 0.5) / 2)


def columns(rows: "pd.DataFrame", label: str, horizon_days: int) -> tuple[ScreenedColumn, ...]:
    """Each feature's AUC at the cutoff and one horizon earlier, the strongest first.

    A feature that is filled in once the outcome is known separates almost perfectly and, read before, not at all; an honest
    strong feature (a trait, a long habit) is nearly as strong a horizon earlier. Only subscribers who were there at both
    dates are compared. Assumption: exports stand a horizon apart. It lies, that is: it misses, when the leak is faint
    (below the threshold), spread over several columns, or was there at the earlier date too, such as an id that sorts by
    outcome; and a column that it clears may still be unknown on the day in production. Ask who writes it, and when.
    """
    import pandas as pd

    named = features.columns(rows)
    before = rows[["subscriber", "cutoff", *named]].assign(cutoff=rows["cutoff"] + pd.Timedelta(days=horizon_days))
    both = rows.merge(before, on=["subscriber", "cutoff"], suffixes=("", ":before"))
    if both.empty:
        raise ReportError(
            "no column can be screened for what it knows of the future",
            got=f"no subscriber in two snapshots that stand {horizon_days} days apart",
            expected="exports a horizon apart",
            remedy="set prediction.horizon_days to a distance at which exports stand, 30 days for instance",
        )
    found = []
    for name in named:
        now = scores.auc(both[label], both[name], both["subscriber"])
        if now.value < 0.5:
            now = scores.auc(both[label], -both[name].astype(float), both["subscriber"])
        then = scores.auc(both[label], both[f"{name}:before"]).value
        found.append(ScreenedColumn(name, now, max(then, 1 - then)))
    return tuple(sorted(found, key=lambda c: -c.auc.value))


def found(checked: tuple[ScreenedColumn, ...]) -> list[str]:
    """Names of the columns that leak."""
    return [c.name for c in checked if c.leaks]
