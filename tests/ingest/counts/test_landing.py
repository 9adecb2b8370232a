"""Counts of a study are read to their last digit, or refused with the place of the first that cannot be."""

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from helpers import config, ingest
from helpers.config import ConfigError, Study
from helpers.errors import ReportError
from helpers.ingest.counts.landing import FILE, only_rise
from tests.notebooks import degenerate

HEAD = "arm,at,people,bought,spend,spend_2"
DATA = {
    "source": "aggregates", "columns": {"variant": "arm", "units": "people", "event_time": "at"},
    "outcomes": {"bought": "bought", "spend": "spend"}, "squares": {"spend": "spend_2"},
}  # fmt: skip
METRICS = [degenerate.metric("bought"), degenerate.metric("spend", "mean", "secondary")]


def study(base: Path, *rows: str, head: str = HEAD, data: Mapping[str, Any] = DATA, **more: Any) -> Study:
    (base / "t.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    arms = [{"arm": "a"}, {"arm": "b"}]
    file = degenerate.units(base, "counts", arms, METRICS, data={**data, "path": str(base / "t.csv")}, **more)
    return config.load(file)


def landed(found: Study, out: Path) -> dict[tuple[str, int, str], tuple[int, Fraction, Fraction]]:
    ingest.land(found, out)
    numbers = ingest.landed(out).reading.numbers
    rows = duckdb.sql(
        f"select variant, day, event_name, units, total::varchar, squares::varchar from '{out / FILE}'"
    ).fetchall()
    told = {}
    for variant, day, event, units, total, squares in rows:
        worth = Fraction(1, 10 ** (numbers["spend"].decimals or 0)) if event == "spend" else Fraction(1)
        told[variant, day, event] = (units, int(total) * worth, int(squares) * worth**2)
    return told


@settings(max_examples=5, phases=(Phase.generate,))
@given(st.data())
def test_sums_and_squares_are_read_to_the_last_digit(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    digits = data.draw(st.integers(0, 5))
    amount = st.integers(1, 10**9).map(lambda n: f"{Fraction(n, 10**digits).__float__():.{digits}f}")
    rows, wanted = [], {}
    for arm in "ab":
        n, spend = data.draw(st.integers(2, 10**7)), data.draw(amount)
        squares = f"{data.draw(st.integers(10**19, 10**21))}.{'5' * digits}" if digits else "10000000000000000000"
        rows.append(f"{arm},2026-03-03,{n},{n // 3},{spend},{squares}")
        wanted[arm, 2, "spend"] = (n, Fraction(spend), Fraction(squares))
        wanted[arm, 2, "bought"] = (n, Fraction(n // 3), Fraction(n // 3))
        wanted[arm, 2, "exposed"] = (n, Fraction(n), Fraction(n))
    base = tmp_path_factory.mktemp("exact")
    assert landed(study(base, *rows), base / "raw") == wanted


SOUND = ("a,2026-03-02,100,10,50,90", "b,2026-03-02,101,12,60,99")


@pytest.mark.parametrize(("rows", "message", "place"), [
    (("a,2026-03-02,100,10,50,90", "b,2026-03-02,101,102,60,99"), "at most one a unit", "line 3"),
    (("a,2026-03-02,100,10,50,90", "b,2026-03-02,101,0.12,60,99"), "a whole number", "column 'bought'"),
    (("a,2026-03-02,100,10,50,24", "b,2026-03-02,101,12,60,99"), "at least 25", "column 'spend_2'"),
    (("a,2026-03-02,,10,50,90", "b,2026-03-02,101,12,60,99"), "an empty cell", "column 'people'"),
    (("a,2026-03-02,100,10,50,90", "a,2026-03-02,100,10,50,90", "b,2026-03-02,101,12,60,99"), "a second time", "line 3"),
    (("a,2026-03-02,100,10,50,90", "b,2026-03-20,101,12,60,99"), "not in the experiment", "line 3"),
    (("a,2026-03-02,100,10,50,90", "b,2026-03-02,1,1,60,3600"), "too few units", "b has"),
    (tuple(f"{arm},2026-03-{day:02d},{day * 100},{day * 10},{day},{day * 9}" for day in range(2, 9) for arm in "ab"),
     "only rise from day to day", "7 days"),
    ((*SOUND, "c,2026-03-02,1,1,1,1"), "levels that the study does not map", "'c'"),
])  # fmt: skip
def test_what_is_no_count_is_refused_where_it_stands(
    tmp_path: Path, rows: tuple[str, ...], message: str, place: str
) -> None:
    with pytest.raises(ReportError) as refused:
        ingest.land(study(tmp_path, *rows), tmp_path / "raw")
    assert message in str(refused.value) and place in str(refused.value)


@pytest.mark.parametrize(("changes", "key"), [
    ({"metrics": [degenerate.metric("bought", "mean"), METRICS[1]]}, "metrics.0.type"),
    ({"metrics": [METRICS[0], degenerate.metric("spend", "proportion", "secondary")]}, "metrics.1.type"),
    ({"metrics": [METRICS[0], METRICS[1] | {"winsorize": 0.99}]}, "metrics.1.winsorize"),
    ({"metrics": [degenerate.metric("spend", "ratio")]}, "metrics.0.type"),
    ({"segments": ["device"]}, "segments"),
    ({"data": DATA | {"deviations": {"spend": "sd"}, "path": "t.csv"}}, "data.aggregates.squares"),
    ({"data": DATA | {"columns": {"variant": "arm"}, "path": "t.csv"}}, "data.aggregates.columns.units"),
    ({"data": DATA | {"before": {"bought": "x"}, "path": "t.csv"}}, "before"),
])  # fmt: skip
def test_what_only_rows_tell_cannot_be_asked(tmp_path: Path, changes: dict[str, Any], key: str) -> None:
    with pytest.raises((ReportError, ConfigError)) as refused:
        degenerate_study = degenerate.units(tmp_path, "counts", [{"arm": "a"}, {"arm": "b"}],
                                            changes.pop("metrics", METRICS), **({"data": DATA | {"path": "t.csv"}} | changes))  # fmt: skip
        config.load(degenerate_study)
    assert key.replace("data.aggregates.", "") in str(refused.value)


WEEK = np.array([1, 1.05, 1.1, 1.15, 1.25, 1.4, 1.3])
"""What comes on the days of a week, from Monday on."""


def days_of(dice: np.random.Generator, days: int, weekly: bool) -> list[np.ndarray]:
    """Visitors and buyers of two arms on days that have nothing to do with each other, but for the day of the week."""
    traffic = 1_000 * (WEEK[(dice.integers(7) + np.arange(days)) % 7] if weekly else np.ones(days))
    visitors = dice.poisson(traffic, (2, days))
    return [np.stack([seen, dice.binomial(seen, 0.1)]) for seen in visitors]


@pytest.mark.parametrize(("days", "weekly", "most"), [(4, False, 0.01), (6, False, 0.01), (14, False, 0.01), (5, True, 0.1), (7, True, 0.02), (8, True, 0.005), (14, True, 0.005)])  # fmt: skip
def test_totals_so_far_are_asked_about_and_hardly_any_other_days(days: int, weekly: bool, most: float) -> None:
    """A few days of one week may rise all the same; two days that are the same of the week never do."""
    dice = np.random.default_rng(days)
    tables = [days_of(dice, days, weekly) for _ in range(400)]
    assert np.mean([only_rise([arm.tolist() for arm in arms]) for arms in tables]) <= most
    assert all(only_rise([arm.cumsum(axis=1).tolist() for arm in arms]) for arms in tables[:50])
