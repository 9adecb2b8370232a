"""A moment that follows from the arm, as the end of a trial that is another one in each, tells the time of no row."""

from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.config.assumed import NO_TIME
from helpers.errors import ReportError
from helpers.ingest import new_study
from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.tables import proposed

START = date(2026, 3, 2)


def units(seed: int, arms: int) -> tuple[pd.DataFrame, np.ndarray]:
    dice = np.random.default_rng(seed)
    arm = dice.permutation(np.arange(60 * arms) % arms)
    made = pd.DataFrame({"patient": [f"p{i}" for i in range(len(arm))], "arm": [f"{['control', 'new', 'newer'][a]}" for a in arm],
                         "recovered": dice.integers(0, 2, len(arm))})  # fmt: skip
    return made, arm


@pytest.mark.parametrize("called", ["end_date", "date", "followed_until"])
@pytest.mark.parametrize("arms", [2, 3])
def test_the_end_of_each_arm_is_no_time_of_its_units(tmp_path: Path, called: str, arms: int) -> None:
    made, arm = units(arms, arms)
    made[called] = [START + timedelta(days=30 + 15 * int(a)) for a in arm]
    made.to_csv(tmp_path / "t.csv", index=False)
    study, _, said = proposed(tmp_path, tmp_path / "t.csv")
    assert study.period.start == NO_TIME and not study.has_time
    assert f"('{called}' is one moment for all rows of an arm)" in said
    made["enrolled_on"] = [START + timedelta(days=i % 14) for i in range(len(made))]
    made.to_csv(tmp_path / "t.csv", index=False)
    study, _, _ = proposed(tmp_path, tmp_path / "t.csv", force=True)
    assert study.data.columns["event_time"] == "enrolled_on" and study.period.start.date() == START


def test_the_day_of_the_export_is_none_and_that_of_a_mailing_is(tmp_path: Path) -> None:
    made, _ = units(1, 2)
    for called, is_time in (("export_date", False), ("mailed_on", True)):
        made.assign(**{called: START}).to_csv(tmp_path / "t.csv", index=False)
        study, _, _ = proposed(tmp_path, tmp_path / "t.csv", force=True)
        assert study.has_time == is_time


def test_nor_is_it_the_time_of_an_assignment(tmp_path: Path) -> None:
    made, arm = units(2, 2)
    made["stage_date"] = [START + timedelta(days=15 * int(a)) for a in arm]
    made.drop(columns="recovered").to_csv(tmp_path / "assignments.csv", index=False)
    orders = pd.DataFrame({"order_id": range(90), "patient": made.patient[:90], "created_at": "2026-03-03 11:00:00", "total": 9.5})  # fmt: skip
    orders.to_csv(tmp_path / "orders.csv", index=False)
    files = [str(tmp_path / f) for f in ("assignments.csv", "orders.csv")]
    assert "time: the assignments have none" in new_study.propose_tables(files, base=tmp_path).said


@pytest.mark.parametrize("since", [1970, 2001])
def test_seconds_since_another_year_are_asked_of(tmp_path: Path, since: int) -> None:
    rows = []
    for n in range(120):
        at = datetime(2026, 3, 2) + timedelta(minutes=97 * n)
        seconds = int((at - datetime(since, 1, 1)).total_seconds())
        rows += [(f"u{n}", ["control", "new"][n % 2], "start", seconds)]
        rows += [(f"u{n}", ["control", "new"][n % 2], "finish", seconds + 90)] * (n % 3 == 0)
    pd.DataFrame(rows, columns=["uid", "grp", "event", "ts"]).to_csv(tmp_path / "log.csv", index=False)
    _, _, said = proposed(tmp_path, tmp_path / "log.csv")
    assert ("Did it run until March 1995?" in said and "it would be March 2026" in said) == (since == 2001)


@pytest.mark.parametrize("far", ["9999-12-31 23:59:59", "0001-01-01 00:00:00"])
@pytest.mark.parametrize("column", ["event_time", "Event Time"])
def test_a_moment_that_never_comes_is_told_with_its_row_and_no_condition_leaves_it_out(
    tmp_path: Path, far: str, column: str
) -> None:
    rows = [[f"2026-07-{1 + i % 14:02d} 10:00:00", "view", f"u{i}", "AB"[i % 2]] for i in range(60)]
    rows += [[f"2026-07-{1 + i % 14:02d} 11:00:00", "buy", f"u{i}", "AB"[i % 2]] for i in range(0, 60, 3)]
    rows[4][0] = far
    (tmp_path / "log.csv").write_text(
        "\n".join(",".join(row) for row in [[column, "event_name", "user_id", "variant"], *rows])
    )
    for time in ({}, {"time": column}):
        with pytest.raises(
            ReportError, match=f"(?s)'{column}' holds moments.*1 of 80 rows, first '{far}' in line 6"
        ) as told:
            proposed(tmp_path, tmp_path / "log.csv", **time)
        assert "write when each of these rows happened" in str(told.value) and "--where" not in str(told.value)


@pytest.mark.parametrize(
    "none", ["1970-01-01 00:00:00", "1899-12-30 00:00:00", "2000-01-01 00:00:00", "2038-01-19 03:14:07", ""]
)
@pytest.mark.parametrize("period", [None, (datetime(2026, 7, 1), datetime(2026, 7, 15))])
def test_moments_years_off_all_others_are_asked_about_alone(
    tmp_path: Path, none: str, period: tuple[datetime, datetime] | None
) -> None:
    """They would begin or end the period, or be left out of one that was told: nothing is written, and no option is offered."""
    rows = [[f"2026-07-{1 + i % 14:02d} 10:00:00", f"u{i}", "AB"[i % 2], str(i % 3 % 2)] for i in range(300)]
    for i in range(0, 300, 30):
        rows[i][0] = none or rows[i][0]
    named = ["event_time", "user_id", "variant", "bought"]
    (tmp_path / "t.csv").write_text("\n".join(",".join(row) for row in [named, *rows]))
    if not none:
        assert (
            sum(
                n
                for n, _ in sums(proposed(tmp_path, tmp_path / "t.csv", period=period)[0], tmp_path)["bought"].values()
            )
            == 300
        )
        return
    with pytest.raises(ReportError, match=f"does {none[:10]} stand for none in 'event_time'") as told:
        proposed(tmp_path, tmp_path / "t.csv", period=period)
    assert f"10 of 300 rows: {none[:10]}; all others: 2026-07-01 to 2026-07-14" in str(told.value)
    assert "--" not in str(told.value) and not list(tmp_path.glob("studies/*"))
    assert "give the table without this column" in str(told.value)
    table = pd.read_csv(tmp_path / "t.csv").drop(columns="event_time")
    table.to_csv(tmp_path / "t.csv", index=False)
    found = sums(proposed(tmp_path, tmp_path / "t.csv", period=period)[0], tmp_path)["bought"]
    truth = table.groupby("variant").bought.agg(["size", "sum"])
    assert sorted((n, int(total)) for n, total in found.values()) == sorted(truth.itertuples(index=False, name=None))


def test_units_that_came_over_many_years_are_none_of_never(tmp_path: Path) -> None:
    """The gap between two of few is shorter than the time in which the others came."""
    years = [2012, 2015, 2016, 2016, 2018, 2019, 2020, 2021, 2021, 2022] * 12
    rows = pd.DataFrame(
        {"user_id": [f"u{i}" for i in range(120)], "variant": ["control", "new"] * 60, "bought": [0, 1, 1] * 40}
    )
    rows.assign(time=[f"{y}-03-02 10:00:{i % 60:02d}" for i, y in enumerate(years)]).to_csv(
        tmp_path / "t.csv", index=False
    )
    assert proposed(tmp_path, tmp_path / "t.csv", force=True, time="time")[0].period.start.year == 2012
