"""Histories of units that are known in one arm and not in another: nothing can be adjusted by them."""

from typing import TYPE_CHECKING

from helpers.config import Study, Units
from helpers.config.columns import logged
from helpers.config.levels import LEAVE_OUT
from helpers.errors import ReportError
from helpers.ingest.sql import literal

if TYPE_CHECKING:
    import duckdb

FEWER = 0.5
"""An arm in which a history is known of less than this share of what is known in another one has another history."""


def one_sided(con: "duckdb.DuckDBPyConnection", study: Study) -> list[ReportError]:
    """What is said of each covariate whose history is empty far more often in one arm than in another.

    An empty history is taken as the usual one. Where that is most of an arm, it lends its mean from the other arm, so that
    the adjustment takes nothing away from the difference, and yet claims the smaller variance: a healthy experiment with a
    history of one arm alone, that correlates with its outcome by 0.8, would show an effect in 11 of 100 cases.
    """
    data = study.data
    assert isinstance(data, Units)
    found = []
    for i, (event, column) in enumerate(data.before.items()):
        if study.is_hashed or not any(m.covariate and m.event == event for m in study.metrics):
            continue
        arms = con.execute(
            f"""select variant, count(before_{i}_value), count(*) from units
            where problem is null and variant <> {literal(LEAVE_OUT)} group by 1"""
        ).fetchall()
        known = {variant: has / of for variant, has, of in arms}
        if known and min(known.values()) < FEWER * max(known.values()):
            order = [v.name for v in study.variants]
            told = [
                f"{has:,} of {of:,} units of {arm}" for arm, has, of in sorted(arms, key=lambda a: order.index(a[0]))
            ]
            found.append(
                ReportError(
                    f"studies/{study.name}.yml: the history in column '{logged(column)}' is known in one arm more than in another",
                    got=f"a value of {', '.join(told)}",
                    expected="as many in each arm, for a history lies before the split",
                    cause="a history that was joined to one arm alone, or measured after the split",
                    remedy=f"fill it from one source for all units, or do without: take covariate: true from the metrics of"
                    f" {event}, and data.before.{event}",
                )
            )
    return found
